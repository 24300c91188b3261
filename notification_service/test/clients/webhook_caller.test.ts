/** Real receivers on loopback, which do what receivers do. */
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import {
  BODY_BYTES_MAX,
  createWebhookCaller,
  faultOfUrl,
  type WebhookCallerOptions,
} from '../../src/clients/webhook_caller.ts'
import { RETRY_AFTER_MAX_MS } from '../../src/domain/webhook.ts'

async function receiver(t: TestContext, listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Answers a connection by bytes. */
async function rawReceiver(t: TestContext, act: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    act(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const caller = (options: Partial<WebhookCallerOptions> = {}) =>
  createWebhookCaller({ runtime: systemRuntime, allowPrivate: true, ...options })
const callAt = (url: string) => ({ url, headers: { 'content-type': 'application/json' }, body: '{"é":1}' })

suite('calling a receiver', () => {
  test('sends the body and the headers; 2xx is a success', async (t) => {
    const seen: unknown[] = []
    const port = await receiver(t, async (request, response) => {
      const body = (await request.toArray()).join('')
      seen.push([request.method, request.url, request.headers['content-type'], body])
      response.writeHead(204).end()
    })
    const sent = await caller()(callAt(`http://127.0.0.1:${port}/hooks?a=1`))
    assert.deepEqual([sent.status, sent.error], [204, undefined])
    assert.deepEqual(seen, [['POST', '/hooks?a=1', 'application/json', '{"é":1}']])
  })

  test('a redirect is an answer like any other: nothing is called there', async (t) => {
    let called = 0
    const port = await receiver(t, (request, response) => {
      called += 1
      if (request.url === '/elsewhere') return response.end()
      return response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const sent = await caller()(callAt(`http://127.0.0.1:${port}/`))
    assert.deepEqual([sent.status, called], [302, 1])
  })

  test('of the answer the beginning is read, and Retry-After', async (t) => {
    const port = await receiver(t, (_request, response) => {
      response.writeHead(503, { 'retry-after': '120' }).end(`too\nbusy ${'x'.repeat(100_000)}`)
    })
    const sent = await caller()(callAt(`http://127.0.0.1:${port}/`))
    assert.deepEqual([sent.status, sent.retryAfterMs], [503, 120_000])
    assert.match(sent.error!, /^answered 503: too busy x+$/)
    assert.ok(sent.error!.length <= BODY_BYTES_MAX)
    const asking = async (header: string) => {
      const at = await receiver(t, (_request, response) => {
        response.writeHead(429, { 'retry-after': header }).end()
      })
      return (await caller()(callAt(`http://127.0.0.1:${at}/`))).retryAfterMs
    }
    assert.deepEqual([await asking('999999999'), await asking('soon')], [RETRY_AFTER_MAX_MS, undefined])
  })

  test('of an answer that never ends only the beginning is waited for', async (t) => {
    const port = await receiver(t, (_request, response) => {
      response.writeHead(500).write('x'.repeat(BODY_BYTES_MAX))
    })
    const sent = await caller({ attemptMs: 5_000 })(callAt(`http://127.0.0.1:${port}/`))
    assert.equal(sent.status, 500)
  })

  test('it ends in time, whether the receiver hangs before its status or within its body', async (t) => {
    const hangs = await receiver(t, () => {})
    const slow = await receiver(t, (_request, response) => {
      response.writeHead(500).write('a')
    })
    const call = caller({ attemptMs: 200 })
    const [first, second] = await Promise.all(
      [hangs, slow].map((port) => call(callAt(`http://127.0.0.1:${port}/`))),
    )
    assert.deepEqual([first!.status, first!.error], [undefined, 'There was no answer within 0.2 s.'])
    assert.deepEqual([second!.status, second!.error], [undefined, 'There was no answer within 0.2 s.'])
    const never = caller({ attemptMs: 50, lookUp: () => new Promise(() => {}) })
    assert.match((await never(callAt('http://receiver.example/'))).error!, /no answer within/)
  })

  test('what is no HTTP, has endless or too many headers, or changes the protocol, is an error', async (t) => {
    const call = caller({ attemptMs: 300 })
    const error = async (act: (socket: Socket) => void) => {
      const port = await rawReceiver(t, act)
      const sent = await call(callAt(`http://127.0.0.1:${port}/`))
      assert.equal(sent.status, undefined)
      return sent.error!
    }
    const head = 'HTTP/1.1 200 OK\r\n'
    assert.match(await error((socket) => socket.write('SSH-2.0-OpenSSH_9\r\n')), /Parse Error/)
    assert.match(
      await error((socket) => socket.write(`${head}x: ${'b'.repeat(100_000)}\r\n\r\n`)),
      /Header overflow/,
    )
    const upgrade = 'HTTP/1.1 101 OK\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'
    assert.match(await error((socket) => socket.write(upgrade)), /ended without an answer/)
    assert.match(
      await error((socket) => {
        socket.write(head)
        const timer = setInterval(() => socket.write('x-a: b\r\n'), 20)
        socket.once('close', () => clearInterval(timer))
      }),
      /no answer within/,
    )
  })

  test('a status counts, with Retry-After, also if the connection fails behind it', async (t) => {
    for (const broken of ['5\r\nhello\r\nZZ\r\n', 'ZZ\r\n']) {
      const head = 'HTTP/1.1 410 Gone\r\nretry-after: 7\r\ntransfer-encoding: chunked\r\n\r\n'
      const port = await rawReceiver(t, (socket) => socket.write(head + broken))
      const { status, retryAfterMs } = await caller({ attemptMs: 2_000 })(callAt(`http://127.0.0.1:${port}/`))
      assert.deepEqual([status, retryAfterMs], [410, 7_000])
    }
  })

  test('a success is one as soon as its status is there, however slow its body is', async (t) => {
    const slow = await receiver(t, (_request, response) => {
      response.writeHead(200).write('a')
    })
    assert.equal((await caller({ attemptMs: 5_000 })(callAt(`http://127.0.0.1:${slow}/`))).status, 200)
  })

  test('an address where no one listens is an error that says so', async (t) => {
    const port = await receiver(t, () => {})
    const gone = await caller()(callAt(`http://127.0.0.1:${port === 1 ? 2 : 1}/`))
    assert.match(gone.error!, /ECONNREFUSED/)
  })
})

suite('private addresses are never called', () => {
  test('what is connected to is what was checked, whatever DNS answers later (rebinding)', async (t) => {
    let called = 0
    const port = await receiver(t, (_request, response) => {
      called += 1
      response.end()
    })
    const answers = [[{ address: '127.0.0.1', family: 4 }], [{ address: '10.0.0.1', family: 4 }]]
    let looked = 0
    const lookUp = async () => answers[looked++]!
    const open = caller({ lookUp })
    assert.equal((await open(callAt(`http://receiver.example:${port}/`))).status, 200)
    assert.deepEqual([looked, called], [1, 1], 'looked up once, and connected to that')
  })

  test('a name with one address that is not public is not called', async (t) => {
    let called = 0
    const port = await receiver(t, (_request, response) => {
      called += 1
      response.end()
    })
    for (const addresses of [
      [{ address: '127.0.0.1', family: 4 }],
      [
        { address: '8.8.8.8', family: 4 },
        { address: '::ffff:127.0.0.1', family: 6 },
      ],
      [],
    ]) {
      const closed = caller({ allowPrivate: false, lookUp: async () => addresses })
      const sent = await closed(callAt(`https://receiver.example:${port}/`))
      assert.equal(sent.status, undefined)
      assert.match(sent.error!, /not public|no address/)
    }
    for (const host of [
      '127.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '127.0.0.1.',
    ]) {
      const sent = await caller({ allowPrivate: false })(callAt(`https://${host}:${port}/`))
      assert.equal(sent.status, undefined, host)
      assert.match(sent.error!, /private|not public/, host)
    }
    const plain = await caller({ allowPrivate: false })(callAt(`http://127.0.0.1:${port}/`))
    assert.match(plain.error!, /https/)
    assert.equal(called, 0)
  })

  test('an endpoint is refused where its address shows it already', () => {
    for (const [url, fault] of [
      ['https://example.com/hooks', undefined],
      ['http://example.com', /https/],
      ['ftp://example.com', /https/],
      ['https://a:b@example.com', /password/],
      ['https://169.254.169.254/latest', /private/],
      ['https://[fd00::1]/', /private/],
      ['no address', /address such as/],
    ] as const) {
      const found = faultOfUrl(url, false)
      if (fault === undefined) assert.equal(found, undefined)
      else assert.match(found ?? '', fault, url)
    }
    assert.equal(faultOfUrl('http://127.0.0.1:9', true), undefined)
  })
})
