/** From the log to real receivers on loopback. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { Webhook } from 'standardwebhooks'
import { createWebhookCaller } from '../../src/clients/webhook_caller.ts'
import { AT_ONCE_MAX, type Endpoint, FAILING_MAX_MS } from '../../src/domain/webhook.ts'
import { createDispatcher } from '../../src/webhooks/dispatcher.ts'
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
  const start = (options: { attemptMs?: number; reached?: () => void } = {}) => {
    const { reached, ...rest } = options
    const dispatcher = createDispatcher({
      ...{ events: stores.events, webhooks: stores.webhooks, runtime, source: 'https://shop.example' },
      call: createWebhookCaller({ runtime, allowPrivate: true, ...rest }),
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
    await record(['order:a', 1])
    start()
    const stateOf = async (n: number) => (await stores.webhooks.endpoint(uuid(n)))!.state
    await untilTrue(async () => (await stateOf(1)) === 'gone' && (await stateOf(2)) === 'failing')
    assert.deepEqual([await states(1), await states(2)], [['1 dead'], ['1 queued']])
    await record(['order:b', 1])
    await new Promise((turn) => setImmediate(turn))
    assert.deepEqual([gone.seen.length, failing.seen.length], [1, 1])
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
})
