import assert from 'node:assert/strict'
import type { RequestListener, ServerResponse } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import { buildConnector } from 'undici'
import {
  CONNECTION_LIMITS,
  type ConnectionLimits,
  createConnections,
  JITTER,
} from '../../src/calls/connections.ts'
import { serve } from '../../test_support/http_server.ts'
import { untilTrue } from '../../test_support/virtual_runtime.ts'

const POST = { method: 'POST', path: '/x', body: '{}' } as const
const { connectionMs, connectionCalls, spread } = CONNECTION_LIMITS
/** Larger than a test reaches. */
const ENDLESS: ConnectionLimits = { connectionMs: 1e9, connectionCalls: 1e9, spread: 1 }

/** Connections to a server of the test, a clock and a chance that it sets, and the connection of each call as a number. */
async function connectionsTo(t: TestContext, limits: Partial<ConnectionLimits>, listener?: RequestListener) {
  const sockets: unknown[] = []
  const seen: number[] = []
  const world = { now: 0, chance: 0.5 }
  const origin = await serve(t, (request, response) => {
    if (!sockets.includes(request.socket)) sockets.push(request.socket)
    seen.push(sockets.indexOf(request.socket))
    if (listener) listener(request, response)
    else response.end('ok')
  })
  const connections = createConnections({
    origin,
    connect: buildConnector({ allowH2: false }),
    runtime: { monotonic: () => world.now, random: () => world.chance },
    limits: { ...ENDLESS, ...limits },
  })
  t.after(() => connections.close())
  const call = async () => (await connections.request(POST)).body.text()
  return { world, seen, sockets, call, connections }
}

suite('connections to one address', () => {
  for (const [chance, share] of [
    [0, 1 - JITTER],
    [0.5, 1],
    [1, 1 + JITTER],
  ] as const) {
    test(`are replaced at ${share} of their age`, async (t) => {
      const { world, seen, call } = await connectionsTo(t, { connectionMs })
      world.chance = chance
      await call()
      world.now = connectionMs * share - 1
      await call()
      world.now += 1
      await call()
      await call()
      assert.deepEqual(seen, [0, 0, 1, 1])
    })

    test(`are replaced after ${share} of their calls`, async (t) => {
      const { world, seen, call } = await connectionsTo(t, { connectionCalls: 8 })
      world.chance = chance
      for (let i = 0; i < 8 * share + 1; i += 1) await call()
      assert.deepEqual(seen, [...Array(8 * share).fill(0), 1])
    })
  }

  test('have limits, which docs/operations.md names', () =>
    assert.deepEqual([connectionMs, connectionCalls, spread, JITTER], [5_000, 1_000, 8, 0.25]))

  test('are opened until there are enough, and then used in turn', async (t) => {
    const { seen, call } = await connectionsTo(t, { spread: 3 })
    for (let i = 0; i < 9; i += 1) await call()
    assert.deepEqual(seen, [0, 1, 2, 0, 1, 2, 0, 1, 2])
  })

  test('carry one call at a time, and wait for none', async (t) => {
    const held: ServerResponse[] = []
    const { seen, call } = await connectionsTo(t, {}, (_request, response) => void held.push(response))
    const calls = [call(), call(), call()]
    await untilTrue(() => held.length === 3)
    assert.deepEqual(seen.toSorted(), [0, 1, 2])
    for (const response of held) response.end('ok')
    await Promise.all(calls)
  })

  test('that pass their age during a call finish it, get no other call, and are closed', async (t) => {
    const held: ServerResponse[] = []
    const { world, seen, sockets, call } = await connectionsTo(
      t,
      { connectionMs },
      (_request, response) => void held.push(response),
    )
    const first = call()
    await untilTrue(() => held.length === 1)
    world.now = 2 * connectionMs
    const second = call()
    await untilTrue(() => held.length === 2)
    held[0]!.end('late')
    assert.equal(await first, 'late')
    await untilTrue(() => (sockets[0] as { destroyed: boolean }).destroyed)
    held[1]!.end('ok')
    await second
    const third = call()
    await untilTrue(() => held.length === 3)
    held[2]!.end('ok')
    await third
    assert.deepEqual(seen, [0, 1, 1])
  })

  test('whose call failed, or whose answer was not read, are not used again', async (t) => {
    let calls = 0
    const { seen, call, connections } = await connectionsTo(t, {}, ({ socket }, response) => {
      if (++calls === 1) socket.destroy()
      else response.end('x'.repeat(1_000_000))
    })
    await assert.rejects(call())
    const { body } = await connections.request(POST)
    body.destroy()
    body.on('error', () => {})
    await new Promise((resolve) => body.once('close', resolve))
    await call()
    assert.deepEqual(seen, [0, 1, 2])
  })

  test('under load each call is answered, and arrives once, however often connections are replaced', async (t) => {
    const arrived = new Map<string, number>()
    const { world, sockets, connections } = await connectionsTo(
      t,
      { connectionMs: 50, connectionCalls: 5, spread: 4 },
      async (request, response) => {
        let id = ''
        for await (const part of request.setEncoding('utf8')) id += part
        arrived.set(id, (arrived.get(id) ?? 0) + 1)
        world.now += 1
        response.end(id)
      },
    )
    let next = 0
    const caller = async () => {
      while (next < 1_000) {
        const id = String(next++)
        const answer = await connections.request({ ...POST, body: id })
        assert.equal(await answer.body.text(), id)
      }
    }
    await Promise.all(Array.from({ length: 16 }, caller))
    assert.equal(arrived.size, 1_000)
    assert.ok([...arrived.values()].every((times) => times === 1))
    assert.ok(sockets.length >= 200, `${sockets.length} connections`)
  })

  test('close after the calls under way, and then accept none', async (t) => {
    const held: ServerResponse[] = []
    const { call, connections } = await connectionsTo(t, {}, (_request, response) => void held.push(response))
    const last = call()
    await untilTrue(() => held.length === 1)
    let closed = false
    const closing = connections.close().then(() => {
      closed = true
    })
    await assert.rejects(call(), { code: 'UND_ERR_CLOSED' })
    assert.equal(closed, false)
    held[0]!.end('ok')
    assert.equal(await last, 'ok')
    await closing
  })

  test('that are closed during their last call are not closed again when its answer has been read', async (t) => {
    const { connections } = await connectionsTo(t, { connectionCalls: 1 })
    const { body } = await connections.request(POST)
    await connections.close()
    // A second close would be rejected, and no one would be there to handle it.
    assert.equal(await body.text(), 'ok')
    await new Promise((resolve) => setImmediate(resolve))
  })
})
