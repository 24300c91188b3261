/** Long responses over real connections, to clients that read them or do not. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import type { UnreadResponseLimits } from '../../src/http/unread_responses.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

/** More than the sockets of both sides hold. */
const LONG = 16 * 1024 * 1024

async function start(t: TestContext, limits: UnreadResponseLimits) {
  const app = createPlainApp({ limits })
  const closed: string[] = []
  app.register(async (scope) => {
    scope.get('/long', { config: { access: 'public' } }, async ({ headers, raw }) => {
      raw.socket.once('close', () => closed.push(String(headers['x-name'])))
      return 'x'.repeat(LONG)
    })
  })
  t.after(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo

  /** Resolves when the response begins, and reads no more of it. */
  const visit = async (name: string) => {
    const socket = connect({ port, host: '127.0.0.1' })
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    socket.write(`GET /long HTTP/1.1\r\nHost: shop\r\nX-Name: ${name}\r\n\r\n`)
    await once(socket, 'readable')
    return socket
  }
  return { visit, closed }
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

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

suite('unread responses', () => {
  test('when they hold too much, the oldest connections are closed, and no more than needed', async (t) => {
    const { visit, closed } = await start(t, { unreadBytesMax: 2.5 * LONG, unreadMs: 50 })
    await visit('first')
    const second = await visit('second')
    await wait(100)
    assert.deepEqual(closed, [])
    const third = await visit('third')
    await wait(100)
    assert.deepEqual(closed, ['first'])
    assert.ok((await bytesOf(second)) > LONG)
    assert.ok((await bytesOf(third)) > LONG)
  })

  test('a response that has waited for less than the limit is not cut, and a finished one counts no more', async (t) => {
    const { visit, closed } = await start(t, { unreadBytesMax: 1.5 * LONG, unreadMs: 60_000 })
    const both = [await visit('first'), await visit('second')]
    await wait(50)
    assert.deepEqual(closed, [])
    both[0]!.destroy()
    assert.ok((await bytesOf(both[1]!)) > LONG)
  })

  test('a client that has read its response keeps its connection', async (t) => {
    const { visit, closed } = await start(t, { unreadBytesMax: 1.5 * LONG, unreadMs: 0 })
    const first = await visit('first')
    let bytes = 0
    first.on('data', (chunk) => {
      bytes += chunk.length
    })
    while (bytes < LONG) await once(first, 'data')
    const second = await visit('second')
    await wait(50)
    assert.deepEqual(closed, [])
    assert.ok((await bytesOf(second)) > LONG)
  })
})
