/** Accounts and sessions over real stores and real hashing, without HTTP. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createArgon2Hasher } from '../../src/crypto/argon2_hasher.ts'
import { createPasswordChecks } from '../../src/crypto/password_checks.ts'
import { createRefreshTokens } from '../../src/crypto/refresh_tokens.ts'
import { createWorkQueues } from '../../src/crypto/work_queues.ts'
import {
  type AccountPorts,
  changePassword,
  login,
  logout,
  register,
  setRole,
} from '../../src/domain/accounts.ts'
import { OPERATOR } from '../../src/domain/author.ts'
import { CLOCKS_DIFFER_MS, WRITE_DELAY_MAX_MS } from '../../src/domain/clocks.ts'
import type { PasswordHasher, QueueTicket } from '../../src/domain/crypto_ports.ts'
import { ensureFirstAdmin } from '../../src/domain/first_admin.ts'
import type { Account, ThrottleEntry, UserStore } from '../../src/domain/ports.ts'
import {
  ownSession,
  REPLAY_WINDOW_MS,
  refreshSession,
  SESSIONS_PER_USER_MAX,
} from '../../src/domain/sessions.ts'
import { ACCESS_TOKEN_TTL_SECONDS_MAX } from '../../src/domain/signing_keys.ts'
import { COUNTED_WITHIN_MS, COUNTS_MAX } from '../../src/domain/throttled.ts'
import {
  FREE_ATTEMPTS_DEFAULT,
  loginLimits,
  REGISTRATIONS_DEFAULT,
  registrationLimits,
} from '../../src/domain/throttling.ts'
import { isUsername } from '../../src/domain/usernames.ts'
import { withdrawals } from '../../src/domain/withdrawals.ts'
import { createClock, inMemory, newId, PASSWORD, WEAK } from '../support.ts'

const HERE = { address: '192.0.2.1' }
const ELSEWHERE = { address: '198.51.100.1' }
const OTHER = 'pear cake on monday'
const TTL_SECONDS = 3_600
const ADA = { username: 'Ada', password: PASSWORD }
const passwordChecks = createPasswordChecks()
const refreshTokens = createRefreshTokens(systemRuntime)

async function world(t: TestContext, given: Partial<AccountPorts> = {}) {
  const [stores] = await inMemory(t)
  const clock = createClock()
  const tickets: [string, QueueTicket][] = []
  const hasher = createArgon2Hasher(systemRuntime, createWorkQueues({ atOnce: 4, waitingMax: 100 }), WEAK)
  const note = (work: string, ticket: QueueTicket) => void tickets.push([work, ticket])
  const noting: PasswordHasher = {
    ...hasher,
    hash(password, ticket) {
      note('hash', ticket)
      return hasher.hash(password, ticket)
    },
    verify(phc, password, ticket) {
      note('verify', ticket)
      return hasher.verify(phc, password, ticket)
    },
    simulateVerify(password, ticket) {
      note('simulateVerify', ticket)
      return hasher.simulateVerify(password, ticket)
    },
  }
  const ports: AccountPorts = {
    users: stores.users,
    sessions: stores.sessions,
    throttle: stores.throttle,
    refreshTokens,
    refreshTokenTtlSeconds: TTL_SECONDS,
    hasher: noting,
    passwordChecks,
    loginLimits: loginLimits({ pair: 3, account: 5, address: 8 }),
    registrationLimits: registrationLimits(2),
    newId,
    now: clock.now,
    ...given,
  }
  const enter = (credentials = ADA, from = HERE) => login(ports, credentials, from)
  return {
    stores,
    clock,
    tickets,
    ports,
    enter,
    fails: (password = 'wrong', from = HERE, username = 'ada') =>
      enter({ username, password }, from).catch((error) => error.code as string),
    register: (username = 'Ada', from = HERE) => register(ports, { username, password: PASSWORD }, from),
    refresh: (token: string) => refreshSession(ports, token),
    async joined() {
      await register(ports, ADA, HERE)
      return enter()
    },
  }
}

const REFUSED = { code: 'invalid_refresh_token' }

suite('registering', () => {
  test('makes one customer of that name, in any case', async (t) => {
    const { register, clock, stores, tickets } = await world(t)
    const user = await register()
    assert.deepEqual(
      [user.username, user.role, user.createdAt],
      ['Ada', 'customer', clock.now().toISOString()],
    )
    assert.deepEqual(tickets, [['hash', { queue: 'registration', owner: HERE.address, signal: undefined }]])
    await assert.rejects(register('ADA'), { code: 'username_taken' })
    assert.equal(tickets.length, 1, 'nothing is hashed for a name that is taken')
    assert.equal((await stores.users.list({ limit: 9 })).length, 1)
  })

  test('counts registrations by address, also of taken names', async (t) => {
    const { register } = await world(t)
    await register()
    await assert.rejects(register('ada'), { code: 'username_taken' })
    await assert.rejects(register('bob'), {
      code: 'too_many_attempts',
      message: 'Too many attempts. Try again in 1 s.',
    })
    await register('bob', ELSEWHERE)
  })

  test('an attempt without a result, as in an overload, is refunded', async (t) => {
    const overloaded = Object.assign(new Error('No.'), { code: 'overloaded' })
    const { ports, register: joins } = await world(t)
    const busy = { ...ports, hasher: { ...ports.hasher, hash: () => Promise.reject(overloaded) } }
    for (let i = 0; i < 5; i++) await assert.rejects(register(busy, ADA, HERE), { code: 'overloaded' })
    assert.equal((await joins()).username, 'Ada')
  })

  test('names have 3 to 32 characters', () => {
    const names = ['ab', 'abc', 'a'.repeat(32), 'a'.repeat(33), 'a.b_c-d', '.abc', 'abc-', 'a b', 'äbc']
    assert.deepEqual(names.map(isUsername), [false, true, true, false, true, false, false, false, false])
  })
})

suite('logging in', () => {
  test('accepts the name in any case and starts a session with the right lifetime', async (t) => {
    const { register, enter, stores, clock } = await world(t)
    const { id } = await register()
    const { account, refreshToken } = await enter({ username: 'aDA', password: PASSWORD })
    assert.equal(account.id, id)
    const session = await stores.sessions.find(refreshTokens.sessionIdOf(refreshToken)!)
    assert.equal(Date.parse(session!.expiresAt), clock.now().getTime() + TTL_SECONDS * 1000)
    assert.deepEqual([session?.previousHash, session?.salt, session?.rotatedAt], [null, null, null])
    assert.equal(session?.passwordVersion, 1)
  })

  test('2: an unknown name costs the same work and gets the same answer', async (t) => {
    const { register, fails, tickets } = await world(t)
    await register()
    tickets.length = 0
    assert.deepEqual(
      [await fails(), await fails('wrong', HERE, 'unknown')],
      Array(2).fill('invalid_credentials'),
    )
    assert.deepEqual(
      tickets.map(([work, { queue, owner }]) => [work, queue, owner]),
      [
        ['verify', 'login', HERE.address],
        ['simulateVerify', 'login', HERE.address],
      ],
    )
  })

  test('a lone surrogate matches no password, but costs the same', async (t) => {
    const { ports, fails, tickets, stores } = await world(t)
    const passwordHash = await ports.hasher.hash('plum \ufffd', { queue: 'login', owner: 'x' })
    const createdAt = ports.now().toISOString()
    await stores.users.add({ id: newId(), username: 'ada', role: 'customer', createdAt, passwordHash })
    assert.equal(await fails('plum \ud800'), 'invalid_credentials')
    assert.equal(tickets.at(-1)![0], 'verify')
  })

  test('the same characters in another composition are the same password', async (t) => {
    const { ports, enter } = await world(t)
    await register(ports, { username: 'ada', password: 'cafe\u0301 au lait' }, HERE)
    assert.ok(await enter({ username: 'ada', password: 'caf\u00e9 au lait' }))
  })

  test('logins from a known address have their own queue, for thirty days', async (t) => {
    const { joined, enter, tickets, clock } = await world(t)
    await joined()
    const queueOf = async (from = HERE) => {
      tickets.length = 0
      await enter(ADA, from)
      return tickets.map(([, { queue }]) => queue)
    }
    assert.deepEqual([await queueOf(), await queueOf(ELSEWHERE)], [['known'], ['login']])
    clock.pass(30 * 86_400_000 - 1)
    assert.deepEqual(await queueOf(), ['known'])
    clock.pass(30 * 86_400_000)
    assert.deepEqual(await queueOf(), ['login'])
  })

  test('3: attempts are limited per address and account, per account, and per address', async (t) => {
    const { register, fails, tickets } = await world(t)
    await register()
    assert.deepEqual([await fails(), await fails(), await fails(), await fails()].slice(2), [
      'invalid_credentials',
      'too_many_attempts',
    ])
    const verified = tickets.length
    await fails()
    assert.equal(tickets.length, verified, 'a refused try is not worked on')
    const from = (n: number) => ({ address: `198.51.100.${n}` })
    assert.equal(await fails('wrong', from(1)), 'invalid_credentials')
    assert.equal(await fails('wrong', from(2)), 'invalid_credentials')
    assert.equal(await fails('wrong', from(3)), 'too_many_attempts')
    const names = Array.from({ length: 9 }, (_, i) => `name${i}`)
    const outcomes: unknown[] = []
    for (const name of names) outcomes.push(await fails('wrong', from(9), name))
    assert.deepEqual(outcomes, [...Array(8).fill('invalid_credentials'), 'too_many_attempts'])
  })

  test('3: a process that stood still after it began an attempt does not forget what others counted', async (t) => {
    const { ports, clock, register, fails } = await world(t)
    await register()
    for (let i = 0; i < 3; i++) await fails()
    const take: AccountPorts['throttle']['take'] = async (...given) => {
      const pausedUntil = await ports.throttle.take(...given)
      if (given[0][0]!.key.startsWith('address')) {
        clock.pass(2 * CLOCKS_DIFFER_MS)
        assert.equal(await fails(), 'invalid_credentials')
      }
      return pausedUntil
    }
    const slow = { ...ports, throttle: { ...ports.throttle, take } }
    await assert.rejects(login(slow, { ...ADA, password: 'wrong' }, HERE), { code: 'too_many_attempts' })
  })

  suite('3: an attempt that is written long after its clock was read', () => {
    /** Stands still between the two, while `stands` is true of the entries. */
    const late = ({ throttle }: AccountPorts, stands: (key: string) => boolean, stand: () => void) => ({
      ...throttle,
      take(entries: readonly ThrottleEntry[], now: () => Date) {
        const at = now()
        if (stands(entries[0]!.key)) stand()
        return throttle.take(entries, () => at)
      },
    })

    for (const kind of ['pair', 'address']) {
      test(`is counted again, so that no guess follows it within its pause: ${kind}`, async (t) => {
        const { ports, clock, register, fails } = await world(t, {
          loginLimits: loginLimits({ pair: 3, account: 9, address: 3 }),
        })
        await register()
        for (let i = 0; i < 2; i++) assert.equal(await fails(), 'invalid_credentials')
        let stood = false
        const throttle = late(
          ports,
          (key) => key.startsWith(kind) && !stood,
          () => {
            stood = true
            clock.pass(COUNTED_WITHIN_MS + 1)
          },
        )
        const guess = login({ ...ports, throttle }, { ...ADA, password: 'wrong' }, HERE)
        await assert.rejects(guess, { code: 'invalid_credentials' })
        assert.equal(await fails('wrong', HERE, kind === 'pair' ? 'ada' : 'bob'), 'too_many_attempts')
      })
    }

    test('is taken back as often as it was counted', async (t) => {
      const { ports, clock, joined, fails } = await world(t, {
        loginLimits: loginLimits({ pair: 3, account: 3, address: 3 }),
      })
      await joined()
      let taken = 0
      // Each for the second time in time.
      const throttle = late(
        ports,
        () => taken++ % 2 === 0,
        () => clock.pass(COUNTED_WITHIN_MS + 1),
      )
      const slow = { ...ports, throttle }
      const overloaded = () => Promise.reject(Object.assign(new Error('No.'), { code: 'overloaded' }))
      const busy = { ...slow, hasher: { ...ports.hasher, hash: overloaded, verify: overloaded } }
      for (let i = 0; i < 3; i++) {
        assert.ok(await login(slow, ADA, HERE))
        await assert.rejects(login(busy, ADA, HERE), { code: 'overloaded' })
        await assert.rejects(register(busy, { ...ADA, username: 'bob' }, HERE), { code: 'overloaded' })
      }
      for (let i = 0; i < 2; i++) assert.equal(await fails(), 'invalid_credentials')
      assert.equal(await fails('wrong', HERE, 'bob'), 'invalid_credentials')
    })

    test('is refused if it is late COUNTS_MAX times', async (t) => {
      const { ports, clock, joined } = await world(t)
      await joined()
      let counts = 0
      const stand = () => {
        counts++
        clock.pass(COUNTED_WITHIN_MS + 1)
      }
      const throttle = late(ports, () => true, stand)
      await assert.rejects(login({ ...ports, throttle }, ADA, HERE), { code: 'too_many_attempts' })
      assert.deepEqual([counts, COUNTS_MAX, COUNTED_WITHIN_MS], [3, 3, 5_000])
      const registration = register({ ...ports, throttle }, { ...ADA, username: 'bob' }, HERE)
      await assert.rejects(registration, { code: 'too_many_attempts' })
    })
  })

  test('3: guesses by others do not lock out a known address', async (t) => {
    const { joined, fails, enter } = await world(t)
    await joined()
    for (let i = 0; i < 6; i++) await fails('wrong', { address: `198.51.100.${i}` })
    assert.equal(await fails(PASSWORD, ELSEWHERE), 'too_many_attempts')
    assert.ok(await enter())
  })

  test('success removes the attempts of the account, but only its own of the address', async (t) => {
    const { register, fails, enter } = await world(t)
    await register()
    for (let round = 0; round < 3; round++) {
      assert.deepEqual([await fails(), await fails()], Array(2).fill('invalid_credentials'))
      await enter()
    }
    assert.equal(await fails('wrong', HERE, 'bob'), 'invalid_credentials')
    assert.equal(await fails('wrong', HERE, 'bob'), 'invalid_credentials')
    assert.equal(await fails('wrong', HERE, 'eve'), 'too_many_attempts')
  })

  test('an attempt refused for the account is not counted for the address', async (t) => {
    const { register, fails } = await world(t)
    await register()
    for (let i = 0; i < 20; i++) await fails()
    for (let i = 0; i < 4; i++) assert.equal(await fails('wrong', HERE, `name${i}`), 'invalid_credentials')
  })

  test('a weaker hash is upgraded; a stronger one stays', async (t) => {
    const { register, ports, stores } = await world(t)
    const { id } = await register()
    const queues = createWorkQueues({ atOnce: 1, waitingMax: 1 })
    const stronger = { ...ports, hasher: createArgon2Hasher(systemRuntime, queues, { ...WEAK, passes: 2 }) }
    await login(stronger, ADA, HERE)
    const raised = (await stores.users.find(id))!
    assert.match(raised.passwordHash, /t=2/)
    assert.equal(raised.passwordVersion, 1)
    await login(ports, ADA, HERE)
    assert.equal((await stores.users.find(id))!.passwordHash, raised.passwordHash)
  })

  test('in an overload the login succeeds without the upgrade; other errors fail it', async (t) => {
    const { register, ports, stores } = await world(t)
    const { id } = await register()
    const failing = (error: object): AccountPorts => ({
      ...ports,
      hasher: { ...ports.hasher, outdated: () => true, hash: () => Promise.reject(error) },
    })
    const { passwordHash } = (await stores.users.find(id))!
    await login(failing({ code: 'overloaded' }), ADA, HERE)
    assert.equal((await stores.users.find(id))!.passwordHash, passwordHash)
    await assert.rejects(login(failing({ code: 'other' }), ADA, HERE), { code: 'other' })
  })

  test('the default limits', () => {
    assert.deepEqual(FREE_ATTEMPTS_DEFAULT, { pair: 10, account: 50, address: 500 })
    assert.deepEqual(registrationLimits(7), {
      freeAttempts: 7,
      firstPauseMs: 1_000,
      longestPauseMs: 60_000,
      forgetAfterMs: 3_600_000,
    })
    const { pair, account, address } = loginLimits(FREE_ATTEMPTS_DEFAULT)
    const each = { firstPauseMs: 1_000, longestPauseMs: 60_000, forgetAfterMs: 3_600_000 }
    assert.deepEqual(pair, { ...each, freeAttempts: 10, longestPauseMs: 900_000 })
    assert.deepEqual(
      [account, address],
      [
        { ...each, freeAttempts: 50 },
        { ...each, freeAttempts: 500 },
      ],
    )
    assert.equal(REGISTRATIONS_DEFAULT, 250)
  })
})

suite('sessions', () => {
  test('1: a token is valid once, and gives the next', async (t) => {
    const { joined, refresh, clock } = await world(t)
    const { refreshToken, account } = await joined()
    const next = await refresh(refreshToken)
    assert.deepEqual([next.replayed, next.account.id], [false, account.id])
    assert.notEqual(next.refreshToken, refreshToken)
    clock.pass(1)
    assert.equal((await refresh(next.refreshToken)).replayed, false)
  })

  test('2: the previous token may be used again for a while and gets the same successor', async (t) => {
    const { joined, refresh, clock } = await world(t)
    const { refreshToken } = await joined()
    const next = await refresh(refreshToken)
    clock.pass(REPLAY_WINDOW_MS)
    assert.deepEqual(await refresh(refreshToken), { ...next, readAt: clock.now(), replayed: true })
    assert.equal(REPLAY_WINDOW_MS, 30_000)
  })

  test('3: the previous token after that time, or an older one, ends the session for all who hold it', async (t) => {
    const { joined, refresh, clock, enter } = await world(t)
    const { refreshToken } = await joined()
    const next = await refresh(refreshToken)
    clock.pass(REPLAY_WINDOW_MS + 1)
    await assert.rejects(refresh(refreshToken), REFUSED)
    await assert.rejects(refresh(next.refreshToken), REFUSED)
    const older = (await enter()).refreshToken
    const last = await refresh((await refresh(older)).refreshToken)
    await assert.rejects(refresh(older), REFUSED)
    await assert.rejects(refresh(last.refreshToken), REFUSED)
  })

  test('3: a well-formed token that never belonged to the session ends it', async (t) => {
    const { joined, refresh } = await world(t)
    const { refreshToken } = await joined()
    const forged = `${refreshTokens.sessionIdOf(refreshToken)}.${'x'.repeat(43)}`
    await assert.rejects(refresh(forged), REFUSED)
    await assert.rejects(refresh(refreshToken), REFUSED)
    await assert.rejects(refresh('nothing of ours'), REFUSED)
  })

  test('4: it expires however often it is refreshed, and is then deleted', async (t) => {
    const { joined, refresh, clock, stores } = await world(t)
    const { refreshToken } = await joined()
    clock.pass(TTL_SECONDS * 1000 - 1)
    const { refreshToken: next } = await refresh(refreshToken)
    clock.pass(1)
    await assert.rejects(refresh(next), { ...REFUSED, message: /It has expired/ })
    assert.equal(await stores.sessions.find(refreshTokens.sessionIdOf(next)!), undefined)
  })

  test('4: a session from before a password change is refused and deleted, and so is one without an account', async (t) => {
    const { joined, refresh, stores, ports } = await world(t)
    const { refreshToken, account } = await joined()
    await stores.users.changePassword(account.id, 1, account.passwordHash, ports.now)
    await assert.rejects(refresh(refreshToken), { ...REFUSED, message: /password was changed/ })
    assert.equal(await stores.sessions.find(refreshTokens.sessionIdOf(refreshToken)!), undefined)
  })

  test('5: a rotation under a clock that was ahead cannot be replayed', async (t) => {
    const { joined, refresh, clock } = await world(t)
    const { refreshToken } = await joined()
    clock.pass(CLOCKS_DIFFER_MS + 1)
    await refresh(refreshToken)
    clock.pass(-CLOCKS_DIFFER_MS - 1)
    await assert.rejects(refresh(refreshToken), REFUSED)
  })

  test('6: the oldest are removed', async (t) => {
    const { joined, enter, refresh, clock } = await world(t)
    const tokens = [(await joined()).refreshToken]
    for (let i = 1; i <= SESSIONS_PER_USER_MAX; i++) {
      clock.pass(1)
      tokens.push((await enter()).refreshToken)
    }
    await assert.rejects(refresh(tokens[0]!), REFUSED)
    assert.ok(await refresh(tokens[1]!))
    assert.equal(SESSIONS_PER_USER_MAX, 20)
  })

  test('any of its tokens logs out; an unknown token is no error', async (t) => {
    const { joined, refresh, ports } = await world(t)
    const { refreshToken } = await joined()
    const next = await refresh(refreshToken)
    await logout(ports, 'nothing of ours')
    await logout(ports, refreshToken)
    await assert.rejects(refresh(next.refreshToken), REFUSED)
  })

  test('a live session belongs to its owner by its newest or previous token', async (t) => {
    const { joined, refresh, ports, clock, register, enter } = await world(t)
    const { refreshToken, account } = await joined()
    const id = refreshTokens.sessionIdOf(refreshToken)
    const own = (token: string, of: Account = account) => ownSession(ports, of, token)
    assert.equal(await own(refreshToken), id)
    const { refreshToken: next } = await refresh(refreshToken)
    assert.deepEqual([await own(refreshToken), await own(next)], [id, id])
    const { refreshToken: last } = await refresh(next)
    assert.deepEqual([await own(refreshToken), await own('x'), await own(last)], [undefined, undefined, id])
    await register('bob')
    const bob = await enter({ username: 'bob', password: PASSWORD })
    assert.equal(await own(last, bob.account), undefined)
    assert.equal(await own(last, { ...account, passwordVersion: 2 }), undefined)
    clock.pass(TTL_SECONDS * 1000)
    assert.equal(await own(last), undefined)
  })
})

suite('another password', () => {
  const change = (currentPassword = PASSWORD, newPassword = OTHER) => ({ currentPassword, newPassword })

  test('ends all sessions except the caller’s, and withdraws access tokens', async (t) => {
    const { joined, enter, refresh, ports, stores, tickets } = await world(t)
    const { account, refreshToken: here } = await joined()
    const { refreshToken: there } = await enter(ADA, ELSEWHERE)
    tickets.length = 0
    await changePassword(ports, account, { ...change(), refreshToken: here }, HERE)
    assert.deepEqual(
      tickets.map(([work, { queue }]) => [work, queue]),
      [
        ['verify', 'known'],
        ['hash', 'known'],
      ],
    )
    assert.ok(await refresh(here))
    await assert.rejects(refresh(there), { ...REFUSED, message: /not known/ })
    assert.ok(await enter({ username: 'ada', password: OTHER }))
    const { passwordVersion, tokenVersion } = (await stores.users.find(account.id))!
    assert.deepEqual([passwordVersion, tokenVersion], [2, 2])
    assert.deepEqual(await withdrawals(stores.users, ports.now(), 9), [
      { userId: account.id, leastVersion: 2 },
    ])
  })

  suite('4: the session that changed it goes on', () => {
    test('when another tab, which has the same session, refreshes it as soon as the password is changed', async (t) => {
      const { joined, refresh, ports, stores } = await world(t)
      const { account, refreshToken } = await joined()
      let refreshed: string | undefined
      const users: UserStore = {
        ...stores.users,
        async changePassword(...given) {
          const changed = await stores.users.changePassword(...given)
          refreshed = (await refresh(refreshToken)).refreshToken
          return changed
        },
      }
      await changePassword({ ...ports, users }, account, { ...change(), refreshToken }, HERE)
      assert.ok(await refresh(refreshed!))
    })

    test('when another tab has just begun to refresh it', async (t) => {
      const { joined, refresh, ports, stores } = await world(t)
      const { account, refreshToken } = await joined()
      const users: UserStore = {
        ...stores.users,
        // The session was read already.
        async find(id) {
          await changePassword(ports, account, { ...change(), refreshToken }, HERE)
          return stores.users.find(id)
        },
      }
      const { refreshToken: refreshed } = await refreshSession({ ...ports, users }, refreshToken)
      assert.ok(await refresh(refreshed))
    })

    test('when it is refreshed twice while the new password is hashed, or its token is then too old to be exchanged', async (t) => {
      const { joined, refresh, ports, clock } = await world(t)
      const { account, refreshToken } = await joined()
      let refreshed = refreshToken
      const hasher: PasswordHasher = {
        ...ports.hasher,
        async hash(...given) {
          for (let i = 0; i < 2; i++) ({ refreshToken: refreshed } = await refresh(refreshed))
          clock.pass(REPLAY_WINDOW_MS + 1)
          return ports.hasher.hash(...given)
        },
      }
      await changePassword({ ...ports, hasher }, account, { ...change(), refreshToken }, HERE)
      assert.ok(await refresh(refreshed))
    })

    test('when it changes the password twice meanwhile', async (t) => {
      const { joined, refresh, ports, stores } = await world(t)
      const { account, refreshToken } = await joined()
      const users: UserStore = {
        ...stores.users,
        // Once after the session was read, and once before it is read again.
        async find(id) {
          await changePassword(ports, account, { ...change(), refreshToken }, HERE)
          const found = await stores.users.find(id)
          await changePassword(ports, found!, { ...change(OTHER, PASSWORD), refreshToken }, HERE)
          return found
        },
      }
      const { refreshToken: refreshed } = await refreshSession({ ...ports, users }, refreshToken)
      assert.ok(await refresh(refreshed))
    })

    test('when the process stops right after the change', async (t) => {
      const { joined, enter, refresh, ports, stores } = await world(t)
      const { account, refreshToken } = await joined()
      const { refreshToken: there } = await enter(ADA, ELSEWHERE)
      const users: UserStore = {
        ...stores.users,
        async changePassword(...given) {
          await stores.users.changePassword(...given)
          throw new Error('stopped')
        },
      }
      const stopped = changePassword({ ...ports, users }, account, { ...change(), refreshToken }, HERE)
      await assert.rejects(stopped, /stopped/)
      assert.ok(await refresh(refreshToken))
      await assert.rejects(refresh(there), { ...REFUSED, message: /password was changed/ })
    })

    test('and so does one that was started with the new password before the others were removed', async (t) => {
      const { joined, refresh, enter, ports, stores } = await world(t)
      const { account, refreshToken } = await joined()
      let there: string | undefined
      const users: UserStore = {
        ...stores.users,
        async changePassword(...given) {
          const changed = await stores.users.changePassword(...given)
          there = (await enter({ ...ADA, password: OTHER }, ELSEWHERE)).refreshToken
          return changed
        },
      }
      await changePassword({ ...ports, users }, account, { ...change(), refreshToken }, HERE)
      assert.ok(await refresh(there!))
    })
  })

  test('ends the caller’s session, too, if its token was used too long ago: another party has its successor', async (t) => {
    const { joined, refresh, ports, clock } = await world(t)
    const { account, refreshToken: stolen } = await joined()
    const { refreshToken: ofThief } = await refresh(stolen)
    clock.pass(REPLAY_WINDOW_MS + 1)
    await changePassword(ports, account, { ...change(), refreshToken: stolen }, HERE)
    await assert.rejects(refresh(ofThief), REFUSED)
  })

  test('without a session ends them all', async (t) => {
    const { joined, refresh, ports } = await world(t)
    const { account, refreshToken } = await joined()
    await changePassword(ports, account, change(), HERE)
    await assert.rejects(refresh(refreshToken), REFUSED)
  })

  test('3: requires the current password, and counts wrong ones', async (t) => {
    const { joined, ports, fails, refresh } = await world(t)
    const { account, refreshToken } = await joined()
    const wrong = () => changePassword(ports, account, change('wrong'), HERE)
    for (let i = 0; i < 3; i++) await assert.rejects(wrong(), { code: 'wrong_password' })
    await assert.rejects(wrong(), { code: 'too_many_attempts' })
    assert.equal(await fails(), 'too_many_attempts')
    assert.ok(await refresh(refreshToken))
  })

  test('is refused if it is not acceptable, and of two concurrent changes one succeeds', async (t) => {
    const { joined, ports, enter } = await world(t)
    const { account } = await joined()
    const short = changePassword(ports, account, change(PASSWORD, 'short'), HERE)
    await assert.rejects(short, { code: 'password_refused' })
    const both = await Promise.allSettled([
      changePassword(ports, account, change(), HERE),
      changePassword(ports, account, change(), HERE),
    ])
    const refused = both.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
    assert.deepEqual(refused, ['wrong_password'])
    assert.ok(await enter({ username: 'ada', password: OTHER }))
  })
})

suite('admins', () => {
  const ROOT = { username: 'root', password: PASSWORD }

  test('the first admin is made once, and an existing account is not changed', async (t) => {
    const { ports, register, stores } = await world(t)
    assert.equal(await ensureFirstAdmin(ports, ROOT), 'created')
    assert.equal(await ensureFirstAdmin(ports, { ...ROOT, username: 'ROOT' }), 'exists')
    await register('eve')
    assert.equal(await ensureFirstAdmin(ports, { ...ROOT, username: 'eve' }), 'not_an_admin')
    assert.equal((await stores.users.findByName('root'))?.role, 'admin')
    await assert.rejects(ensureFirstAdmin(ports, { username: 'adam', password: 'x' }), {
      code: 'password_refused',
    })
  })

  test('of replicas that start at the same time one makes it, and none fails', async (t) => {
    const { ports, stores } = await world(t)
    const outcomes = await Promise.all([1, 2, 3].map(() => ensureFirstAdmin(ports, ROOT)))
    assert.deepEqual(outcomes.sort(), ['created', 'exists', 'exists'])
    assert.equal((await stores.users.list({ limit: 9 })).length, 1)
    const users: UserStore = { ...stores.users, add: () => Promise.reject(new Error('away')) }
    await assert.rejects(ensureFirstAdmin({ ...ports, users }, { ...ROOT, username: 'adam' }), /away/)
  })

  test('6: the last admin stays', async (t) => {
    const { ports, register, stores } = await world(t)
    await ensureFirstAdmin(ports, ROOT)
    const { id } = (await stores.users.findByName('root'))!
    await assert.rejects(setRole(ports, id, 'customer', OPERATOR), { code: 'last_admin' })
    const bob = await register('bob')
    assert.equal((await setRole(ports, bob.id, 'admin', OPERATOR)).role, 'admin')
    assert.equal((await setRole(ports, id, 'customer', OPERATOR)).role, 'customer')
  })

  test('5: withdrawn access tokens are listed until they would have expired', async (t) => {
    const { ports, register, stores, clock } = await world(t)
    const { id } = await register()
    await setRole(ports, id, 'admin', OPERATOR)
    const listed = async () => (await withdrawals(stores.users, clock.now(), 9)).length
    clock.pass(3_600_000 + 60_000 + 3_600_000 - 1)
    assert.equal(await listed(), 1)
    clock.pass(2)
    assert.equal(await listed(), 0)
  })

  test('5: also if the write of the change was delayed for WRITE_DELAY_MAX_MS', async (t) => {
    const { ports, register, stores, clock } = await world(t)
    const { id } = await register()
    const users: UserStore = {
      ...stores.users,
      setRole(user, role, now, by) {
        const at = now()
        clock.pass(WRITE_DELAY_MAX_MS)
        return stores.users.setRole(user, role, () => at, by)
      },
    }
    await setRole({ ...ports, users }, id, 'admin', OPERATOR)
    // A token issued just before the write, by a clock that was ahead, has expired then.
    clock.pass(ACCESS_TOKEN_TTL_SECONDS_MAX * 1000 + CLOCKS_DIFFER_MS)
    assert.equal((await withdrawals(stores.users, clock.now(), 9)).length, 1)
  })
})
