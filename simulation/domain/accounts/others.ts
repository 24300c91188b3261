/** Those who act on the accounts of others: a thief, a guesser, an admin, and the operator of the shop. */
import type { Role } from '../../../auth_service/src/domain/ports.ts'
import { Violation } from '../../core/history.ts'
import { type Client, unexpected } from '../client.ts'
import type { Accounts } from './accounts.ts'
import { ROOT } from './auth_replica.ts'
import { exchange, NIGHT_MS, STEPS_MAX } from './holder.ts'

const BETWEEN_STEPS_MS = 6_000
const BETWEEN_GUESSES_MS = 1_500

/** Has a copy of what a device of another had, and uses it. */
export async function stealTokens(accounts: Accounts, client: Client): Promise<void> {
  await client.steps(1, 3, async () => {
    await client.pause(4 * BETWEEN_STEPS_MS)
    const device = accounts.stolen.at(-1)
    if (device === undefined) return
    const old = client.chances.one(device.refreshTokens)
    await exchange(accounts, client, { ...device, refreshTokens: [...device.refreshTokens] }, old)
  })
}

/** Tries passwords, many at a time. */
export async function guessPasswords({ history, auth, registered }: Accounts, client: Client): Promise<void> {
  await client.steps(4, STEPS_MAX, async (step) => {
    await client.pause(client.does('a night passes') ? NIGHT_MS : BETWEEN_GUESSES_MS)
    const username = [...registered.keys()][0] ?? ROOT.username
    const guess = async (guessed: string) => {
      const reply = await client.ask(auth, 'guess', (replica) =>
        replica.login({ username, password: guessed }, client.name),
      )
      if (reply.is === 'answered') throw new Violation(`10. A guesser was logged in as ${username}`)
      if (reply.is !== 'refused') return
      if (reply.refusal.code === 'too_many_attempts') history.sometimes('a guesser was throttled')
      else if (reply.refusal.code !== 'invalid_credentials') throw unexpected(client, reply)
    }
    await Promise.all([1, 2, 3].map((number) => guess(`guess ${step} ${number}`)))
  })
}

/** Makes admins, and customers of them. */
export async function changeRoles({ history, auth }: Accounts, client: Client): Promise<void> {
  await client.steps(2, 5, async () => {
    await client.pause(BETWEEN_STEPS_MS)
    const users = await client.ask(auth, 'list users', (replica) => replica.users())
    if (users.is !== 'answered' || users.value.length === 0) return
    const { id, role, username } = client.chances.one(users.value)
    const to: Role = role === 'admin' ? 'customer' : 'admin'
    const reply = await client.ask(auth, `make ${username} ${to}`, (replica) =>
      replica.setRole(id, to, client.name),
    )
    if (reply.is === 'answered' && reply.value.role !== to) throw new Violation(`7. ${username} is not ${to}`)
    if (reply.is === 'answered' && to === 'customer') history.sometimes('an admin was demoted')
    if (reply.is !== 'refused') return
    if (reply.refusal.code === 'last_admin') history.sometimes('the last admin was not demoted')
    else if (reply.refusal.code !== 'user_not_found') throw unexpected(client, reply)
  })
}

/** Commands, in a process beside the store: none is sent twice. */
export async function operate(accounts: Accounts, client: Client): Promise<void> {
  const { history, auth, passwords, sessions, oracle, registered } = accounts
  const { world } = history
  const run = async (what: string, command: (replica: (typeof auth)[number]) => Promise<unknown>) => {
    world.note(client.name, what)
    const host = client.chances.one(auth)
    if (!host.machine().isAlive()) return false
    const done = command(host).then(
      () => true,
      () => false,
    )
    return Promise.race([done, world.sleep(BETWEEN_STEPS_MS).then(() => false)])
  }

  await client.steps(1, 3, async (step) => {
    await client.pause(3 * BETWEEN_STEPS_MS)
    const began = world.time()
    const username = client.chances.one([...registered.keys(), ROOT.username])
    if (client.does('an operator rotates the keys')) {
      const withdraw = client.chances.happens(0.5)
      oracle.forcesRotation(withdraw)
      const isDone = await run('rotates the keys', (host) => host.replica().rotateKeys(withdraw))
      if (isDone && withdraw) oracle.withdrewKeys(began)
    }
    if (username === ROOT.username) return
    if (client.does('an operator deletes an account')) {
      passwords.erases(username)
      sessions.endsAll(username)
      const isDone = await run(`deletes ${username}`, (host) => host.replica().deleteAccount(username))
      if (!isDone) return
      history.sometimes('an account was deleted')
      oracle.forgets(username, began)
      sessions.endedAll(username, undefined, began)
      registered.delete(username)
    } else if (client.does('an operator resets a password')) {
      const password = `reset ${step} by ${client.name}`
      const answered = passwords.sets(username, password)
      sessions.endsAll(username)
      const isDone = await run(`resets ${username}`, (host) =>
        host.replica().resetPassword(username, password),
      )
      if (!isDone) return
      answered()
      oracle.forgets(username, began)
      sessions.endedAll(username, undefined, began)
    }
  })
}
