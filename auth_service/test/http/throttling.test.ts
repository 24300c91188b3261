import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PARAMETERS } from '../../src/crypto/argon2_hasher.ts'
import { createWorld, DAY_MS, onOneFile, PASSWORD, START } from '../support.ts'

const WRONG = 'wrong password'
const FREE = { pair: 3, account: 6, address: 20 }
const HERE = '203.0.113.1'
const THERE = '203.0.113.2'

suite('throttled guesses', () => {
  test('after the free attempts a guess is 429 with Retry-After, and so is the right password', async (t) => {
    const world = await createWorld(t, { freeAttempts: FREE })
    await world.register('ada')
    for (let i = 0; i < FREE.pair; i++) assert.equal((await world.tryLogin('ada', WRONG)).status, 401)
    for (const password of [WRONG, PASSWORD]) {
      const { status, headers, body } = await world.tryLogin('ada', password)
      assert.deepEqual([status, body.code, body.retryable], [429, 'too_many_attempts', true])
      assert.equal(headers['retry-after'], '1')
    }
  })

  test('pauses double, and after the pause the right password succeeds and resets the count', async (t) => {
    const world = await createWorld(t, { freeAttempts: { ...FREE, account: 50 } })
    await world.register('ada')
    for (let i = 0; i < FREE.pair; i++) await world.tryLogin('ada', WRONG)
    for (const seconds of [1, 2, 4]) {
      assert.equal((await world.tryLogin('ada', PASSWORD)).headers['retry-after'], String(seconds))
      world.clock.pass(seconds * 1000)
      assert.equal((await world.tryLogin('ada', WRONG)).status, 401)
    }
    world.clock.pass(8_000)
    await world.login('ada')
    for (let i = 0; i < FREE.pair; i++) assert.equal((await world.tryLogin('ada', WRONG)).status, 401)
  })

  test('1: concurrent guesses are all counted, on two replicas, also in another case', async (t) => {
    const pair = await onOneFile(t)
    const worlds = [
      await createWorld(t, { stores: pair[0], freeAttempts: FREE }),
      await createWorld(t, { stores: pair[1], freeAttempts: FREE }),
    ]
    await worlds[0]!.register('ada')
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => worlds[i % 2]!.tryLogin(i % 3 ? 'ada' : 'ADA', WRONG)),
    )
    assert.equal(answers.filter(({ status }) => status === 401).length, FREE.pair)
    assert.equal(answers.filter(({ status }) => status === 429).length, 30 - FREE.pair)
  })

  test('6: after a clock that was a day ahead is set back, no account is locked', async (t) => {
    const world = await createWorld(t, { freeAttempts: FREE })
    await world.register('ada')
    world.clock.pass(DAY_MS)
    for (let i = 0; i < FREE.pair + 1; i++) await world.tryLogin('ada', WRONG)
    assert.equal((await world.tryLogin('ada')).status, 429)
    world.clock.pass(-DAY_MS)
    assert.equal((await world.tryLogin('ada')).status, 200)
  })

  test('counts survive a restart', async (t) => {
    const [stores] = await onOneFile(t)
    const before = await createWorld(t, { stores, freeAttempts: FREE })
    for (let i = 0; i < FREE.pair; i++) await before.tryLogin('ada', WRONG)
    const after = await createWorld(t, { stores, freeAttempts: FREE })
    assert.equal((await after.tryLogin('ada', WRONG)).status, 429)
  })

  test('an unknown name is throttled in the same way', async (t) => {
    const world = await createWorld(t, { freeAttempts: FREE })
    for (let i = 0; i < FREE.pair; i++) assert.equal((await world.tryLogin('unknown', WRONG)).status, 401)
    assert.equal((await world.tryLogin('unknown', WRONG)).status, 429)
  })

  test('an account is protected against guesses from many addresses', async (t) => {
    const world = await createWorld(t, { freeAttempts: FREE })
    await world.register('ada')
    for (let i = 0; i < FREE.account; i++) {
      assert.equal((await world.tryLogin('ada', WRONG, `198.51.100.${i}`)).status, 401)
    }
    assert.equal((await world.tryLogin('ada', WRONG, '198.51.100.99')).status, 429)
    assert.equal((await world.tryLogin('bob', WRONG, '198.51.100.99')).status, 401)
  })

  test('3: guesses by others do not lock out the owner at an address they logged in from before', async (t) => {
    const world = await createWorld(t, { freeAttempts: FREE })
    await world.register('ada')
    assert.equal((await world.tryLogin('ada', PASSWORD, HERE)).status, 200)
    for (let i = 0; i < FREE.account; i++) await world.tryLogin('ada', WRONG, `198.51.100.${i}`)
    assert.equal((await world.tryLogin('ada', PASSWORD, THERE)).status, 429)
    assert.equal((await world.tryLogin('ada', PASSWORD, HERE)).status, 200)
  })

  test('an address is throttled for any account', async (t) => {
    const world = await createWorld(t, { freeAttempts: FREE })
    for (let i = 0; i < FREE.address; i++) {
      assert.equal((await world.tryLogin(`user${i}`, WRONG, HERE)).status, 401)
    }
    assert.equal((await world.tryLogin('one-more', WRONG, HERE)).status, 429)
    assert.equal((await world.tryLogin('one-more', WRONG, THERE)).status, 401)
  })

  test('an IPv6 household counts as one address, and the next one as another', async (t) => {
    const world = await createWorld(t, { freeAttempts: FREE })
    for (let i = 0; i < FREE.pair; i++) {
      assert.equal((await world.tryLogin('ada', WRONG, `2001:db8:1:2::${i + 1}`)).status, 401)
    }
    assert.equal((await world.tryLogin('ada', WRONG, '2001:db8:1:2:a:b:c:d')).status, 429)
    assert.equal((await world.tryLogin('ada', WRONG, '2001:db8:1:3::1')).status, 401)
  })

  test('a flood of invented names from a paused address stores nothing', async (t) => {
    const world = await createWorld(t, { freeAttempts: FREE })
    for (let i = 0; i < FREE.address; i++) await world.tryLogin(`user${i}`, WRONG, HERE)
    for (let i = 0; i < 10; i++) assert.equal((await world.tryLogin(`new${i}`, WRONG, HERE)).status, 429)
    const kept = await world.stores.throttle.purge(() => new Date(START.getTime() + DAY_MS), 1_000)
    assert.equal(kept, 1 + 2 * FREE.address)
  })

  test('an attempt refused by a pause of the account is not counted for its address', async (t) => {
    const world = await createWorld(t, { freeAttempts: { ...FREE, address: 5 } })
    for (let i = 0; i < 10; i++) await world.tryLogin('ada', WRONG, HERE)
    assert.equal((await world.tryLogin('bob', WRONG, HERE)).status, 401)
    assert.equal((await world.tryLogin('bob', WRONG, HERE)).status, 401)
    assert.equal((await world.tryLogin('bob', WRONG, HERE)).status, 429)
  })

  test('4: logins to another account do not reset an address; successful logins are not counted', async (t) => {
    const world = await createWorld(t, { freeAttempts: { ...FREE, address: 5 } })
    await world.register('mallory')
    for (let i = 0; i < 10; i++) assert.equal((await world.tryLogin('mallory', PASSWORD, HERE)).status, 200)
    const outcomes: number[] = []
    for (let i = 0; i < 8; i++) {
      outcomes.push((await world.tryLogin(`user${i}`, WRONG, HERE)).status)
      await world.tryLogin('mallory', PASSWORD, HERE)
    }
    assert.deepEqual(outcomes, [401, 401, 401, 401, 401, 429, 429, 429])
  })

  test('X-Forwarded-For is trusted only from trusted proxies', async (t) => {
    const login = async (trustedProxies?: string[]) => {
      const world = await createWorld(t, {
        freeAttempts: FREE,
        ...(trustedProxies ? { trustedProxies } : {}),
      })
      const statuses: number[] = []
      for (let i = 0; i <= FREE.pair; i++) {
        const answer = await world.app.inject({
          method: 'POST',
          url: '/login',
          remoteAddress: '10.0.0.7',
          headers: { 'x-forwarded-for': `198.51.100.${i}` },
          payload: { username: 'ada', password: WRONG },
        })
        statuses.push(answer.statusCode)
      }
      return statuses
    }
    assert.deepEqual(await login(), [401, 401, 401, 429])
    assert.deepEqual(await login(['10.9.9.9']), [401, 401, 401, 429])
    assert.deepEqual(await login(['10.0.0.0/8']), [401, 401, 401, 401])
  })
})

suite('many concurrent passwords', () => {
  test('hashing is bounded: the rest wait in a queue, and beyond the queue it is 503 overloaded', async (t) => {
    const world = await createWorld(t, { hashesAtOnce: 1, hashesWaitingMax: 3, hashParameters: PARAMETERS })
    await world.register('ada')
    const answers = await Promise.all(Array.from({ length: 9 }, () => world.tryLogin('ada')))
    const statuses = answers.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [200, 200, 200, 200, 503, 503, 503, 503, 503])
    const refused = answers.find(({ status }) => status === 503)!
    assert.deepEqual([refused.body.code, refused.headers['retry-after']], ['overloaded', '1'])
    assert.equal(await world.metric('auth_hashes_waiting'), 0)
    assert.equal(await world.metric('auth_logins_total', 'overloaded'), 5)
  })

  test('an unknown name also costs a hash', async (t) => {
    const world = await createWorld(t, { hashesAtOnce: 1, hashesWaitingMax: 0, hashParameters: PARAMETERS })
    const answers = await Promise.all(['unknown', 'no-one'].map((name) => world.tryLogin(name)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [401, 503])
  })

  test('an attempt that was never checked is not counted', async (t) => {
    const world = await createWorld(t, {
      hashesAtOnce: 1,
      hashesWaitingMax: 0,
      freeAttempts: { pair: 10, account: 50, address: 50 },
    })
    await world.register('ada')
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => world.tryLogin('ada', WRONG)))).map(
      ({ status }) => status,
    )
    assert.ok(statuses.includes(503))
    const checked = statuses.filter((status) => status === 401).length
    for (let i = checked; i < 10; i++) assert.equal((await world.tryLogin('ada', WRONG)).status, 401)
    assert.equal((await world.tryLogin('ada', WRONG)).status, 429)
  })
})
