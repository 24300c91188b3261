/** From the log to real receivers on loopback. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { Webhook } from 'standardwebhooks'
import { createWebhookCaller } from '../../src/clients/webhook_caller.ts'
import {
  AT_ONCE_MAX,
  type CallWebhook,
  ENDPOINTS_MAX,
  type Endpoint,
  FAILING_MAX_MS,
} from '../../src/domain/webhook.ts'
import type { WebhookStore } from '../../src/domain/webhook_ports.ts'
import { createDispatcher, ROUND_MS, STOP_MS } from '../../src/webhooks/dispatcher.ts'
import { FAR_AT_ONCE, SPREAD_MAX, SPREADS_MAX } from '../../src/webhooks/lane.ts'
import { AT, endpoint, event, memoryStores, ROOT, uuid } from '../samples.ts'

type Seen = { id: string; type: string; data: { n: number } }

async function receiver(t: TestContext, answer: (response: ServerResponse, seen: Seen) => unknown) {
  const seen: Seen[] = []
  const requests: { headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    requests.push({ headers: request.headers, body })
    seen.push(JSON.parse(body))
    await answer(response, seen.at(-1)!)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { seen, requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

const good = (response: ServerResponse) => response.writeHead(200).end()

function world(t: TestContext) {
  const stores = memoryStores(t)
  const faults: unknown[] = []
  const runtime = { ...systemRuntime, random: () => 0 }
  const start = (
    options: {
      runtime?: Partial<Runtime>
      reached?: () => void
      call?: CallWebhook
      webhooks?: Partial<WebhookStore>
    } = {},
  ) => {
    const { reached, webhooks, call = createWebhookCaller({ runtime, allowPrivate: true }) } = options
    const dispatcher = createDispatcher({
      ...{ events: stores.events, webhooks: { ...stores.webhooks, ...webhooks }, call },
      ...{ runtime: { ...runtime, ...options.runtime }, source: 'https://shop.example' },
      onFault: (fault) => faults.push(fault),
      ...(reached ? { reached } : {}),
    })
    t.after(() => dispatcher.stop())
    dispatcher.start()
    return dispatcher
  }
  const add = (n: number, more: Partial<Endpoint>) =>
    stores.webhooks.add(endpoint(n, more), 99, {
      by: ROOT,
      record: { action: 'endpoint.created', subject: { type: 'endpoint', id: uuid(n) }, changes: [] },
    })
  const record = (...events: Parameters<typeof event>[]) =>
    stores.events.record(
      events.map((each) => event(...each)),
      AT,
    )
  const states = async (n: number) =>
    (
      await stores.webhooks.deliveries({
        endpointId: uuid(n),
        state: undefined,
        before: undefined,
        limit: 99,
      })
    )
      .map(({ position, state }) => `${position} ${state}`)
      .toReversed()
  return { stores, faults, start, add, record, states }
}

suite('delivering', () => {
  test('an endpoint gets the events of its types as signed CloudEvents, those of an order in order (W1, W2)', async (t) => {
    const { start, add, record, states, faults } = world(t)
    const { seen, requests, url } = await receiver(t, good)
    await add(1, { url, types: ['order.confirmed'] })
    await record(['order:a', 1], ['order:a', 2], ['order:b', 1, { type: 'order.shipped' }], ['order:a', 3])
    start()
    await untilTrue(async () => (await states(1)).join() === '1 done,2 done,4 done')
    assert.deepEqual(
      seen.map(({ id }) => id),
      ['order:a:1', 'order:a:2', 'order:a:3'],
    )
    const [{ headers, body }] = requests as [(typeof requests)[number]]
    assert.equal(headers['content-type'], 'application/cloudevents+json')
    assert.deepEqual(new Webhook(endpoint(1).secret.shared).verify(body, headers as never), {
      ...{ specversion: '1.0', id: 'order:a:1', source: 'https://shop.example', type: 'order.confirmed' },
      ...{ subject: 'order:a', time: AT, datacontenttype: 'application/json', sequence: '0000000000000001' },
      ...{ partitionkey: 'order:a', data: { n: 1 } },
    })
    assert.deepEqual(faults, [])
  })

  test('one that fails, and one that hangs, delay neither other endpoints nor other orders (W5)', async (t) => {
    const { start, add, record, states, stores } = world(t)
    const failing = await receiver(t, (response, { id }) =>
      response.writeHead(id === 'order:a:1' ? 500 : 200).end(),
    )
    const hanging = await receiver(t, () => {})
    const fine = await receiver(t, good)
    await add(1, { url: failing.url })
    await add(2, { url: hanging.url })
    await add(3, { url: fine.url })
    await record(
      ...Array.from(
        { length: 12 },
        (_, n) => [`order:${'abcdef'[n % 6]}`, 1 + Math.floor(n / 6)] as [string, number],
      ),
    )
    start()
    await untilTrue(
      async () => (await states(3)).every((each) => each.endsWith('done')) && fine.seen.length === 12,
    )
    await untilTrue(async () => (await states(1)).filter((each) => each.endsWith('done')).length === 10)
    const [first, , , , , , second] = await states(1)
    assert.deepEqual([first, second], ['1 queued', '7 waiting'])
    assert.equal(hanging.seen.length, AT_ONCE_MAX)
    const found = await stores.webhooks.endpoint(uuid(1))
    const attempts = await stores.webhooks.attempts(uuid(1), 1)
    assert.deepEqual([attempts!.length >= 1, attempts![0]!.status], [true, 500])
    assert.ok(found)
  })

  test('410 disables the endpoint; five days without a success do, too', async (t) => {
    const { start, add, record, stores, states } = world(t)
    const gone = await receiver(t, (response) => response.writeHead(410).end())
    const failing = await receiver(t, (response) => response.writeHead(503).end())
    await add(1, { url: gone.url })
    const failingSince = new Date(Date.now() - FAILING_MAX_MS - 1_000).toISOString()
    await add(2, { url: failing.url, failingSince })
    const lately = new Date(Date.now() - FAILING_MAX_MS + 60_000).toISOString()
    await add(3, { url: failing.url, failingSince: lately })
    await record(['order:a', 1])
    start()
    const stateOf = async (n: number) => (await stores.webhooks.endpoint(uuid(n)))!.state
    await untilTrue(async () => (await stateOf(1)) === 'gone' && (await stateOf(2)) === 'failing')
    assert.deepEqual([await states(1), await states(2)], [['1 dead'], ['1 queued']])
    await untilTrue(async () => (await stores.webhooks.attempts(uuid(3), 1))?.length === 1)
    await setTimeout(5)
    assert.equal(await stateOf(3), 'active')
    await record(['order:b', 1])
    await new Promise((turn) => setImmediate(turn))
    assert.deepEqual([gone.seen.length, failing.seen.length], [1, 2])
  })

  test('a process that dies between sending and recording: it is sent again, under the same id (W3)', async (t) => {
    const { start, add, record, stores, states } = world(t)
    const { seen, url } = await receiver(t, good)
    await add(1, { url })
    await record(['order:a', 1])
    const dying = start({
      reached: () => {
        throw new Error('killed')
      },
    })
    await untilTrue(() => seen.length === 1)
    await dying.stop()
    assert.deepEqual(await states(1), ['1 queued'])
    // Its lease ends.
    const ended = new Date(Date.now() + 120_000).toISOString()
    const [claimed] = await stores.webhooks.claim(uuid(1), ended, AT, 9)
    assert.equal(claimed!.attempts, 2)
    start()
    await untilTrue(async () => (await states(1)).join() === '1 done')
    assert.deepEqual(
      seen.map(({ id }) => id),
      ['order:a:1', 'order:a:1'],
    )
  })

  test('an event that is not in the log any more is given up, and shown', async (t) => {
    const { start, add, record, stores, states } = world(t)
    const { seen, url } = await receiver(t, good)
    await add(1, { url })
    await record(['order:a', 1], ['order:a', 2])
    const due = { position: 9, eventId: 'order:z:1', type: 'order.confirmed', aggregate: 'order:z' }
    await stores.webhooks.spread(uuid(1), 0, 2, [due], AT)
    start()
    await untilTrue(async () => (await states(1)).join() === '9 dead')
    assert.equal(seen.length, 0)
  })

  test('what an address answers is not noted of another that the endpoint has got meanwhile', async (t) => {
    const { start, add, record, stores, states } = world(t)
    await add(1, {})
    await record(['order:a', 1])
    const answer = Promise.withResolvers<Awaited<ReturnType<CallWebhook>>>()
    start({ call: () => answer.promise })
    await untilTrue(async () => (await states(1)).join() === '1 queued')
    const before = (await stores.webhooks.endpoint(uuid(1)))!
    assert.ok(await stores.webhooks.save({ ...before, url: 'https://example.com/new' }))
    answer.resolve({ status: 410, error: 'gone', retryAfterMs: undefined, durationMs: 1 })
    await untilTrue(async () => (await states(1)).join() === '1 dead')
    await setTimeout(5)
    assert.equal((await stores.webhooks.endpoint(uuid(1)))!.state, 'active')
  })
})

suite('times', () => {
  /** Waits last a millisecond, and are noted. */
  const hurried = () => {
    const asked: number[] = []
    const after: Runtime['after'] = (ms, run, options) => {
      asked.push(ms)
      return systemRuntime.after(Math.min(ms, 1), run, options)
    }
    return { asked, runtime: { after } }
  }

  test('the end waits for attempts, and not longer than STOP_MS', async (t) => {
    const { start, add, record } = world(t)
    await add(1, {})
    await record(['order:a', 1])
    const { asked, runtime } = hurried()
    let called = false
    const dispatcher = start({
      runtime,
      call: () => {
        called = true
        return new Promise(() => {})
      },
    })
    await untilTrue(() => called)
    await dispatcher.stop()
    assert.ok(asked.includes(STOP_MS))
  })

  test('what another replica recorded is delivered within ROUND_MS', async (t) => {
    const { start, add, record } = world(t)
    const { asked, runtime } = hurried()
    const seen: string[] = []
    start({
      runtime,
      call: async ({ headers }) => {
        seen.push(headers['webhook-id']!)
        return { status: 200, error: undefined, retryAfterMs: undefined, durationMs: 1 }
      },
    })
    await setTimeout(5)
    await add(1, {})
    await record(['order:a', 1])
    await untilTrue(() => seen.length === 1)
    assert.deepEqual(new Set(asked.filter((ms) => ms > 0)), new Set([ROUND_MS]))
  })
})

suite('fairness', () => {
  const sent = { status: 200, error: undefined, retryAfterMs: undefined, durationMs: 1 }
  /** Until the end of the test. */
  const hang = <T>(t: TestContext, value: T): Promise<T> => {
    const end = Promise.withResolvers<T>()
    t.after(() => end.resolve(value))
    return end.promise
  }
  const orders = (count: number) =>
    Array.from({ length: count }, (_, n) => [`order:${n}`, 1] as [string, number])

  test('all other endpoints hang, each with a backlog: this one gets its events at once (W5)', async (t) => {
    const { start, add, record } = world(t)
    for (let n = 1; n <= ENDPOINTS_MAX; n++) await add(n, {})
    const atOnce = new Map<string, number>()
    const never = hang(t, sent)
    const seen: string[] = []
    const { wake } = start({
      call: ({ url, headers }) => {
        atOnce.set(url, (atOnce.get(url) ?? 0) + 1)
        if (url !== endpoint(7).url) return never
        seen.push(headers['webhook-id']!)
        return Promise.resolve(sent)
      },
    })
    await record(...orders(12))
    wake()
    await untilTrue(() => seen.length === 12)
    await record(['order:late', 1])
    wake()
    await untilTrue(() => seen.includes('order:late:1'))
    atOnce.delete(endpoint(7).url)
    assert.deepEqual([atOnce.size, new Set(atOnce.values())], [ENDPOINTS_MAX - 1, new Set([AT_ONCE_MAX])])
  })

  test('no endpoint waits for what the store does for another (W5)', async (t) => {
    const { start, add, record, stores } = world(t)
    await add(1, {})
    await add(2, {})
    const seen: string[] = []
    const never = hang(t, false)
    const { wake } = start({
      call: async ({ headers }) => {
        seen.push(headers['webhook-id']!)
        return sent
      },
      webhooks: {
        spread: (id, ...rest) => (id === uuid(1) ? never : stores.webhooks.spread(id, ...rest)),
      },
    })
    for (const n of [1, 2, 3]) {
      await record([`order:${n}`, 1])
      wake()
      await untilTrue(() => seen.length === n)
    }
  })

  test('an attempt that ends while others are claimed makes no room for more than AT_ONCE_MAX (W7)', async (t) => {
    const { start, add, record, stores } = world(t)
    await add(1, {})
    let peak = 0
    const hanging: (() => void)[] = []
    t.after(() => {
      for (const end of hanging) end()
    })
    let open = 0
    let gate = Promise.withResolvers<void>()
    gate.resolve()
    let claims = 0
    const { wake } = start({
      call: async () => {
        open += 1
        peak = Math.max(peak, open)
        await new Promise<void>((resolve) => hanging.push(resolve))
        open -= 1
        return sent
      },
      webhooks: {
        claim: async (...query) => {
          const claimed = await stores.webhooks.claim(...query)
          claims += 1
          await gate.promise
          return claimed
        },
      },
    })
    await record(['order:first', 1])
    wake()
    await untilTrue(() => open === 1)
    gate = Promise.withResolvers()
    await record(...orders(12))
    const before = claims
    wake()
    await untilTrue(() => claims > before)
    hanging.shift()!()
    await untilTrue(() => open === 0)
    await setTimeout(5)
    gate.resolve()
    await untilTrue(() => open >= AT_ONCE_MAX - 1)
    for (let i = 0; i < 20; i++) {
      wake()
      await setTimeout(1)
    }
    assert.deepEqual([open, peak], [AT_ONCE_MAX, AT_ONCE_MAX])
  })

  test('a long log is read in parts, and what is due is sent between them', async (t) => {
    const { start, add, record, stores } = world(t)
    const count = SPREAD_MAX * SPREADS_MAX + 1
    for (let from = 0; from < count; from += 500) await record(...orders(count).slice(from, from + 500))
    await add(1, { types: ['order.shipped'] })
    let spreads = 0
    const spreadsBeforeClaims: number[] = []
    start({
      webhooks: {
        spread: (id, from, to, ...rest) => {
          spreads += 1
          assert.ok(to - from <= SPREAD_MAX)
          return stores.webhooks.spread(id, from, to, ...rest)
        },
        claim: async (...query) => {
          spreadsBeforeClaims.push(spreads)
          return stores.webhooks.claim(...query)
        },
      },
    })
    await untilTrue(() => spreadsBeforeClaims.length === 2)
    assert.deepEqual(spreadsBeforeClaims, [SPREADS_MAX, SPREADS_MAX + 1])
  })

  test('of endpoints that are far behind few are brought forward at once, in turns; others do not wait (W8)', async (t) => {
    const { start, add, record, stores } = world(t)
    await record(...orders(3 * SPREAD_MAX))
    for (const n of [1, 2, 3, 4, 5]) await add(n, { types: ['order.shipped'] })
    await add(6, { position: 3 * SPREAD_MAX })
    const gates: (() => void)[] = []
    const order: string[] = []
    let isOver = false
    t.after(() => {
      isOver = true
      for (const open of gates) open()
    })
    const seen: string[] = []
    const { wake } = start({
      call: async ({ headers }) => {
        seen.push(headers['webhook-id']!)
        return sent
      },
      webhooks: {
        spread: async (id, from, to, ...rest) => {
          if (id !== uuid(6)) {
            order.push(id)
            if (!isOver) await new Promise<void>((resolve) => gates.push(resolve))
          }
          return stores.webhooks.spread(id, from, to, ...rest)
        },
      },
    })
    await untilTrue(() => gates.length === FAR_AT_ONCE)
    await record(['order:new', 1])
    wake()
    await untilTrue(() => seen.includes('order:new:1'))
    assert.equal(gates.length, FAR_AT_ONCE)
    for (let n = 0; n < 4; n++) {
      gates[n]!()
      await untilTrue(() => gates.length > FAR_AT_ONCE + n)
    }
    // One after the other, before the first has its second part.
    assert.deepEqual(new Set(order.slice(0, 5)).size, 5)
  })
})
