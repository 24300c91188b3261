/** Uploads through the gateway: large bodies with slots of their own. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { UPLOAD_BYTES_MAX } from '@shop/service_kit/http/uploads'
import type { Principal } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import { serve } from '@shop/service_kit/test_support/http_server'
import { slowBodies, statusOf, until } from '@shop/service_kit/test_support/slow_bodies'
import type { Deps } from '../../src/app.ts'
import { UPLOADS_MAX } from '../../src/clients/upstream_limits.ts'
import { raw, storefront } from '../upstream.ts'

const UPLOAD = '/api/media'
const FORM = { 'content-type': 'multipart/form-data; boundary=x' }
const ADMIN = { ...FORM, authorization: 'Bearer admin' }

const verifyToken = (token: string): Principal => {
  if (token !== 'admin' && token !== 'user') throw new Problem('unauthenticated', 'No.')
  return {
    userId: token,
    username: token,
    role: token === 'admin' ? 'admin' : 'customer',
    expiresAt: 2 ** 31,
  }
}

async function world(t: TestContext, checked = true, limits: NonNullable<Deps['limits']> = {}) {
  const received: string[] = []
  const products = await serve(t, async (request, response) => {
    const hash = createHash('sha256')
    for await (const piece of request) hash.update(piece)
    received.push(`${request.method} ${request.url} ${request.headers['content-type']} ${hash.digest('hex')}`)
    response.setHeader('location', '/media/7').end('{}')
  })
  const origin = await storefront(t, {
    products: [products],
    orders: [products],
    ...(checked ? { verifyToken } : {}),
    limits,
  })
  return { origin, received, ...slowBodies(t, () => Number(new URL(origin).port)) }
}

suite('uploads through the gateway', () => {
  test('of the largest size arrive as they were sent', async (t) => {
    const { origin, received } = await world(t)
    const body = Buffer.alloc(UPLOAD_BYTES_MAX, 'pixels').toString()
    const answer = await raw(origin, UPLOAD, { method: 'POST', headers: ADMIN, body })
    assert.deepEqual([answer.status, answer.headers.location], [200, '/api/media/7'])
    const hash = createHash('sha256').update(body).digest('hex')
    assert.deepEqual(received, [`POST /media ${FORM['content-type']} ${hash}`])
  })

  test('may take longer than other bodies; without tokens to check they may not, for strangers could hold the slots', async (t) => {
    const limits = { requestTimeoutMs: 300, uploadMs: 5_000, uploadBytesMin: 10 }
    for (const [checked, status] of [
      [true, 200],
      [false, 408],
    ] as const) {
      const { open, received } = await world(t, checked, limits)
      const socket = open(
        `POST ${UPLOAD} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer admin\r\nconnection: close\r\n` +
          'content-type: multipart/form-data; boundary=x\r\ncontent-length: 1000\r\n\r\n',
      )
      const answer = text(socket)
      for (let sent = 0; sent < 1_000 && socket.writable; sent += 100) {
        socket.write('x'.repeat(100))
        await sleep(80)
      }
      assert.equal(statusOf(await answer), status)
      assert.equal(received.length, checked ? 1 : 0)
    }
  })

  test('that are larger are refused', async (t) => {
    const { origin, received } = await world(t)
    const length = String(UPLOAD_BYTES_MAX + 1)
    const answer = await raw(origin, UPLOAD, {
      method: 'POST',
      headers: { ...ADMIN, 'content-length': length },
    })
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [413, 'body_too_large'])
    assert.deepEqual(received, [])
  })

  test('of others than admins are refused before they are read; other bodies stay small', async (t) => {
    const { origin, received } = await world(t)
    const statusWith = async (headers: Record<string, string>, path = UPLOAD, body = 'x'.repeat(100_000)) =>
      (await raw(origin, path, { method: 'POST', headers, body })).status
    assert.equal(await statusWith(FORM), 401)
    assert.equal(await statusWith({ ...FORM, authorization: 'Bearer user' }), 403)
    assert.equal(await statusWith(ADMIN, '/api/media/7'), 413)
    assert.equal(await statusWith(ADMIN, '/api/products'), 413)
    assert.deepEqual(received, [])
    assert.equal(await statusWith(ADMIN), 200)
  })

  test('that do not end fill their own slots; orders and pictures are served meanwhile', async (t) => {
    const { origin, begin, send } = await world(t, false)
    // More than there are slots, for our own takes one between them.
    const held = Array.from({ length: UPLOADS_MAX + 3 }, () => begin(UPLOAD, { bytes: 50_000 }))
    await until(503, () => send(UPLOAD))
    assert.equal(await send('/api/orders'), 200)
    assert.equal((await raw(origin, '/api/media/7/640.webp')).status, 200)
    for (const { finish } of held) finish()
    const statuses = await Promise.all(held.map(async ({ answer }) => statusOf(await answer)))
    assert.ok(statuses.filter((status) => status === 200).length >= UPLOADS_MAX - 1, String(statuses))
    await until(200, () => send(UPLOAD))
  })
})
