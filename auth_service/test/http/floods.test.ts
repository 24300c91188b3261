import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PARAMETERS } from '../../src/crypto/argon2_hasher.ts'
import { createWorld, onOneFile, PASSWORD, type World } from '../support.ts'

/** A few milliseconds per hash, so that the order of waiting work is visible. */
const SLOW = { memoryKib: 4_096, passes: 1, parallelism: 1 }
const HERE = '203.0.113.1'
const address = (i: number) => `198.51.${Math.floor(i / 250)}.${(i % 250) + 1}`

const registerFrom = (world: World, username: string, ip: string, password = PASSWORD) =>
  world.call('POST', '/register', { body: { username, password }, ip })

async function until(what: string, holds: () => Promise<boolean>) {
  const deadline = performance.now() + 120_000
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `${what} in time`)
    await sleep(5)
  }
}

const waiting = async ({ metrics }: World) =>
  Number(/^auth_hashes_waiting\S* (\d+)/m.exec(await metrics.registry.metrics())?.[1])

suite('320 concurrent registrations', () => {
  const flood = async (t: TestContext, from: (i: number) => string) => {
    const world = await createWorld(t, {
      hashesAtOnce: 2,
      hashParameters: SLOW,
      registrationsPerAddress: 100,
    })
    for (const name of ['ada', 'bob']) await registerFrom(world, name, '192.0.2.9')
    await world.tryLogin('ada', PASSWORD, HERE)
    const done: string[] = []
    const registrations = Array.from({ length: 320 }, async (_, i) => {
      const answer = await registerFrom(world, `new${i}`, from(i))
      if (answer.status === 201) done.push('registration')
      return answer
    })
    await until('a line forms', async () => (await waiting(world)) > 60)
    const logIn = async (username: string) => {
      const { status } = await world.tryLogin(username, PASSWORD, HERE)
      done.push('login')
      return status
    }
    const before = done.length
    const logins = await Promise.all(Array.from({ length: 20 }, (_, i) => logIn(i % 2 ? 'ada' : 'bob')))
    const meanwhile = done.slice(before).filter((what) => what === 'registration').length
    return { world, logins, meanwhile, answers: await Promise.all(registrations) }
  }

  test('from as many addresses: every login is answered, before most registrations that waited longer', async (t) => {
    const { logins, meanwhile, answers } = await flood(t, address)
    assert.deepEqual(logins, Array(20).fill(200))
    assert.ok(meanwhile <= 30, `${meanwhile} accounts were made before the last login was answered`)
    const statuses = answers.map(({ status }) => status)
    assert.deepEqual(
      statuses.filter((status) => status !== 201 && status !== 503),
      [],
    )
    assert.ok(statuses.filter((status) => status === 201).length >= 200)
  })

  test('from one address: 100 succeed, the others get Retry-After; its logins still succeed', async (t) => {
    const { logins, meanwhile, answers } = await flood(t, () => HERE)
    assert.deepEqual(logins, Array(20).fill(200))
    assert.ok(meanwhile <= 30, `${meanwhile} accounts were made before the last login was answered`)
    assert.equal(answers.filter(({ status }) => status === 201).length, 100)
    const refused = answers.filter(({ status }) => status === 429)
    assert.equal(refused.length, 220)
    for (const { headers, body } of refused) {
      assert.deepEqual([headers['retry-after'], body.code], ['1', 'too_many_attempts'])
    }
  })

  test('logins from known addresses are served before other logins, too', async (t) => {
    const world = await createWorld(t, { hashesAtOnce: 1, hashParameters: SLOW })
    await world.register('ada')
    await world.tryLogin('ada', PASSWORD, HERE)
    let answered = 0
    const others = Array.from({ length: 100 }, async (_, i) => {
      await world.tryLogin(`unknown${i}`, 'wrong password', address(i))
      answered += 1
    })
    await until('a line forms', async () => (await waiting(world)) > 50)
    const before = answered
    assert.equal((await world.tryLogin('ada', PASSWORD, HERE)).status, 200)
    assert.ok(answered - before <= 5, `${answered - before} others came first`)
    await Promise.all(others)
  })
})

suite('registrations are throttled by address', () => {
  test('on all replicas and after a restart, taken names included, for this address only', async (t) => {
    const pair = await onOneFile(t)
    const given = { registrationsPerAddress: 4 }
    const worlds = [
      await createWorld(t, { stores: pair[0], ...given }),
      await createWorld(t, { stores: pair[1], ...given }),
    ] as const
    const statuses: number[] = []
    for (const [i, name] of ['a00', 'b00', 'a00', 'c00', 'd00'].entries()) {
      statuses.push((await registerFrom(worlds[i % 2]!, name, HERE)).status)
    }
    assert.deepEqual(statuses, [201, 201, 409, 201, 429])
    const restarted = await createWorld(t, { stores: pair[0], ...given })
    assert.equal((await registerFrom(restarted, 'd00', HERE)).status, 429)
    assert.equal((await registerFrom(restarted, 'd00', address(1))).status, 201)
    restarted.clock.pass(1_000)
    assert.equal((await registerFrom(restarted, 'e00', HERE)).status, 201)
    assert.equal((await registerFrom(restarted, 'f00', HERE)).headers['retry-after'], '2')
  })

  test('a refused password and an overload are not counted', async (t) => {
    const world = await createWorld(t, {
      registrationsPerAddress: 3,
      hashesAtOnce: 1,
      hashesWaitingMax: 0,
      hashParameters: SLOW,
    })
    for (let i = 0; i < 5; i++) {
      assert.equal((await registerFrom(world, `a0${i}`, HERE, 'password1')).status, 400)
    }
    const atOnce = await Promise.all([1, 2, 3].map((i) => registerFrom(world, `b0${i}`, HERE)))
    assert.deepEqual(atOnce.map(({ status }) => status).sort(), [201, 503, 503])
    const made: number[] = []
    for (let i = 0; i < 3; i++) made.push((await registerFrom(world, `c0${i}`, HERE)).status)
    assert.deepEqual(made, [201, 201, 429])
  })
})

suite('a client that disconnects while it waits', () => {
  test('removes its work, and no account is made', async (t) => {
    const world = await createWorld(t, { hashesAtOnce: 1, hashParameters: PARAMETERS })
    await world.app.listen({ host: '127.0.0.1', port: 0 })
    const url = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`
    const leaving = new AbortController()
    const send = (path: string, body: object) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: leaving.signal,
      }).catch(() => undefined)
    const sent = Array.from({ length: 40 }, (_, i) =>
      send('/register', { username: `new${i}`, password: PASSWORD }),
    )
    await until('a line forms', async () => (await waiting(world)) > 30)
    leaving.abort()
    await Promise.all(sent)
    await until('the line is empty', async () => (await waiting(world)) === 0)
    const made = (await world.stores.users.list({ limit: 100 })).length - 1
    assert.ok(made < 20, `${made} accounts were made for clients that had disconnected`)
    assert.equal((await world.tryLogin('root')).status, 200)
  })
})
