/** Long responses over real connections, in virtual time. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import type { UnreadResponseLimits } from '../../src/http/unread_responses.ts'
import { createVirtualRuntime, untilTrue } from '../../test_support/virtual_runtime.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

/** More bytes than the buffers of both sockets. */
const LONG = 16 * 1024 * 1024

async function start(t: TestContext, limits: UnreadResponseLimits) {
  const runtime = createVirtualRuntime()
  const app = createPlainApp({ limits, runtime })
  const answered: string[] = []
  const closed: string[] = []
  app.register(async (scope) => {
    scope.get('/long', { config: { access: 'public' } }, async ({ headers, raw }, reply) => {
      const name = String(headers['x-name'])
      reply.raw.once('finish', () => answered.push(name))
      raw.socket.once('close', () => closed.push(name))
      return 'x'.repeat(LONG)
    })
  })
  t.after(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo

  /** Resolves at the beginning of the response, and reads no more of it. */
  const visit = async (name: string) => {
    const socket = connect({ port, host: '127.0.0.1' })
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    socket.write(`GET /long HTTP/1.1\r\nHost: shop\r\nX-Name: ${name}\r\n\r\n`)
    await once(socket, 'readable')
    return socket
  }
  return { runtime, visit, answered, closed }
}

async function bytesOf(socket: Socket): Promise<number> {
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
    if (bytes > LONG) socket.end()
  })
  await once(socket, 'close')
  return bytes
}

suite('unread responses', () => {
  test('1: above the limit of bytes the oldest connections are closed, and no more than needed', async (t) => {
    const { runtime, visit, closed } = await start(t, { unreadBytesMax: 2.5 * LONG, unreadMs: 50 })
    await visit('first')
    const second = await visit('second')
    await runtime.advance(50)
    assert.deepEqual(closed, [])
    const third = await visit('third')
    await untilTrue(() => closed.length > 0)
    assert.ok((await bytesOf(second)) > LONG)
    assert.ok((await bytesOf(third)) > LONG)
    assert.equal(closed[0], 'first')
  })

  test('1: a response that has waited for less than unreadMs is not cut', async (t) => {
    const { runtime, visit, closed } = await start(t, { unreadBytesMax: 1.5 * LONG, unreadMs: 50 })
    const first = await visit('first')
    await runtime.advance(49)
    const second = await visit('second')
    assert.ok((await bytesOf(first)) > LONG)
    assert.ok((await bytesOf(second)) > LONG)
    assert.equal(closed.length, 2)
  })

  test('a closed response counts no more, so no older one is cut for it', async (t) => {
    const { runtime, visit, closed } = await start(t, { unreadBytesMax: 2.5 * LONG, unreadMs: 50 })
    const slow = await visit('slow')
    const gone = await visit('gone')
    gone.destroy()
    await untilTrue(() => closed.length === 1)
    await runtime.advance(50)
    const last = await visit('last')
    assert.ok((await bytesOf(slow)) > LONG)
    assert.ok((await bytesOf(last)) > LONG)
  })

  test('a client that has read its response keeps its connection', async (t) => {
    const { visit, answered, closed } = await start(t, { unreadBytesMax: 1.5 * LONG, unreadMs: 0 })
    const first = await visit('first')
    first.resume()
    await untilTrue(() => answered.length === 1)
    const second = await visit('second')
    assert.ok((await bytesOf(second)) > LONG)
    assert.equal(first.readyState, 'open')
    assert.deepEqual(closed, ['second'])
  })
})
