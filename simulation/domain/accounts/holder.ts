/** Someone with an account, on one or two devices: logs in, refreshes in two tabs, changes the password, logs out. */
import { Violation } from '../../core/history.ts'
import { type Client, unexpected } from '../client.ts'
import type { Accounts, Device } from './accounts.ts'
import type { Tokens } from './auth_replica.ts'

const BETWEEN_STEPS_MS = 4_000
const ATTEMPTS_MAX = 4
/** Around the window in which a token may be replayed. */
const LATER_MS = 60_000
/** `unauthenticated`: the account was deleted. */
const CHANGE_REFUSED = ['too_many_attempts', 'wrong_password', 'unauthenticated']
/** Of a client that passes nights between them. */
export const STEPS_MAX = 9
export const NIGHT_MS = 5 * 3_600_000

export async function holdAccount(accounts: Accounts, client: Client): Promise<void> {
  const { history, auth, gates, sessions, passwords, oracle } = accounts
  const { time } = history.world
  const { chances } = client
  const username = client.name.replace(' ', '-')
  const devices: Device[] = []
  let changed = 0
  let password = `password 0 of ${username}`

  const register = async () => {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const answered = passwords.sets(username, password)
      const reply = await client.ask(auth, 'register', (replica) =>
        replica.register({ username, password }, client.name),
      )
      if (reply.is === 'answered') {
        answered()
        if (reply.value.role !== 'customer')
          throw new Violation(`10. ${username} was registered as ${reply.value.role}`)
        accounts.registered.set(username, reply.value.id)
        return true
      }
      if (reply.is === 'refused') {
        // By the same request, which came twice or was answered before.
        if (reply.refusal.code === 'username_taken') return true
        if (reply.refusal.code !== 'too_many_attempts') throw unexpected(client, reply)
      }
      await client.pause(BETWEEN_STEPS_MS)
    }
    return false
  }

  const adopt = (device: Device, { token, refreshToken }: Tokens) => {
    device.token = token
    if (device.refreshTokens.at(-1) !== refreshToken) device.refreshTokens.push(refreshToken)
  }

  const login = async (address: string, tried: string) => {
    const began = time()
    const reply = await client.ask(auth, 'log in', (replica) =>
      replica.login({ username, password: tried }, address),
    )
    if (reply.is === 'answered') {
      passwords.loggedIn(username, tried, began)
      oracle.loggedIn(username, address, began)
      sessions.started(username, reply.value.refreshToken, began)
      const device: Device = { address, refreshTokens: [], token: undefined }
      adopt(device, reply.value)
      devices.push(device)
      accounts.stolen.push(device)
    } else if (reply.is === 'refused') {
      if (reply.refusal.code === 'invalid_credentials') passwords.refused(username, tried, began)
      else if (reply.refusal.code === 'too_many_attempts') history.sometimes('an owner was throttled')
      else throw unexpected(client, reply)
    }
  }

  const refresh = (device: Device, presented: string) => exchange(accounts, client, device, presented)

  const changePassword = async (device: Device, current: string) => {
    const began = time()
    const newPassword = `password ${++changed} of ${username}`
    const [refreshToken, userId] = [device.refreshTokens.at(-1)!, device.token!.userId]
    const answered = passwords.sets(username, newPassword, current)
    const keepsOwn = sessions.endsAll(username, refreshToken)
    const change = { currentPassword: current, newPassword, refreshToken }
    const reply = await client.ask(auth, 'change the password', (replica) =>
      replica.changePassword(userId, change, device.address),
    )
    if (reply.is === 'answered') {
      answered()
      password = newPassword
      sessions.endedAll(username, refreshToken, began)
      keepsOwn()
      history.sometimes('a new password ended the other sessions')
    } else if (reply.is === 'refused') {
      // A request that came twice may have changed it all the same, and the answer to the first one was lost.
      if (!CHANGE_REFUSED.includes(reply.refusal.code)) throw unexpected(client, reply)
    } else password = chances.happens(0.5) ? password : newPassword
  }

  const logout = async (device: Device) => {
    const refreshToken = chances.one(device.refreshTokens)
    sessions.ends(refreshToken)
    const reply = await client.ask(auth, 'log out', (replica) => replica.logout(refreshToken))
    if (reply.is === 'answered') sessions.ended(refreshToken)
  }

  const enter = async ({ token }: Device) => {
    const asAdmin = chances.happens(0.6)
    const reply = await client.ask(gates, `enter${asAdmin ? ' as an admin' : ''}`, (replica) =>
      replica.enter(token!, asAdmin),
    )
    if (reply.is === 'answered') oracle.entered(token!, asAdmin, reply.value)
  }

  if (!(await register())) return
  await client.steps(4, STEPS_MAX, async () => {
    await client.pause(client.does('a holder comes back later') ? LATER_MS : BETWEEN_STEPS_MS)
    if (client.does('a night passes')) await client.pause(NIGHT_MS)
    const wrong = client.does('a holder mistypes the password')
    if (devices.length === 0 || chances.happens(0.2))
      return login(chances.one([client.name, 'office']), wrong ? 'another password' : password)
    const device = chances.one(devices)
    const [changes, twice] = [
      client.does('a holder changes the password'),
      client.does('a holder changes the password on two devices at once'),
    ]
    if (changes) {
      const current = password
      await Promise.all([
        changePassword(device, current),
        twice ? changePassword(device, current) : undefined,
      ])
      return
    }
    if (client.does('a holder logs out')) return logout(device)
    if (client.does('a holder presents an old token'))
      return refresh(device, device.refreshTokens.at(-2) ?? device.refreshTokens[0]!)
    const presented = device.refreshTokens.at(-1)!
    const inTwoTabs = client.does('two tabs refresh at once')
    await Promise.all([refresh(device, presented), inTwoTabs ? refresh(device, presented) : undefined])
    await enter(device)
  })
}

/** Exchanges a refresh token, and repeats that if no answer comes, as a client does. */
export async function exchange(
  { history, auth, sessions }: Accounts,
  client: Client,
  device: Device,
  presented: string,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const began = history.world.time()
    sessions.presents(presented)
    const reply = await client.ask(auth, 'refresh', (replica) => replica.refresh(presented))
    if (reply.is === 'answered') {
      const { refreshToken, token, replayed } = reply.value
      sessions.exchanged(presented, refreshToken, replayed, began)
      device.token = token
      if (!device.refreshTokens.includes(refreshToken)) device.refreshTokens.push(refreshToken)
      return
    }
    if (reply.is === 'refused') {
      if (reply.refusal.code !== 'invalid_refresh_token') throw unexpected(client, reply)
      return sessions.refused(presented)
    }
    await client.pause(BETWEEN_STEPS_MS)
  }
}
