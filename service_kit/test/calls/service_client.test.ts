import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import type { LookUp } from '../../src/calls/addresses.ts'
import {
  CALLS_MAX,
  createServiceClient,
  type ServiceClient,
  ServiceUnreachable,
} from '../../src/calls/service_client.ts'
import { startTracing } from '../../src/http/start_tracing.ts'
import { inContext, inTrace } from '../../src/runtime/request_context.ts'
import { type Runtime, systemRuntime } from '../../src/runtime/runtime.ts'
import { serve } from '../../test_support/http_server.ts'
import { balanceConnections } from '../../test_support/tcp_balancer.ts'
import { createVirtualRuntime, untilTrue, type VirtualRuntime } from '../../test_support/virtual_runtime.ts'

/** The port of a process that stands still and has as many connections as the system keeps for it. */
async function fullPlace(t: TestContext): Promise<number> {
  const still = spawn(process.execPath, [
    '-e',
    `const s = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       console.log(s.address().port)
       process.kill(process.pid, 'SIGSTOP')
     })`,
  ])
  const [line] = (await once(still.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  const waiting = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  t.after(() => {
    for (const socket of waiting) socket.destroy()
    still.kill('SIGKILL')
  })
  return port
}

/** Of a call that is answered or refused: never reached, however busy the machine is. */
const LONG_MS = 60_000
/** Of a call that is not answered; the clock of the test passes it. */
const SHORT_MS = 200

async function clientOf(
  t: TestContext,
  listener: RequestListener,
  path = '',
  runtime: Runtime = systemRuntime,
  tokens = ['token-1'],
) {
  const client = createServiceClient({
    url: (await serve(t, listener)) + path,
    tokens: tokens.map((token) => async () => token),
    runtime,
    tracing: await startTracing('test', {}, systemRuntime),
  })
  t.after(() => client.close())
  return client
}

async function silentService(t: TestContext) {
  const calls: unknown[] = []
  const clock = createVirtualRuntime()
  const client = await clientOf(t, (request) => calls.push(request), '', clock)
  return { calls, client, clock }
}

suite('calls between services', () => {
  test('carry JSON, the service token and the trace', async (t) => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const client = await clientOf(t, (request, response) => {
      const { authorization, traceparent } = request.headers
      request.pipe(response.writeHead(200, { 'x-seen': JSON.stringify({ authorization, traceparent }) }))
      assert.deepEqual(
        [authorization, traceparent, request.url],
        ['Bearer token-1', traceparent, '/internal/x'],
      )
    })
    const post = () => client.post('/internal/x', { a: 1 }, { deadlineMs: LONG_MS })
    assert.deepEqual(await inTrace(traceparent, post), { a: 1 })
  })

  test('send the ids of the requests for which they are made', async (t) => {
    const client = await clientOf(t, ({ headers }, response) =>
      response.end(JSON.stringify([headers['x-request-id'] ?? null, headers['x-request-ids'] ?? null])),
    )
    const sent = (requestIds: string[]) =>
      inContext({ traceparent: undefined, requestIds }, () =>
        client.post('/internal/x', {}, { deadlineMs: LONG_MS }),
      )
    assert.deepEqual(await sent([]), [null, null])
    assert.deepEqual(await sent(['r1']), ['r1', null])
    assert.deepEqual(await sent(['r1', 'r2']), ['r1', 'r1,r2'])
  })

  const failures: [string, RequestListener][] = [
    ['an error status', (_request, response) => response.writeHead(503).end('{}')],
    ['an answer that is not JSON', (_request, response) => response.end('<html>')],
    ['a connection closed in the middle', (request) => request.socket.destroy()],
  ]
  for (const [what, listener] of failures) {
    test(`${what} is ServiceUnreachable: the outcome is unknown`, async (t) => {
      const client = await clientOf(t, listener)
      await assert.rejects(client.post('/internal/x', {}, { deadlineMs: LONG_MS }), ServiceUnreachable)
    })
  }

  test('no answer before the deadline is ServiceUnreachable, and the call is not repeated', async (t) => {
    const { calls, client, clock } = await silentService(t)
    const ended = assert.rejects(
      client.post('/internal/x', {}, { deadlineMs: SHORT_MS, repeatable: true }),
      (error: ServiceUnreachable) => error instanceof ServiceUnreachable && error.status === undefined,
    )
    await untilTrue(() => calls.length === 1)
    await clock.advance(SHORT_MS - 1)
    assert.equal(clock.waiting().length, 1, 'it waits until its deadline')
    await clock.advance(1)
    await ended
    assert.equal(calls.length, 1)
  })

  test('only a repeatable call is sent once more when its connection is closed', async (t) => {
    let calls = 0
    const client = await clientOf(t, (request, response) => {
      if (++calls % 2 === 1) request.socket.destroy()
      else response.end('{"ok":true}')
    })
    const options = { deadlineMs: LONG_MS, repeatable: true }
    assert.deepEqual(await client.post('/internal/x', {}, options), { ok: true })
    await assert.rejects(client.post('/internal/x', {}, { deadlineMs: LONG_MS }), ServiceUnreachable)
    assert.equal(calls, 3)
  })

  for (const [what, listener] of failures.filter(([what]) => !what.includes('connection'))) {
    test(`a repeatable call is not sent again after ${what}`, async (t) => {
      let calls = 0
      const client = await clientOf(t, (request, response) => {
        calls++
        listener(request, response)
      })
      const options = { deadlineMs: LONG_MS, repeatable: true }
      await assert.rejects(client.post('/internal/x', {}, options), ServiceUnreachable)
      assert.equal(calls, 1)
    })
  }

  for (const [what, known, expected] of [
    ['the current secret', 'token-new', ['token-new']],
    ['the previous secret alone', 'token-old', ['token-new', 'token-old']],
  ] as const) {
    test(`a replica that knows ${what} answers`, async (t) => {
      const seen: (string | undefined)[] = []
      const listener: RequestListener = (request, response) => {
        const token = request.headers.authorization?.slice('Bearer '.length)
        seen.push(token)
        response.writeHead(token === known ? 200 : 401).end('{}')
      }
      const client = await clientOf(t, listener, '', systemRuntime, ['token-new', 'token-old'])
      assert.deepEqual(await client.post('/internal/x', {}, { deadlineMs: LONG_MS }), {})
      assert.deepEqual(seen, expected)
    })
  }

  test('refused with every token, they fail as refused', async (t) => {
    let calls = 0
    const listener: RequestListener = (_request, response) => {
      calls++
      response.writeHead(401).end('{}')
    }
    const client = await clientOf(t, listener, '', systemRuntime, ['token-new', 'token-old'])
    await assert.rejects(
      client.post('/internal/x', {}, { deadlineMs: LONG_MS }),
      (error: ServiceUnreachable) => error instanceof ServiceUnreachable && error.status === 401,
    )
    assert.equal(calls, 2)
  })

  test('fail after the connect timeout if a host does not accept the connection', async (t) => {
    const place = await fullPlace(t)
    const client = createServiceClient({
      url: `http://127.0.0.1:${place}`,
      tokens: [async () => 'token-1'],
      runtime: systemRuntime,
      tracing: await startTracing('test', {}, systemRuntime),
    })
    t.after(() => client.close())
    const call = client.post('/internal/x', {}, { deadlineMs: LONG_MS })
    await assert.rejects(call, /[Cc]onnect.*timeout|timeout.*connect/)
  })

  test('beyond CALLS_MAX a call is not sent; each call that ends makes room', async (t) => {
    const waiting: (() => void)[] = []
    const client = await clientOf(t, (_request, response) => waiting.push(() => response.end('{}')))
    const call = () => client.post('/internal/x', {}, { deadlineMs: LONG_MS })
    const calls = Array.from({ length: CALLS_MAX }, call)
    await assert.rejects(call(), ServiceUnreachable)
    while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    waiting.pop()!()
    await Promise.race(calls)
    calls.push(call())
    await assert.rejects(call(), ServiceUnreachable)
    const answering = setInterval(() => waiting.splice(0).map((answer) => answer()), 5)
    await Promise.all(calls)
    clearInterval(answering)
  })

  test('the error has the status of the answer, or none without an answer', async (t) => {
    const refusing = await clientOf(t, (_request, response) => response.writeHead(413).end('{}'))
    await assert.rejects(refusing.post('/internal/x', {}, { deadlineMs: LONG_MS }), { status: 413 })
    const cutting = await clientOf(t, (request) => request.socket.destroy())
    await assert.rejects(cutting.post('/internal/x', {}, { deadlineMs: LONG_MS }), { status: undefined })
  })

  test('the error has Retry-After and the address', async (t) => {
    const client = await clientOf(t, (_request, response) =>
      response.writeHead(503, { 'retry-after': '7' }).end('no'.repeat(500)),
    )
    await assert.rejects(
      client.post('/internal/x', {}, { deadlineMs: LONG_MS }),
      (error: ServiceUnreachable) => {
        assert.deepEqual([error.name, error.status, error.retryAfterMs], ['ServiceUnreachable', 503, 7_000])
        assert.match(error.message, /^http:\/\/127\.0\.0\.1:\d+\/internal\/x: answered 503: (no){100}$/)
        return true
      },
    )
  })

  for (const [status, fine] of [
    [299, true],
    [300, false],
  ] as const) {
    test(`${status} is ${fine ? 'an answer' : 'none'}`, async (t) => {
      const client = await clientOf(t, (_request, response) => response.writeHead(status).end('{}'))
      const asked = client.post('/internal/x', {}, { deadlineMs: LONG_MS })
      if (fine) assert.deepEqual(await asked, {})
      else await assert.rejects(asked, ServiceUnreachable)
    })
  }

  test('an answer above 4 MiB fails before it is read to its end', async (t) => {
    const text = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2))
    let bytes = 4 * 1024 * 1024
    const client = await clientOf(t, (_request, response) => response.end(text(bytes)))
    assert.equal((await client.post<string>('/internal/x', {}, { deadlineMs: LONG_MS })).length, bytes - 2)
    bytes += 1
    await assert.rejects(client.post('/internal/x', {}, { deadlineMs: LONG_MS }), ServiceUnreachable)
  })

  test('the address may have a path, with a slash at its end or without', async (t) => {
    const seen: (string | undefined)[] = []
    for (const path of ['', '/', '/products', '/products/']) {
      const listener: RequestListener = (request, response) => {
        seen.push(request.url)
        response.end('{}')
      }
      await (await clientOf(t, listener, path)).post('/internal/x', {}, { deadlineMs: LONG_MS })
    }
    assert.deepEqual(seen, ['/internal/x', '/internal/x', '/products/internal/x', '/products/internal/x'])
  })
})

suite('replicas share the calls of one client', () => {
  /** A replica that answers at once; with `host` and `port` at that address. */
  async function replica(t: TestContext, name: string, calls: string[], host = '127.0.0.1', port = 0) {
    const server = createServer((request, response) => {
      calls.push(name)
      request.resume().once('end', () => response.end('{}'))
    }).listen(port, host)
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    await once(server, 'listening')
    return `http://${host}:${(server.address() as AddressInfo).port}`
  }

  /** Makes 50 calls a second, one after the other, for that time of the virtual clock. */
  async function callFor(client: ServiceClient, clock: VirtualRuntime, ms: number) {
    for (let passed = 0; passed < ms; passed += 20) {
      await client.post('/internal/x', {}, { deadlineMs: LONG_MS })
      await clock.advance(20)
    }
  }

  async function clientAt(t: TestContext, url: string, runtime: Runtime, lookUp?: LookUp) {
    const tracing = await startTracing('test', {}, systemRuntime)
    const options = { url, tokens: [async () => 'token-1'], runtime, tracing, ...(lookUp ? { lookUp } : {}) }
    const client = createServiceClient(options)
    t.after(() => client.close())
    return client
  }

  const shareOf = (name: string, calls: readonly string[]) =>
    calls.filter((each) => each === name).length / calls.length

  test('behind a balancer of connections: one that is added has 40 to 60 % of the next 30 s', async (t) => {
    const calls: string[] = []
    const origins = [await replica(t, 'old', calls)]
    const clock = createVirtualRuntime()
    const client = await clientAt(t, await balanceConnections(t, origins), clock)
    await callFor(client, clock, 10_000)
    origins.push(await replica(t, 'new', calls))
    const before = calls.length
    await callFor(client, clock, 30_000)
    const share = shareOf('new', calls.slice(before))
    assert.ok(share >= 0.4 && share <= 0.6, `${share}`)
  })

  test('at the addresses of one host name: each call is sent to the next one', {
    skip: process.platform === 'linux' ? false : 'one address for all of the loopback network',
  }, async (t) => {
    const calls: string[] = []
    const { port } = new URL(await replica(t, 'one', calls))
    await replica(t, 'two', calls, '127.0.0.2', Number(port))
    const clock = createVirtualRuntime()
    const lookUp = async () => ['127.0.0.1', '127.0.0.2']
    const client = await clientAt(t, `http://products.invalid:${port}`, clock, lookUp)
    await callFor(client, clock, 2_000)
    assert.equal(calls.length, 100)
    assert.equal(shareOf('two', calls), 0.5)
  })

  test('a repeatable call whose replica cannot be reached is sent to another one', {
    skip: process.platform === 'linux' ? false : 'one address for all of the loopback network',
  }, async (t) => {
    const calls: string[] = []
    const { port } = new URL(await replica(t, 'one', calls))
    const lookUp = async () => ['127.0.0.1', '127.0.0.3']
    const client = await clientAt(t, `http://products.invalid:${port}`, systemRuntime, lookUp)
    const options = { deadlineMs: LONG_MS, repeatable: true }
    for (let i = 0; i < 10; i++) await client.post('/internal/x', {}, options)
    assert.equal(calls.length, 10)
  })
})
