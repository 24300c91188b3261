/** Calls to a service over real connections: which wait, which are rejected, and which replica is asked. */
import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { getEventListeners } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import type { LookUp } from '@shop/service_kit/calls/addresses'
import { waitForAddresses } from '@shop/service_kit/calls/replicas'
import { type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { serve } from '@shop/service_kit/test_support/http_server'
import { balanceConnections } from '@shop/service_kit/test_support/tcp_balancer'
import { createVirtualRuntime, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import type { Answer, Call } from '../../src/clients/failover.ts'
import { type Caller, createUpstream } from '../../src/clients/upstream.ts'
import { CALL_CLASSES, UPSTREAM_LIMITS, type UpstreamLimits } from '../../src/clients/upstream_limits.ts'
import { unusedOrigin } from '../upstream.ts'

const GET: Call = { method: 'GET', path: '/x', headers: {} }
const POST: Call = { method: 'POST', path: '/x', headers: {}, body: '{}' }
const ok: RequestListener = (_request, response) => response.end('ok')

function upstream(
  t: TestContext,
  origins: readonly string[],
  limits: Partial<UpstreamLimits> = {},
  lookUp?: LookUp,
  runtime: Runtime = systemRuntime,
) {
  const service = createUpstream({ runtime, service: 'orders', origins, limits, lookUp })
  t.after(() => service.close())
  let visitors = 0
  return {
    ...service,
    /** From another address each time, unless `address` is given. */
    call: (call: Call, { callClass = 'reads', address = `visitor ${++visitors}` }: Partial<Caller> = {}) =>
      service.call(call, { callClass, address }),
  }
}

/** These limits for every call class. */
const allClasses = (inFlightMax: number, waitingMax: number) => {
  const callClass = { ...UPSTREAM_LIMITS.calls.reads, inFlightMax, waitingMax }
  const calls = CALL_CLASSES.map((each) => [each, callClass] as const)
  return { calls: Object.fromEntries(calls) as UpstreamLimits['calls'] }
}

const read = async (answer: Promise<Answer>) => text((await answer).body)
const codeOf = (error: unknown) => (error as { code: string }).code
const refused = (call: Promise<unknown>) => call.then(() => assert.fail('it was answered'), codeOf)

/** Waits until `holds` is true; fails after a minute. */
async function eventually(holds: () => boolean | Promise<boolean>, what: string) {
  for (let i = 0; i < 6_000; i += 1) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail(what)
}

/** A server at `host`, for several addresses with one port. */
async function serveAt(t: TestContext, host: string, port: number, listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** How often a connection to the origin was tried for a request, and failed. */
function failedConnections(t: TestContext, origin: string) {
  let failures = 0
  const count = (message: unknown) => {
    if ((message as { connectParams: { host: string } }).connectParams.host === new URL(origin).host)
      failures += 1
  }
  subscribe('undici:client:connectError', count)
  t.after(() => unsubscribe('undici:client:connectError', count))
  return () => failures
}

suite('limits on calls', () => {
  /** Its answers begin, and end with `letGo`. */
  async function slowService(t: TestContext) {
    const held: (() => void)[] = []
    let asked = 0
    const origin = await serve(t, (_request, response) => {
      asked += 1
      response.write('begun')
      held.push(() => response.end())
    })
    const letGo = () => {
      for (const end of held.splice(0)) end()
    }
    return { origin, asked: () => asked, letGo }
  }

  test('calls are in flight up to a limit, wait in order up to a limit, and one more is rejected at once', async (t) => {
    const slow = await slowService(t)
    const service = upstream(t, [slow.origin], allClasses(2, 2))
    const under = await Promise.all([service.call(GET), service.call(POST)])
    const waiting = [read(service.call(GET)), read(service.call(POST))]
    assert.equal(await refused(service.call(GET)), 'overloaded')
    assert.equal(slow.asked(), 2)
    for (const { body } of under) body.resume()
    slow.letGo()
    await eventually(() => slow.asked() === 4, 'the waiting calls were not sent')
    slow.letGo()
    assert.deepEqual(await Promise.all(waiting), ['begun', 'begun'])
  })

  test('the deadline starts at the arrival: a call that waits too long fails with overloaded', async (t) => {
    const slow = await slowService(t)
    const clock = createVirtualRuntime()
    const service = upstream(t, [slow.origin], { ...allClasses(1, 9), stalledMs: 1e9 }, undefined, clock)
    const first = await service.call(POST)
    const ended: string[] = []
    for (const call of [POST, GET]) refused(service.call(call)).then((code) => ended.push(code))
    await clock.advance(UPSTREAM_LIMITS.answerMs - 1)
    assert.deepEqual(ended, [])
    await clock.advance(1)
    await untilTrue(() => ended.length === 2)
    assert.deepEqual(ended, ['overloaded', 'overloaded'])
    first.body.resume()
    slow.letGo()
    await eventually(async () => {
      const answer = await service.call(GET).catch(() => undefined)
      answer?.body.destroy()
      return answer !== undefined
    }, 'the slot was not freed')
    assert.equal(slow.asked(), 2)
  })

  test('an answer that does not begin in time is lost', async (t) => {
    const clock = createVirtualRuntime()
    let asked = false
    const origin = await serve(t, () => {
      asked = true
    })
    const service = upstream(t, [origin], {}, undefined, clock)
    let ended = ''
    refused(service.call(POST)).then((code) => {
      ended = code
    })
    await untilTrue(() => asked)
    await clock.advance(UPSTREAM_LIMITS.answerMs - 1)
    assert.equal(`${ended}`, '')
    await clock.advance(1)
    await untilTrue(() => ended !== '')
    assert.equal(ended, 'upstream_no_answer')
  })

  test('an answer that is read slowly holds its slot up to a limit, and is then cut', async (t) => {
    const origin = await serve(t, (_request, response) => {
      response.writeHead(200)
      const more = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more)
      }
      more()
    })
    const clock = createVirtualRuntime()
    const service = upstream(t, [origin], allClasses(1, 0), undefined, clock)
    const slowly = await service.call(GET)
    assert.equal(await refused(service.call(GET)), 'overloaded')
    slowly.body.on('error', () => {})
    await clock.advance(UPSTREAM_LIMITS.wholeMs - 1)
    assert.equal(slowly.body.closed, false)
    await clock.advance(1)
    await untilTrue(() => slowly.body.closed)
    const next = await service.call(GET)
    next.body.on('error', () => {}).destroy()
  })

  test('an export may take an hour, and is then cut, too', async (t) => {
    const origin = await serve(t, (_request, response) => void response.writeHead(200).write('x'))
    const clock = createVirtualRuntime()
    const service = upstream(t, [origin], {}, undefined, clock)
    const table = await service.call(GET, { callClass: 'exports' })
    table.body.on('error', () => {})
    await clock.advance(UPSTREAM_LIMITS.exportMs - 1)
    assert.equal(table.body.closed, false)
    await clock.advance(1)
    await untilTrue(() => table.body.closed)
    assert.ok(UPSTREAM_LIMITS.exportMs >= 60 * UPSTREAM_LIMITS.wholeMs)
  })

  /** Two answers hold both slots: the first is not read, the test decides about the second. */
  async function bothTaken(t: TestContext) {
    let bytes = 'x'.repeat(1_048_576)
    const answers: ServerResponse[] = []
    const origin = await serve(t, (_request, response) => {
      answers.push(response)
      response.write(bytes)
    })
    const taken: Answer[] = []
    // Before `close`, which waits for them.
    t.after(() => taken.map(({ body }) => body.destroy()))
    const clock = createVirtualRuntime({ realDefer: true })
    const service = upstream(t, [origin], { ...allClasses(2, 9), stalledMs: 100 }, undefined, clock)
    const stuck = await service.call(GET)
    let wasCut = false
    stuck.body.on('error', () => {
      wasCut = true
    })
    const other = await service.call(GET)
    other.body.on('error', () => {})
    taken.push(stuck, other)
    await untilTrue(() => taken.every(({ body }) => body.readableLength >= body.readableHighWaterMark))
    bytes = 'ok'
    return { clock, service, answers, stuck, other, wasCut: () => wasCut }
  }

  test('an answer that is not read is cut when a call waits: the oldest only', async (t) => {
    const { clock, service, answers, other, wasCut } = await bothTaken(t)
    const waiting = service.call(GET)
    // Several checks.
    await clock.advance(700)
    await untilTrue(wasCut)
    await waiting
    assert.equal(other.body.destroyed, false)
    for (const answer of answers) answer.end()
    assert.equal(await text((await waiting).body), 'ok')
  })

  test('no answer is cut while no call waits, nor one that is read', async (t) => {
    const { clock, service, stuck, other, wasCut } = await bothTaken(t)
    other.body.resume()
    await clock.advance(700)
    assert.equal(wasCut(), false)
    stuck.body.resume()
    const waiting = new AbortController()
    const inLine = service.call({ ...GET, signal: waiting.signal })
    await untilTrue(() => stuck.body.readableLength === 0)
    await clock.advance(700)
    waiting.abort()
    assert.equal(await refused(inLine), 'bad_request')
    assert.deepEqual([wasCut(), other.body.destroyed], [false, false])
  })

  test('answers without a body free their slot too', async (t) => {
    const origin = await serve(t, (request, response) => {
      response.writeHead(Number(request.url!.slice(1)), { etag: '"1"' }).end()
    })
    const service = upstream(t, [origin], allClasses(1, 0))
    for (const [method, path] of [
      ['HEAD', '/200'],
      ['GET', '/304'],
      ['DELETE', '/204'],
      ['GET', '/200'],
    ] as const) {
      const answer = await service.call({ method, path, headers: {} })
      answer.body.resume()
      await new Promise((resolve) => answer.body.once('close', resolve))
    }
  })

  test('a visitor who disconnects while waiting takes no slot, and one who disconnects later cuts the connection', async (t) => {
    const slow = await slowService(t)
    const service = upstream(t, [slow.origin], allClasses(1, 9))
    const first = await service.call(GET)
    const leaving = new AbortController()
    const waiting = refused(service.call({ ...POST, signal: leaving.signal }))
    leaving.abort()
    assert.equal(await waiting, 'bad_request')
    first.body.resume()
    slow.letGo()

    let cut = false
    const silent = upstream(t, [
      await serve(t, (request) => {
        request.socket.once('close', () => {
          cut = true
        })
        asking.abort()
      }),
    ])
    const asking = new AbortController()
    assert.equal(await refused(silent.call({ ...POST, signal: asking.signal })), 'bad_request')
    await eventually(() => cut, 'the connection was not cut')
    assert.equal(slow.asked(), 1)
  })
})

suite('call classes', () => {
  test('calls of one class never wait for another class', async (t) => {
    let asked = 0
    const origin = await serve(t, (request, response) => {
      asked += 1
      if (request.url !== '/hangs') response.end('ok')
    })
    const service = upstream(t, [origin], allClasses(1, 0))
    const leaving = new AbortController()
    for (const [i, callClass] of CALL_CLASSES.entries()) {
      for (const free of CALL_CLASSES.slice(i))
        assert.equal(await read(service.call(POST, { callClass: free })), 'ok')
      const before = asked
      service.call({ ...POST, path: '/hangs', signal: leaving.signal }, { callClass }).catch(() => {})
      await eventually(() => asked > before, 'it was not asked')
      for (const full of CALL_CLASSES.slice(0, i + 1))
        assert.equal(await refused(service.call(POST, { callClass: full })), 'overloaded')
    }
    leaving.abort()
  })
})

suite('event streams', () => {
  const events: RequestListener = (request, response) => {
    if (request.url === '/x') return void response.end('ok')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': open\n\n')
  }
  const STREAM = { ...GET, path: '/orders/7/events' }

  test('take no slots of calls, and calls take none of theirs', async (t) => {
    const service = upstream(t, [await serve(t, events)], { ...allClasses(1, 0), streamsMax: 2 })
    const open = [
      await service.stream(STREAM, { userId: 'ada', address: '::1' }),
      await service.stream(STREAM, { userId: 'bob', address: '::1' }),
    ]
    assert.equal(await read(service.call(POST)), 'ok')
    assert.equal(await refused(service.stream(STREAM, { userId: 'eve', address: '::1' })), 'overloaded')
    open[0]!.body.on('error', () => {}).destroy()
    await eventually(
      () =>
        service.stream(STREAM, { userId: 'eve', address: '::1' }).then(
          () => true,
          () => false,
        ),
      'a closed stream made no room',
    )
    for (const { body } of open) body.on('error', () => {})
  })

  test('that are silent for too long are cut', async (t) => {
    const service = upstream(t, [await serve(t, events)], { silenceMs: 50 })
    const { body } = await service.stream(STREAM, { address: '::1' })
    await assert.rejects(text(body), { code: 'UND_ERR_BODY_TIMEOUT' })
  })

  test('have a limit for each user and for each address', async (t) => {
    const service = upstream(t, [await serve(t, events)], { streamsPerUserMax: 1, streamsPerAddressMax: 2 })
    const open = (userId: string | undefined, address: string) => service.stream(STREAM, { userId, address })
    await open('ada', 'a')
    assert.equal(await refused(open('ada', 'b')), 'too_many_streams')
    await open(undefined, 'a')
    assert.equal(await refused(open('bob', 'a')), 'overloaded')
    await open('bob', 'b')
  })
})

suite('replicas', () => {
  test('one that cannot be connected to costs no request its answer, and then gets no requests', async (t) => {
    const dead = await unusedOrigin(t)
    const failed = failedConnections(t, dead)
    const service = upstream(t, [await serve(t, ok), dead])
    for (let i = 0; i < 20; i += 1) assert.equal(await read(service.call(i % 2 ? GET : POST)), 'ok')
    const together = Array.from({ length: 40 }, () => read(service.call(POST)))
    assert.deepEqual(new Set(await Promise.all(together)), new Set(['ok']))
    assert.equal(failed(), 1)
  })

  test('one that is back gets its share again, after a probe that no request waits for', async (t) => {
    const origin = await unusedOrigin(t)
    const failed = failedConnections(t, origin)
    const service = upstream(t, [await serve(t, ok), origin], { cooldownMs: 50 })
    const back = async () => (await read(service.call(POST))) === 'back'
    for (let i = 0; i < 4; i += 1) assert.equal(await back(), false)
    await new Promise((resolve) => setTimeout(resolve, 100))
    for (let i = 0; i < 4; i += 1) assert.equal(await back(), false)
    assert.equal(failed(), 1)
    await serveAt(t, '127.0.0.1', Number(new URL(origin).port), (_request, response) => response.end('back'))
    await eventually(back, 'it was never asked again')
    assert.equal(failed(), 1)
  })

  test('when none can be connected to, the problem is upstream_unavailable; the first that is back is asked at once', async (t) => {
    const [one, other] = [await unusedOrigin(t), await unusedOrigin(t)]
    const service = upstream(t, [one, other], { cooldownMs: 60_000 })
    assert.equal(await refused(service.call(POST)), 'upstream_unavailable')
    await serveAt(t, '127.0.0.1', Number(new URL(other).port), ok)
    assert.equal(await read(service.call(POST)), 'ok')
  })

  test('a GET that was sent and lost goes to another one once; a POST does not', async (t) => {
    const asked: string[] = []
    const cut: RequestListener = (request) => {
      asked.push(request.method!)
      request.socket.destroy()
    }
    const service = upstream(t, [await serve(t, cut), await serve(t, cut), await serve(t, cut)])
    assert.equal(await refused(service.call(POST)), 'upstream_no_answer')
    assert.deepEqual(asked.splice(0), ['POST'])
    assert.equal(await refused(service.call(GET)), 'upstream_no_answer')
    assert.deepEqual(asked, ['GET', 'GET'])
  })

  test('one that hangs soon gets no requests', async (t) => {
    let hanging = 0
    const hangs: RequestListener = () => {
      hanging += 1
    }
    const service = upstream(t, [await serve(t, hangs), await serve(t, ok)])
    const leaving = new AbortController()
    const stuck: Promise<unknown>[] = []
    for (let i = 0; i < 2; i += 1)
      stuck.push(read(service.call({ ...GET, signal: leaving.signal })).catch(() => {}))
    await eventually(() => hanging === 1, 'the one that hangs was never asked')
    for (let i = 0; i < 20; i += 1) assert.equal(await read(service.call(GET)), 'ok')
    assert.equal(hanging, 1)
    leaving.abort()
    await Promise.all(stuck)
  })

  // Other systems do not have 127.0.0.2.
  const skip = process.platform !== 'linux'
  test('each address of a host name is a replica; new ones are found, and while the name is unknown the last ones stay', {
    skip,
  }, async (t) => {
    const seen = new Map<string, number>()
    const at =
      (host: string): RequestListener =>
      (_request, response) => {
        seen.set(host, (seen.get(host) ?? 0) + 1)
        response.end('ok')
      }
    const port = await serveAt(t, '127.0.0.1', 0, at('127.0.0.1'))
    await serveAt(t, '127.0.0.2', port, at('127.0.0.2'))
    let addresses: string[] | undefined = ['127.0.0.1', '127.0.0.3']
    const lookUp: LookUp = async () => addresses ?? Promise.reject(new Error('ENOTFOUND'))
    const service = upstream(t, [`http://orders.invalid:${port}`], { addressesMs: 20 }, lookUp)
    for (let i = 0; i < 10; i += 1) assert.equal(await read(service.call(POST)), 'ok')
    assert.deepEqual([...seen], [['127.0.0.1', 10]])

    addresses = ['127.0.0.1', '127.0.0.2']
    await eventually(async () => {
      await read(service.call(POST))
      return seen.has('127.0.0.2')
    }, 'the new address was never asked')
    addresses = undefined
    await new Promise((resolve) => setTimeout(resolve, 30))
    for (let i = 0; i < 4; i += 1) assert.equal(await read(service.call(POST)), 'ok')
  })

  test('a host name that is never resolved holds a call until its deadline, and no slot after it', {
    timeout: 120_000,
  }, async (t) => {
    const limits = { ...allClasses(1, 0), answerMs: 50 }
    const service = upstream(t, ['http://orders.invalid'], limits, () => new Promise(() => {}))
    for (let i = 0; i < 2; i += 1) assert.equal(await refused(service.call(POST)), 'upstream_unavailable')
  })

  test('waiting for a host name ends with its addresses or with the signal, and leaves no listener', async () => {
    const ending = new AbortController()
    const { signal } = ending
    await waitForAddresses(undefined, signal)
    await waitForAddresses(Promise.resolve(), signal)
    await assert.rejects(waitForAddresses(Promise.reject(new Error('no such name')), signal), /no such name/)
    const never = waitForAddresses(new Promise(() => {}), signal)
    assert.equal(getEventListeners(signal, 'abort').length, 1)
    ending.abort()
    await assert.rejects(never, { code: 'NEVER_CONNECTED' })
    await assert.rejects(waitForAddresses(new Promise(() => {}), signal), { code: 'NEVER_CONNECTED' })
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  test('behind a balancer of connections: one that is added has 40 to 60 % of the next 30 s', async (t) => {
    const calls: string[] = []
    const replica = (name: string) =>
      serve(t, (_request, response) => {
        calls.push(name)
        response.end('ok')
      })
    const origins = [await replica('old')]
    const clock = createVirtualRuntime()
    const service = upstream(t, [await balanceConnections(t, origins)], {}, undefined, clock)
    /** 50 calls a second. */
    const callFor = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 20) {
        await read(service.call(passed % 40 === 0 ? GET : POST))
        await clock.advance(20)
      }
    }
    await callFor(10_000)
    origins.push(await replica('new'))
    calls.length = 0
    await callFor(30_000)
    const share = calls.filter((name) => name === 'new').length / calls.length
    assert.ok(share >= 0.4 && share <= 0.6, `${share}`)
  })
})
