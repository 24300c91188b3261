/** Accounts in the hands of the operator (operator.ts), on real stores with real hashing. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { login, register, setRole } from '../../src/domain/accounts.ts'
import { OPERATOR } from '../../src/domain/author.ts'
import { deleteAccount, resetPassword, showAccount, unlock } from '../../src/domain/operator.ts'
import type { Stores } from '../../src/domain/ports.ts'
import { recorded } from '../audit_log_contract.ts'
import { createWorld, DAY_MS, PASSWORD } from '../support.ts'

const NEW = 'pear cake on monday'
const UNKNOWN = 'one that was never shown'
const [HOME, AWAY] = [{ address: '192.0.2.1' }, { address: '198.51.100.1' }]

async function world(t: TestContext) {
  const made = await createWorld(t)
  const { ports } = made
  const enter = (username: string, password = PASSWORD, from = HOME) =>
    login(ports, { username, password }, from)
  return {
    ...made,
    enter,
    outcome: (username: string, password = PASSWORD, from = HOME) =>
      enter(username, password, from).then(
        () => 'in',
        (error) => error.code as string,
      ),
    /** Fails until the account is paused at this address. */
    async lockOut(username: string, from = HOME) {
      for (let failures = 0; ; failures++) {
        const outcome = await enter(username, 'wrong', from).catch((error) => error.code)
        if (outcome === 'too_many_attempts') return failures
      }
    },
  }
}

suite('a password that the operator resets', () => {
  test('1: replaces the old one, ends all sessions, withdraws tokens, and forgets failed logins', async (t) => {
    const { ports, stores, enter, outcome, lockOut, refresh, register: add } = await world(t)
    await add('Ada')
    const { account, refreshToken } = await enter('ada')
    const failures = await lockOut('ada', AWAY)
    const forgotten = await resetPassword(ports, 'ADA', NEW)
    assert.deepEqual([forgotten.count, forgotten.addresses], [failures, 1])
    assert.equal((await refresh(refreshToken)).status, 401)
    assert.equal(await stores.sessions.count(account.id, ports.now()), 0)
    const [withdrawn] = await stores.users.withdrawals(new Date(ports.now().getTime() - 1), 9)
    assert.deepEqual(withdrawn, { userId: account.id, leastVersion: 2 })
    assert.equal(await outcome('ada', PASSWORD, AWAY), 'invalid_credentials')
    assert.equal(await outcome('ada', NEW, AWAY), 'in')
  })

  test('1: sessions are invalid from the write on, also if the process stops right after it', async (t) => {
    const { ports, enter, refresh, register: add } = await world(t)
    await add('ada')
    const { refreshToken } = await enter('ada')
    const stopping = { ...ports, sessions: { ...ports.sessions, endOlder: stop } }
    await assert.rejects(resetPassword(stopping, 'ada', NEW), /stopped/)
    assert.equal((await refresh(refreshToken)).status, 401)
  })

  test('of an unknown name is refused', async (t) => {
    const { ports } = await world(t)
    await assert.rejects(resetPassword(ports, 'unknown', NEW), {
      code: 'user_not_found',
      message: 'There is no account named unknown.',
    })
  })
})

suite('an account that is unlocked', () => {
  test('forgets its failed logins from all addresses, and says how many; others keep theirs', async (t) => {
    const { ports, outcome, lockOut, register: add } = await world(t)
    for (const each of ['ada', 'ada.b', 'adam']) await add(each)
    const failures = (await lockOut('ada')) + (await lockOut('ada', AWAY))
    for (const other of ['ada.b', 'adam']) await lockOut(other)
    const shown = await showAccount(ports, 'ada')
    assert.deepEqual([shown.failed.count, shown.failed.addresses], [failures, 2])
    assert.ok(shown.failed.pausedUntil)
    assert.deepEqual(await unlock(ports, 'ada'), shown.failed)
    assert.deepEqual(await unlock(ports, 'ada'), { count: 0, addresses: 0, pausedUntil: undefined })
    assert.deepEqual([await outcome('ada'), await outcome('ada', PASSWORD, AWAY)], ['in', 'in'])
    for (const other of ['ada.b', 'adam']) assert.equal(await outcome(other), 'too_many_attempts')
  })

  test('counts attempts from any address, in more than one page of addresses, and none that expired', async (t) => {
    const { ports, stores, clock, register: add } = await world(t)
    await add('ada')
    const { pair } = ports.loginLimits
    const addresses = 501
    for (let n = 0; n < addresses; n++) {
      await stores.throttle.take([{ key: `pair ada 10.0.${n >> 8}.${n & 255}`, limits: pair }], clock.now)
    }
    assert.equal((await showAccount(ports, 'ada')).failed.count, addresses)
    assert.equal((await unlock(ports, 'ada')).count, addresses)
    assert.equal((await unlock(ports, 'ada')).count, 0)
    await stores.throttle.take([{ key: 'account ada', limits: pair }], clock.now)
    assert.equal((await showAccount(ports, 'ada')).failed.count, 1)
    clock.pass(pair.forgetAfterMs)
    assert.equal((await unlock(ports, 'ada')).count, 0)
  })
})

suite('what the operator does is recorded', () => {
  test('each step that changed something, once; a deletion has its own steps', async (t) => {
    const { ports, stores, join, lockOut } = await world(t)
    const { user } = await join('ada')
    await setRole(ports, user.id, 'admin', OPERATOR)
    const before = (await recorded(stores)).length
    await lockOut('ada')
    await unlock(ports, 'ada')
    await unlock(ports, 'ada')
    await resetPassword(ports, 'ada', NEW)
    await deleteAccount(ports, 'ada', UNKNOWN)
    await assert.rejects(deleteAccount(ports, 'ada', UNKNOWN), { code: 'user_not_found' })
    assert.deepEqual(
      (await recorded(stores)).slice(before).map(([by, action, subject, change]) => {
        assert.deepEqual([by, subject], [OPERATOR, user.id])
        return `${action} ${change ?? ''}`
      }),
      [
        'account.unlocked failed_login_records: 2 -> 0',
        'account.password_reset password_version: 1 -> 2',
        'account.role_changed role: admin -> customer',
        'account.password_reset password_version: 2 -> 3',
        'account.deleted ',
      ],
    )
  })
})

suite('a deleted account', () => {
  test('2: keeps its id alone; no login succeeds, and its sessions and tokens are invalid', async (t) => {
    const { ports, stores, enter, outcome, refresh, call, join } = await world(t)
    const ada = await join('ada')
    const { account, refreshToken } = await enter('ada')
    await deleteAccount(ports, 'Ada', UNKNOWN)
    assert.deepEqual(
      [await outcome('ada'), await outcome('ada', UNKNOWN)],
      Array(2).fill('invalid_credentials'),
    )
    for (const token of [refreshToken, ada.refresh_token]) assert.equal((await refresh(token)).status, 401)
    assert.equal((await call('GET', '/me', { token: ada.access_token })).status, 401)
    const [withdrawn] = await stores.users.withdrawals(new Date(ports.now().getTime() - 1), 9)
    assert.ok(withdrawn!.userId === account.id && withdrawn!.leastVersion > account.tokenVersion)
    await assert.rejects(deleteAccount(ports, 'ada', UNKNOWN), { code: 'user_not_found' })
  })

  test('2: is not that of the last admin, which stays as it was', async (t) => {
    const { ports, outcome, stores, join } = await world(t)
    const ada = await join('ada')
    await assert.rejects(deleteAccount(ports, 'root', UNKNOWN), { code: 'last_admin' })
    assert.equal(await outcome('root'), 'in')
    await setRole(ports, ada.user.id, 'admin', OPERATOR)
    await deleteAccount(ports, 'root', UNKNOWN)
    assert.equal(await stores.users.findByName('root'), undefined)
  })

  test('2: is not that of an account that became an admin meanwhile, unless another one is left', async (t) => {
    const { ports, join } = await world(t)
    const ada = await join('ada')
    let promotions = 0
    const users = {
      ...ports.users,
      async erase(id: string, now: () => Date, by: string) {
        if (promotions++ === 0) await setRole(ports, ada.user.id, 'admin', OPERATOR)
        return ports.users.erase(id, now, by)
      },
    }
    await deleteAccount({ ...ports, users }, 'ada', UNKNOWN)
    assert.equal(promotions, 2)
    assert.equal(await ports.users.find(ada.user.id), undefined)
  })

  test('3: leaves its name to an account that inherits nothing', async (t) => {
    const { ports, stores, clock, enter, lockOut, refresh, outcome, join } = await world(t)
    const before = await join('ada')
    await enter('ada') // Its address is known now.
    await lockOut('ada', AWAY)
    await deleteAccount(ports, 'ada', UNKNOWN)
    const rest = await Promise.all(
      ['pair ', 'known ', 'account '].map((prefix) => stores.throttle.startingWith(prefix, { limit: 9 })),
    )
    assert.deepEqual(
      rest.flat().filter(({ key }) => key.includes('ada')),
      [],
    )
    const after = await register(ports, { username: 'ada', password: NEW }, HOME)
    assert.notEqual(after.id, before.user.id)
    assert.deepEqual([await outcome('ada', NEW, AWAY), await outcome('ada')], ['in', 'invalid_credentials'])
    assert.equal((await refresh(before.refresh_token)).status, 401)
    clock.pass(40 * DAY_MS)
    assert.equal((await showAccount(ports, 'ada')).account.role, 'customer')
  })

  test('3: after a stop at any step, its name is in use or clean, and the deletion can be repeated', async (t) => {
    const steps = ['setRole', 'changePassword', 'endOlder', 'clear', 'erase'] as const
    for (const step of steps) {
      for (const when of ['before', 'after'] as const) {
        const { ports, stores, lockOut, outcome, join, refresh } = await world(t)
        const ada = await join('ada')
        await setRole(ports, ada.user.id, 'admin', OPERATOR)
        await lockOut('ada', AWAY)
        await assert.rejects(
          deleteAccount({ ...ports, ...stoppingAt(stores, step, when) }, 'ada', UNKNOWN),
          /stopped/,
        )
        const taken = await register(ports, { username: 'ada', password: NEW }, AWAY).then(
          () => false,
          (error) => error.code === 'username_taken',
        )
        assert.equal(taken, step !== 'erase' || when === 'before', `${when} ${step}`)
        if (taken) {
          await deleteAccount(ports, 'ada', UNKNOWN)
          await register(ports, { username: 'ada', password: NEW }, AWAY)
        }
        assert.equal(await outcome('ada', NEW, AWAY), 'in', `${when} ${step}`)
        assert.equal((await refresh(ada.refresh_token)).status, 401)
        assert.equal(await stores.users.find(ada.user.id), undefined)
      }
    }
  })
})

const stop = async (): Promise<never> => {
  throw new Error('the process stopped')
}

/** Stores of a process that stops before or after a step. */
function stoppingAt({ users, sessions, throttle }: Stores, step: string, when: 'before' | 'after') {
  const stopping = <Of extends object>(store: Of): Of =>
    Object.fromEntries(
      Object.entries(store).map(([name, method]) => [
        name,
        name !== step
          ? method
          : async (...args: unknown[]) => {
              if (when === 'after') await method(...args)
              return stop()
            },
      ]),
    ) as Of
  return { users: stopping(users), sessions: stopping(sessions), throttle: stopping(throttle) }
}
