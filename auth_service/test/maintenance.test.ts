import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createLogger } from '@shop/service_kit/runtime/log'
import { makeKeyPair } from '../src/crypto/signing.ts'
import { BATCH, BATCHES_MAX, INTERVAL_MS, maintain, PAUSE_MS, startMaintenance } from '../src/maintenance.ts'
import { createWorld, DAY_MS } from './support.ts'

suite('maintenance', () => {
  const prepare = async (t: Parameters<typeof createWorld>[0]) => {
    const world = await createWorld(t, { refreshTokenTtlSeconds: 60 })
    const { stores, clock } = world
    const keyPorts = { keys: stores.keys, makeKeyPair, now: clock.now }
    return {
      ...world,
      deps: { stores, keyPorts, rotationDays: 30, refreshTokenTtlSeconds: 60, runtime: clock },
    }
  }

  test('removes only expired records', async (t) => {
    const world = await prepare(t)
    const ended = await world.join('ada')
    await world.tryLogin('ada', 'wrong password')
    world.clock.pass(2 * 60 * 60_000)
    const living = await world.login('ada')
    await maintain(world.deps)
    const session = (token: string) => world.stores.sessions.find(token.split('.')[0]!)
    assert.equal(await session(ended.refresh_token), undefined)
    assert.ok(await session(living.refresh_token))
    assert.equal(await world.stores.throttle.purge(world.clock.now, 9), 0)
    assert.equal((await world.refresh(living.refresh_token)).status, 200)
  })

  test('removes all expired attempts, and none that still count', async (t) => {
    const world = await prepare(t)
    const { throttle } = world.stores
    for (let i = 0; i < 2 * BATCH + 1; i++) await throttle.remember(`k${i}`, world.clock.now().toISOString())
    const purges = t.mock.method(throttle, 'purge')
    const lastBatchAt = world.clock.now().getTime() + 2 * PAUSE_MS
    await world.stores.throttle.remember('kept', new Date(lastBatchAt + 1).toISOString())
    await world.clock.advanceUntil(maintain(world.deps))
    const removed = await Promise.all(purges.mock.calls.map(({ result }) => result))
    assert.deepEqual(removed, [BATCH, BATCH, 1], 'so many in one transaction')
    assert.ok(BATCH <= 50, 'a larger batch delays the requests of the same thread')
    assert.equal(await world.stores.throttle.purge(world.clock.now, 9), 0)
    assert.equal(await world.stores.throttle.remembers('kept', world.clock.now()), true)
  })

  test('a round is bounded, and stopping does not wait for all of it', async (t) => {
    const world = await prepare(t)
    const purge = t.mock.method(world.stores.throttle, 'purge', async () => BATCH)
    await world.clock.advanceUntil(maintain(world.deps))
    assert.equal(purge.mock.callCount(), BATCHES_MAX)
    assert.equal(world.clock.monotonic(), BATCHES_MAX * PAUSE_MS, 'others may write between two batches')
    assert.deepEqual([BATCH * BATCHES_MAX, PAUSE_MS, INTERVAL_MS], [10_000, 20, 60_000])
    purge.mock.resetCalls()
    const stop = startMaintenance(world.deps, createLogger('auth_service', 'silent'))
    while (purge.mock.callCount() === 0) await world.clock.advance(0)
    await world.clock.advanceUntil(stop())
    assert.equal(purge.mock.callCount(), 1)
  })

  test('moves sessions of a clock that was ahead to now', async (t) => {
    const world = await prepare(t)
    world.clock.pass(DAY_MS)
    const { refresh_token } = await world.join('ada')
    world.clock.pass(-DAY_MS)
    await maintain(world.deps)
    assert.equal((await world.refresh(refresh_token)).status, 200)
    world.clock.pass(60_000)
    const session = await world.stores.sessions.find(refresh_token.split('.')[0]!)
    assert.deepEqual(session?.expiresAt, world.clock.now().toISOString())
  })

  test('makes the next key in time', async (t) => {
    const world = await prepare(t)
    world.clock.pass(30 * DAY_MS)
    await maintain(world.deps)
    assert.equal((await world.stores.keys.list()).length, 2)
  })

  test('continues until it is stopped, and a failed round is only logged', async (t) => {
    const world = await prepare(t)
    let rounds = 0
    const keys = {
      ...world.stores.keys,
      list: async () => {
        rounds += 1
        throw new Error('The store is away.')
      },
    }
    const deps = { ...world.deps, keyPorts: { ...world.deps.keyPorts, keys } }
    const stop = startMaintenance(deps, createLogger('auth_service', 'silent'))
    await world.clock.advance(INTERVAL_MS - 1)
    assert.equal(rounds, 1)
    await world.clock.advance(1)
    assert.equal(rounds, 2)
    await stop()
    assert.deepEqual(world.clock.waiting(), [])
  })
})
