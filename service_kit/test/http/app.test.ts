import assert from 'node:assert/strict'
import { Agent, get, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '@shop/faults/fault'
import { HEADER_BYTES_MAX, PARAM_LENGTH_MAX } from '../../src/http/app.ts'
import type { ProblemTable } from '../../src/http/problem_tables.ts'
import { KIT_PROBLEMS } from '../../src/http/problems.ts'
import { Body, IntegerInput, MoneyInput } from '../../src/http/schemas.ts'
import { REQUEST_TIMEOUT_MS, UPLOAD_MS } from '../../src/http/slow_requests.ts'
import { type KitPayloads, Problem } from '../../src/runtime/problem.ts'
import { untilTrue } from '../../test_support/virtual_runtime.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

type Payloads = { teapot: { spout: number }; broken: { spout: number } }
class TeapotFault extends Fault<Payloads> {}
const PROBLEMS = {
  ...KIT_PROBLEMS,
  teapot: {
    status: 418,
    title: 'A teapot',
    retryable: false,
    present: ({ spout }) => ({ members: { spout } }),
  },
  broken: {
    status: 409,
    title: 'A broken teapot',
    retryable: false,
    present: () => {
      throw new Error('no secret view')
    },
  },
} as const satisfies ProblemTable<Payloads & KitPayloads>

function createApp() {
  const app = createPlainApp({
    access: {
      verifyToken: (token) => {
        if (token !== 'ada' && token !== 'root') throw new Problem('unauthenticated', 'No.')
        return {
          userId: token,
          username: token,
          role: token === 'root' ? 'admin' : 'customer',
          expiresAt: 2 ** 31,
        }
      },
      verifyServiceToken: async (token) => {
        if (token !== 'service') throw new Problem('unauthenticated', 'No.')
      },
    },
    problems: PROBLEMS,
  })
  app.register(async (scope) => {
    for (const access of ['public', 'user', 'admin', 'service'] as const) {
      scope.get(`/${access}`, { config: { access } }, async () => ({ access }))
    }
    scope.get('/things/:id', { config: { access: 'public' } }, async () => ({}))
    scope.get('/teapot', { config: { access: 'public' } }, async () => {
      throw new TeapotFault('teapot', 'Short and stout.', { spout: 1 })
    })
    scope.get('/broken', { config: { access: 'public' } }, async () => {
      throw new TeapotFault('broken', 'In pieces.', { spout: 1 })
    })
    scope.get('/crash', { config: { access: 'public' } }, async () => {
      throw new Error('SELECT secret FROM users')
    })
    scope.post(
      '/echo',
      {
        config: { access: 'public' },
        schema: { body: Body({ quantity: IntegerInput({ minimum: 1, maximum: 100 }), price: MoneyInput }) },
      },
      async (request) => request.body,
    )
  })
  return app
}

suite('every route states who may call it', () => {
  const app = createApp()
  after(() => app.close())

  const expected = {
    public: { anonymous: 200, ada: 200, root: 200, service: 200 },
    user: { anonymous: 401, ada: 200, root: 200, service: 401 },
    admin: { anonymous: 401, ada: 403, root: 200, service: 401 },
    service: { anonymous: 401, ada: 401, root: 401, service: 200 },
  }
  for (const [access, byCaller] of Object.entries(expected)) {
    for (const [caller, status] of Object.entries(byCaller)) {
      test(`${caller} calling a route of access ${access} gets ${status}`, async () => {
        const headers = caller === 'anonymous' ? {} : { authorization: `Bearer ${caller}` }
        const answer = await app.inject({ url: `/${access}`, headers })
        assert.equal(answer.statusCode, status)
      })
    }
  }

  test('a route without access stops the service from starting', async (t) => {
    const app = createApp()
    t.after(() => app.close())
    app.register(async (scope) => {
      // @ts-expect-error A route without access does not compile.
      scope.get('/forgotten', {}, async () => 'x')
    })
    await assert.rejects(async () => app.ready(), /forgotten does not state its access/)
  })

  test('the access of a route is checked also if its address resembles that of the documents', async (t) => {
    const app = createApp()
    t.after(() => app.close())
    app.register(async (scope) => {
      for (const url of ['/docs_of_customers', '/docs/customers', '/documents'])
        scope.get(url, { config: { access: 'admin' } }, async () => 'x')
    })
    for (const url of ['/docs_of_customers', '/docs/customers', '/documents']) {
      assert.equal((await app.inject({ url })).statusCode, 401, url)
    }
  })

  test('a route with an unknown access does not compile', async (t) => {
    const app = createApp()
    t.after(() => app.close())
    // @ts-expect-error There is no such access.
    const config: Parameters<typeof app.get>[1]['config'] = { access: 'all' }
    assert.ok(config)
    // @ts-expect-error Nor does app.route without access.
    const forgotten: Parameters<typeof app.route>[0] = { method: 'GET', url: '/', handler: async () => 'x' }
    assert.throws(() => app.route(forgotten), /does not state its access/)
  })
})

suite('bodies are validated as sent', () => {
  const app = createApp()
  after(() => app.close())

  const wrong: [string, unknown][] = [
    ['null is not 0', { quantity: null, price: '1' }],
    ['true is not 1', { quantity: true, price: '1' }],
    ['a fraction is not whole', { quantity: 1.5, price: '1' }],
    ['an unknown field', { quantity: 1, price: '1', role: 'admin' }],
    ['a missing field', { quantity: 1 }],
    ['too large', { quantity: 101, price: '1' }],
    ['text that is no number', { quantity: '1x', price: '1' }],
    ['a negative price', { quantity: 1, price: -1 }],
    ['a price in words', { quantity: 1, price: 'one' }],
    ['an array', []],
  ]
  for (const [what, payload] of wrong) {
    test(`${what} answers 400 validation_failed`, async () => {
      const answer = await app.inject({ method: 'POST', url: '/echo', payload: payload as object })
      assert.equal(answer.statusCode, 400)
      assert.equal(answer.json().code, 'validation_failed')
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    })
  }

  test('numbers and strings of digits are both accepted, unchanged', async () => {
    for (const payload of [
      { quantity: 2, price: 19.99 },
      { quantity: '2', price: '19.99' },
    ]) {
      const answer = await app.inject({ method: 'POST', url: '/echo', payload })
      assert.deepEqual([answer.statusCode, answer.json()], [200, payload])
    }
  })

  const broken: [string, string, Record<string, string>, number, string][] = [
    ['broken JSON', '{"a":', { 'content-type': 'application/json' }, 400, 'malformed_body'],
    ['an empty body', '', { 'content-type': 'application/json' }, 400, 'malformed_body'],
    ['__proto__', '{"__proto__":{}}', { 'content-type': 'application/json' }, 400, 'malformed_body'],
    ['XML', '<a/>', { 'content-type': 'application/xml' }, 415, 'unsupported_media_type'],
    ['plain text', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    [
      '64 KiB and more',
      JSON.stringify({ a: 'x'.repeat(70_000) }),
      { 'content-type': 'application/json' },
      413,
      'body_too_large',
    ],
    [
      'a body of another length than announced',
      '{}',
      { 'content-type': 'application/json', 'content-length': '9' },
      400,
      'bad_request',
    ],
  ]
  for (const [what, payload, headers, status, code] of broken) {
    test(`${what} answers ${status} ${code}`, async () => {
      const answer = await app.inject({ method: 'POST', url: '/echo', payload, headers })
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
    })
  }
})

suite('errors are problem documents', () => {
  const app = createApp()
  after(() => app.close())

  test('a fault with a known code has the status, title and members of the table', async () => {
    const answer = await app.inject({ url: '/teapot', headers: { 'x-request-id': 'r-1' } })
    assert.equal(answer.headers['x-request-id'], 'r-1')
    assert.deepEqual(
      [answer.statusCode, answer.json()],
      [
        418,
        {
          type: 'urn:shop:problem:teapot',
          title: 'A teapot',
          status: 418,
          detail: 'Short and stout.',
          code: 'teapot',
          request_id: 'r-1',
          retryable: false,
          spout: 1,
        },
      ],
    )
  })

  test('an unknown fault answers 500 and reveals nothing', async () => {
    const answer = await app.inject({ url: '/crash' })
    assert.deepEqual([answer.statusCode, answer.json().code], [500, 'internal_error'])
    assert.doesNotMatch(answer.body, /SELECT/)
  })

  test('a fault whose `present` throws answers 500 and reveals nothing', async () => {
    const answer = await app.inject({ url: '/broken' })
    assert.deepEqual([answer.statusCode, answer.json().code], [500, 'internal_error'])
    assert.doesNotMatch(answer.body, /secret|spout/)
  })

  test('an unknown address answers 404 route_not_found', async () => {
    const answer = await app.inject({ url: '/nothing' })
    assert.deepEqual([answer.statusCode, answer.json().code], [404, 'route_not_found'])
  })
})

suite('broken HTTP', () => {
  const app = createApp()
  after(() => app.close())

  const broken: [string, string, number][] = [
    ['no HTTP', 'NONSENSE\r\n\r\n', 400],
    ['a negative length', 'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n', 400],
    [
      'too large headers',
      `GET /public HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(HEADER_BYTES_MAX)}\r\n\r\n`,
      431,
    ],
    ['no Host', 'GET /public HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    [
      'an unknown expectation',
      'POST /echo HTTP/1.1\r\nhost: x\r\nexpect: tea\r\ncontent-length: 2\r\n\r\n{}',
      417,
    ],
    [
      'an address that is no text',
      'GET /things/%E0%A4%A HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      400,
    ],
    [
      'an id longer than any',
      `GET /things/${'x'.repeat(PARAM_LENGTH_MAX + 1)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      400,
    ],
  ]
  for (const [what, sent, status] of broken) {
    test(`${what} answers ${status} bad_request`, async () => {
      if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
      const answer = await exchange((app.server.address() as AddressInfo).port, sent)
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      assert.match(head, new RegExp(`^HTTP/1.1 ${status} `))
      assert.match(head, /content-type: application\/problem\+json/i)
      assert.match(head, /cache-control: no-store/i)
      const problem = JSON.parse(body)
      assert.deepEqual([problem.status, problem.code], [status, 'bad_request'])
      assert.match(head, new RegExp(`x-request-id: ${problem.request_id}`, 'i'))
    })
  }

  test('a request that is not complete in time is answered 408', async (t) => {
    // Node checks only every connectionsCheckingInterval; by default every 30 s.
    const { requestTimeout, headersTimeout, connectionsCheckingInterval } = app.server as Server & {
      connectionsCheckingInterval: number
    }
    assert.equal(headersTimeout, REQUEST_TIMEOUT_MS)
    // The last resort: limitSlowBodies comes before it.
    assert.ok(requestTimeout > REQUEST_TIMEOUT_MS + UPLOAD_MS && requestTimeout < 150_000)
    assert.equal(connectionsCheckingInterval, 1_000)
    const impatient = createPlainApp({ limits: { requestTimeoutMs: 200 } })
    t.after(() => impatient.close())
    await impatient.listen({ port: 0 })
    const { port } = impatient.server.address() as AddressInfo
    assert.match(await exchange(port, 'GET /healthz HTTP/1.1\r\n'), /^HTTP\/1.1 408 /)
  })
})

suite('shutting down', () => {
  test('a draining service is alive but not ready', async (t) => {
    const app = createApp()
    t.after(() => app.close())
    assert.equal((await app.inject({ url: '/readyz' })).statusCode, 200)
    app.startDraining()
    assert.equal((await app.inject({ url: '/readyz' })).statusCode, 503)
    assert.equal((await app.inject({ url: '/healthz' })).statusCode, 200)
  })

  /** Eight clients that repeat a request over keep-alive connections. `last` resolves with the answer that stopped each. */
  async function startBusy(t: TestContext) {
    const app = createApp()
    t.after(() => app.close())
    let running = 0
    app.register(async (scope) => {
      scope.get('/slow', { config: { access: 'public' } }, async () => {
        running += 1
        await sleep(20 * Math.random())
        running -= 1
        return {}
      })
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const agent = new Agent({ keepAlive: true, maxSockets: 8 })
    t.after(() => agent.destroy())
    let answers = 0
    const clients = Array.from({ length: 8 }, async () => {
      for (;;) {
        const answer = await ask(port, '/slow', agent)
        if (answer !== '200 keep-alive') return answer
        answers++
      }
    })
    // Each client has a connection, and at least one request is running.
    await untilTrue(() => answers >= 16 && running > 0)
    return { app, last: Promise.all(clients) }
  }

  test('a draining service answers every request and closes the connection after it', async (t) => {
    const { app, last } = await startBusy(t)
    app.startDraining()
    assert.deepEqual(await last, Array(8).fill('200 close'))
  })

  test('running requests are answered while the service closes; only idle connections are cut', async (t) => {
    const { app, last } = await startBusy(t)
    await app.close()
    assert.ok((await last).includes('200 close'))
    for (const answer of await last) assert.match(answer, /^(200 close|ECONNRESET|ECONNREFUSED)$/)
  })
})

/** Sends bytes, also invalid ones, and resolves the whole answer. */
function exchange(port: number, sent: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(sent)
  return text(socket)
}

/** Resolves the status and the `Connection` header, or the code of the error. */
const ask = (port: number, path: string, agent: Agent) =>
  new Promise<string>((resolve) => {
    get({ host: '127.0.0.1', port, path, agent }, (answer) => {
      answer.resume().once('end', () => resolve(`${answer.statusCode} ${answer.headers.connection}`))
    }).once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'E'))
  })
