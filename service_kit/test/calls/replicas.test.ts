import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import type { LookUp } from '../../src/calls/addresses.ts'
import { CONNECTION_LIMITS } from '../../src/calls/connections.ts'
import { createReplicas, NeverConnected } from '../../src/calls/replicas.ts'
import { serve } from '../../test_support/http_server.ts'

const ADDRESSES_MS = 5_000
const COOLDOWN_MS = 5_000
const FAILS: LookUp = () => Promise.reject(new Error('EAI_AGAIN'))
const HANGS: LookUp = () => new Promise(() => {})

/** The replicas of a name that a test resolves, at the port of a server. Each call has a new connection. */
async function replicasOf(t: TestContext, resolve: LookUp, addressesMs = ADDRESSES_MS) {
  const { port } = new URL(await serve(t, (_request, response) => response.end('ok')))
  const world = { now: 0, resolve, lookUps: 0, port: Number(port) }
  const find: LookUp = (host) => {
    world.lookUps += 1
    return world.resolve(host)
  }
  const replicas = createReplicas(
    [`http://products.invalid:${port}`],
    { monotonic: () => world.now, random: () => 0.5 },
    { ...CONNECTION_LIMITS, connectionCalls: 1, connectMs: 5_000, cooldownMs: COOLDOWN_MS, addressesMs },
    { find },
  )
  t.after(() => replicas.close())
  const call = async () => {
    await replicas.lookUp()
    const replica = replicas.choose('calls', new Set())!
    const { body } = await replica.request('calls', { method: 'POST', path: '/', body: '{}' })
    return body.text()
  }
  return { world, call, replicas }
}

suite('while names are not resolved', () => {
  for (const [how, broken] of [
    ['fails', FAILS],
    ['takes long', HANGS],
  ] as const) {
    test(`because the resolver ${how}, new connections go to the one known address`, async (t) => {
      const { world, call } = await replicasOf(t, async () => ['127.0.0.1'])
      assert.equal(await call(), 'ok')
      world.resolve = broken
      for (let i = 0; i < 20; i += 1) {
        world.now += ADDRESSES_MS
        assert.equal(await call(), 'ok')
      }
    })
  }

  test('no further resolution begins, and a late one is used', async (t) => {
    const late = Promise.withResolvers<string[]>()
    const { world, call } = await replicasOf(t, async () => ['127.0.0.1'])
    await call()
    world.resolve = () => late.promise
    for (let i = 0; i < 10; i += 1) {
      world.now += ADDRESSES_MS
      await call()
    }
    assert.equal(world.lookUps, 2)
    late.resolve(['127.0.0.1', '127.0.0.1'])
    await late.promise
    await new Promise((resolve) => setImmediate(resolve))
    world.now += ADDRESSES_MS
    await call()
    assert.equal(world.lookUps, 3)
  })
})

// Other systems have one address for all of the loopback network. Nothing listens on 127.0.0.3.
const skip = process.platform !== 'linux'
test('a service that moved is found after one failed connection', { skip }, async (t) => {
  const { world, call } = await replicasOf(t, async () => ['127.0.0.3'])
  await assert.rejects(call(), NeverConnected)
  world.resolve = async () => ['127.0.0.1']
  await call().catch(() => {})
  assert.equal(await call(), 'ok')
})

test('one that accepts calls and never answers gets one of those that come one after the other, then another later', {
  skip,
}, async (t) => {
  const { world, replicas } = await replicasOf(t, async () => ['127.0.0.1', '127.0.0.2'])
  let hanging = 0
  let giveUp = new AbortController()
  const silent = createServer(() => {
    hanging++
    giveUp.abort()
  })
  t.after(() => {
    silent.close()
    silent.closeAllConnections()
  })
  await once(silent.listen(world.port, '127.0.0.2'), 'listening')
  const call = async () => {
    await replicas.lookUp()
    giveUp = new AbortController()
    const get = { method: 'GET', path: '/', signal: giveUp.signal } as const
    const { body } = await replicas.choose('calls', new Set())!.request('calls', get)
    await body.dump()
  }
  const callTwenty = async () => {
    for (let i = 0; i < 20; i += 1) await call().catch(() => {})
  }
  await callTwenty()
  assert.equal(hanging, 1)
  world.now += COOLDOWN_MS
  await callTwenty()
  assert.equal(hanging, 2)
})
