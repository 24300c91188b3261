import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import type { App } from '../../src/http/app.ts'
import {
  INCOMING_BODY_LIMITS,
  type IncomingBodyLimits,
  limitIncomingBodies,
} from '../../src/http/incoming_bodies.ts'
import { nextTurn, systemRuntime } from '../../src/runtime/runtime.ts'
import { slowBodies, statusOf, until } from '../../test_support/slow_bodies.ts'
import { untilTrue } from '../../test_support/virtual_runtime.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

type Limits = Partial<IncomingBodyLimits & { requestTimeoutMs: number }>

/**
 * `/echo` parses a body, `/raw` accepts any bytes as the gateway does, `/held` is answered when `free` is called. `begun()`
 * counts the bodies that began to arrive.
 */
async function start(t: TestContext, limits: Limits) {
  const app = createPlainApp({
    trustedProxies: ['127.0.0.1'],
    limits,
  })
  let begun = 0
  app.addHook('preParsing', async () => {
    begun += 1
  })
  const { promise: freed, resolve: free } = Promise.withResolvers<void>()
  const options = { config: { access: 'public' } } as const
  app.register(async (scope) => {
    scope.get('/', options, async () => ({}))
    scope.post('/echo', options, async (request) => request.body)
    scope.post('/held', options, async () => freed)
  })
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.post('/raw', options, async (request) => ({ bytes: (request.body as Buffer).length }))
  })
  return { ...(await listen(t, app, free)), free, begun: () => begun }
}

async function listen(t: TestContext, app: Pick<App, 'listen' | 'close' | 'server'>, free = () => {}) {
  const clients = slowBodies(t, () => (app.server.address() as AddressInfo).port)
  t.after(() => {
    free()
    return app.close()
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return clients
}

suite('an incomplete request is ended', () => {
  const stalled = {
    headers: 'GET / HTTP/1.1\r\n',
    body: 'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  }
  for (const [part, sent] of Object.entries(stalled)) {
    test(`with 408 if its ${part} stall beyond the time of the whole request`, async (t) => {
      const { open } = await start(t, { requestTimeoutMs: 500 })
      const answer = await text(open(sent))
      assert.match(answer, /^HTTP\/1.1 408 /)
      assert.match(answer, /application\/problem\+json/)
    })
  }
})

suite('incoming bodies are counted', () => {
  for (const path of ['/echo', '/raw']) {
    test(`${path}: beyond the limit of an address the answer is 429; others are served`, async (t) => {
      const { begin, send } = await start(t, { incomingPerAddressMax: 2 })
      const held = [begin(path), begin(path)]
      await until(429, () => send(path))
      assert.equal(await send(path, { from: '192.0.2.2' }), 200)
      for (const { finish } of held) finish()
      for (const { answer } of held) assert.equal(statusOf(await answer), 200)
      assert.equal(await send(path), 200)
    })
  }

  test('beyond the limit of the process the answer is 503 with Retry-After', async (t) => {
    const { begin, send } = await start(t, { incomingMax: 2 })
    const held = [begin('/echo'), begin('/echo', { from: '192.0.2.3', chunked: true })]
    await until(503, () => send('/echo', { from: '192.0.2.2' }))
    const refused = begin('/echo', { from: '192.0.2.4' })
    const answer = await refused.answer
    assert.match(answer, /^HTTP\/1.1 503 /)
    assert.match(answer, /retry-after: \d/i)
    assert.match(answer, /connection: close/i)
    assert.match(answer, /"code":"overloaded"/)
    for (const { socket } of held) socket.destroy()
    await until(200, () => send('/echo'))
  })

  test('addresses of one IPv6 network count as one', async (t) => {
    const { begin, send } = await start(t, { incomingPerAddressMax: 1 })
    begin('/echo', { from: '2001:db8::1' })
    await until(429, () => send('/echo', { from: '2001:db8::2:3:4:5' }))
    assert.equal(await send('/echo', { from: '2001:db8:0:1::2' }), 200)
  })
})

suite('bytes of bodies in memory are counted', () => {
  for (const [path, chunked] of [
    ['/echo', false],
    ['/raw', false],
    ['/echo', true],
  ] as const) {
    test(`${path}${chunked ? ', chunked' : ''}: beyond the limit an incoming body is refused with 429`, async (t) => {
      const { begin, send } = await start(t, { bodyBytesHeldPerAddressMax: 3_000 })
      const first = begin(path, { bytes: 2_000 })
      await until(429, () => send(path, { bytes: 2_000 }))
      assert.match(
        await begin(path, { bytes: 2_000, chunked }).answer,
        /^HTTP\/1.1 429 [\s\S]*"too_many_requests"/,
      )
      assert.equal(await send(path, { bytes: 2_000, from: '192.0.2.2' }), 200)
      first.finish()
      assert.equal(statusOf(await first.answer), 200)
      assert.equal(await send(path, { bytes: 2_000 }), 200)
    })
  }

  test('a Content-Length alone counts nothing', async (t) => {
    const { open, send, begun } = await start(t, { bodyBytesHeldMax: 3_000 })
    open('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{')
    await untilTrue(() => begun() === 1)
    assert.equal(await send('/echo', { bytes: 2_000 }), 200)
  })

  test('a complete body counts until its request is answered', async (t) => {
    const { begin, send, free } = await start(t, { bodyBytesHeldMax: 3_000 })
    begin('/held', { bytes: 2_000 }).finish()
    await until(503, () => send('/echo', { bytes: 2_000 }))
    free()
    await until(200, () => send('/echo', { bytes: 2_000 }))
  })
})

test('3: however a request ends, nothing it held stays counted', async (t) => {
  const app = Fastify({ bodyLimit: 5_000 })
  const { all, addresses } = limitIncomingBodies(app, INCOMING_BODY_LIMITS)
  app.post('/echo', async (request) => request.body)
  app.post('/throws', async () => {
    throw new Error('on purpose')
  })
  app.post('/never', () => new Promise(() => {}))
  const { begin, send, open } = await listen(t, app)
  const seen = await Promise.all([
    send('/echo'),
    send('/throws'),
    send('/nowhere'),
    send('/echo', { bytes: 6_000 }),
    app.inject({ method: 'POST', url: '/echo', payload: {} }).then(({ statusCode }) => statusCode),
  ])
  assert.deepEqual(seen, [200, 500, 404, 413, 200])
  begin('/echo').socket.destroy()
  const waiting = begin('/never', { more: true })
  waiting.finish()
  // Pipelined behind a response that never comes: the response to this one never gets the socket.
  waiting.socket.write(
    'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  )
  open(
    'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{',
  ).end()
  await until(true, async () => all.bytes >= 42)
  waiting.socket.destroy()
  await until('0 0 0', async () => `${all.incoming} ${all.bytes} ${addresses.size}`)
})

suite('3: a client that disconnects while its token is checked holds nothing afterwards, and is no error', () => {
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n`
  for (const [which, before] of [
    ['the first request of a connection', ''],
    ['a later request, whose address is already known', `${head('/echo')}{}`],
  ] as const) {
    test(which, async (t) => {
      const app = Fastify()
      const asked = Promise.withResolvers<void>()
      const left = Promise.withResolvers<void>()
      const validated = Promise.withResolvers<void>()
      const errors: unknown[] = []
      app.addHook('onRequest', async (request, reply) => {
        if (request.url !== '/validated') return
        reply.raw.once('close', left.resolve)
        asked.resolve()
        await validated.promise
      })
      const { all, addresses } = limitIncomingBodies(app, INCOMING_BODY_LIMITS)
      app.setErrorHandler((error, _request, reply) => {
        errors.push(error)
        return reply.code(500).send()
      })
      for (const path of ['/echo', '/validated']) app.post(path, async (request) => request.body)
      const { open } = await listen(t, app)
      const socket = open(`${before}${head('/validated')}{`)
      await asked.promise
      socket.destroy()
      await left.promise
      validated.resolve()
      // What follows takes no more I/O.
      for (let turns = 0; turns < 10; turns++) await nextTurn(systemRuntime)
      assert.deepEqual(
        { ...all, addresses: addresses.size, errors },
        { incoming: 0, bytes: 0, addresses: 0, errors: [] },
      )
    })
  }
})
