/** How long a body may take, and how much longer that of an upload may. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import type { SlowRequestLimits } from '../../src/http/slow_requests.ts'
import { limitUploads } from '../../src/http/uploads.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'
import { received, slowBodies, statusOf } from '../../test_support/slow_bodies.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

const LIMITS = { requestTimeoutMs: 300, uploadMs: 3_000, uploadBytesMin: 100 }

async function start(t: TestContext, limits: Partial<SlowRequestLimits> = {}) {
  const app = createPlainApp({ limits: { ...LIMITS, ...limits } })
  const { open } = slowBodies(t, () => (app.server.address() as AddressInfo).port)
  t.after(() => app.close())
  const config = { access: 'public' } as const
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    const handler = async ({ body }: { body: unknown }) => ({ bytes: (body as Buffer).length })
    scope.post('/usual', { config }, handler)
    scope.post('/upload', { config, onRequest: limitUploads(5) }, handler)
    scope.post('/open', { config, onRequest: limitUploads(5, { checked: false }) }, handler)
    scope.post('/early', { config, onRequest: async (_request, reply) => reply.send('early') }, handler)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  /** Sends `bytes` every 100 ms until `total` are sent, and resolves to the answer and the time that it took. */
  const send = async (path: string, bytes: number, total: number) => {
    const from = performance.now()
    const socket = open(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: ${total}\r\n\r\n`,
    )
    const answer = received(socket)
    for (let sent = 0; sent < total && socket.writable; sent += bytes) {
      socket.write('x'.repeat(Math.min(bytes, total - sent)))
      await systemRuntime.sleep(100)
    }
    const whole = await answer
    return { status: statusOf(whole), whole, ms: performance.now() - from }
  }
  return { send }
}

suite('a body', () => {
  for (const path of ['/usual', '/open', '/nowhere']) {
    test(`of ${path} that does not come in time is ended, however it makes progress`, async (t) => {
      const { send } = await start(t)
      const { status, whole, ms } = await send(path, 200, 4_000)
      assert.equal(status, path === '/nowhere' ? 404 : 408, whole)
      assert.ok(ms < 1_900, String(ms))
    })
  }

  test('of an upload may take longer, as long as it makes progress', async (t) => {
    const { send } = await start(t)
    const { status, whole, ms } = await send('/upload', 200, 2_000)
    assert.equal(status, 200, whole)
    assert.match(whole, /"bytes":2000/)
    assert.ok(ms > 2 * LIMITS.requestTimeoutMs)
  })

  test('of an upload that makes next to no progress is ended as any other', async (t) => {
    const { send } = await start(t, { uploadMs: 60_000, uploadBytesMin: 2_000 })
    const { status, ms } = await send('/upload', 20, 1_000)
    assert.equal(status, 408)
    assert.ok(ms < 4_000, String(ms))
  })

  test('of an upload that takes too long is ended, whatever progress it makes', async (t) => {
    const { send } = await start(t, { uploadMs: 600 })
    const { status, ms } = await send('/upload', 200, 10_000)
    assert.equal(status, 408)
    // The last resort of Node comes after 2.9 s.
    assert.ok(ms < 2_800, String(ms))
  })

  test('of a request that was answered already is ended without a second answer', async (t) => {
    const { send } = await start(t)
    const { whole } = await send('/early', 200, 4_000)
    assert.equal(whole.match(/HTTP\/1\.1/g)?.length, 1, whole)
  })
})
