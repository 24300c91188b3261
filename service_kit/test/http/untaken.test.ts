/** Long answers over real connections, to visitors who read them or do not. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import type { UntakenLimits } from '../../src/http/untaken.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

/** More than the sockets of both sides hold. */
const LONG = 16 * 1024 * 1024

async function start(t: TestContext, limits: UntakenLimits) {
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

  /** Resolves when its answer begins; it reads no more of it than that. */
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

suite('answers that nobody takes', () => {
  test('when they hold too much, the oldest are cut, and no more than needed', async (t) => {
    const { visit, closed } = await start(t, { untakenBytesMax: 2.5 * LONG, untakenMs: 50 })
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

  test('who has only begun to take it is not cut, and what was taken or left counts no more', async (t) => {
    const { visit, closed } = await start(t, { untakenBytesMax: 1.5 * LONG, untakenMs: 60_000 })
    const both = [await visit('first'), await visit('second')]
    await wait(50)
    assert.deepEqual(closed, [])
    both[0]!.destroy()
    assert.ok((await bytesOf(both[1]!)) > LONG)
  })

  test('who took its answer keeps its connection', async (t) => {
    const { visit, closed } = await start(t, { untakenBytesMax: 1.5 * LONG, untakenMs: 0 })
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
