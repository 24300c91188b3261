/** What runs beside the requests: hints to order_service, the poller of several replicas, and the watch of authorisations. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createServiceClient } from '@shop/service_kit/calls/service_client'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { createServiceTokens, createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import { createMetrics, type Metrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { serve } from '@shop/service_kit/test_support/http_server'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import { startAuthorisationWatch } from '../src/authorisation_watch.ts'
import { createNotify } from '../src/clients/order_client.ts'
import type { Method, Payment } from '../src/domain/payment.ts'
import { startPoller } from '../src/poller.ts'
import { startReplica, startWorld } from './worlds.ts'

const SECRET = 'a secret that is long enough for tests'
const isAuthorised = ({ state }: Payment) => state === 'authorised'

suite('order_service is notified of changes', () => {
  test('by order ids, with our token, again until it has answered, and then no more', async (t) => {
    const received: string[][] = []
    let isDown = true
    const verify = createServiceTokenVerifier([SECRET], 'order_service', systemRuntime.now)
    const url = await serve(t, async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      await verify(String(request.headers.authorization).slice('Bearer '.length))
      assert.equal(`${request.method} ${request.url}`, 'POST /internal/payment_changes')
      received.push(JSON.parse(body).order_ids)
      response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/json' }).end('{}')
    })
    const orders = createServiceClient({
      url,
      tokens: [createServiceTokens(SECRET, 'payment_service', 'order_service', systemRuntime.now)],
      runtime: systemRuntime,
      tracing: await startTracing('payment_service', {}, systemRuntime),
    })
    t.after(() => orders.close())
    const world = await startWorld(t, { notify: createNotify(orders), roundMs: 5 })
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id)
    await world.until(id, isAuthorised)
    while (received.length < 2) await systemRuntime.sleep(5)
    isDown = false
    while ((await world.stores.payments.unhinted(1)).length > 0) await systemRuntime.sleep(5)
    assert.deepEqual(new Set(received.flat()), new Set([id]))
    const count = received.length
    await systemRuntime.sleep(30)
    assert.equal(received.length, count)
  })
})

suite('several replicas on one store', () => {
  test('M1, M7: the same requests to both at once open one page, capture once and refund once', async (t) => {
    const world = await startWorld(t, { knobs: { latency_ms: 8 } })
    const other = startReplica(t, {
      runtime: world.runtime,
      stores: world.stores,
      provider: world.provider(),
    })
    const id = world.newOrder()
    const both = <Answer>(ask: (replica: typeof other) => Promise<Answer>) =>
      Promise.all([ask(world), ask(other), ask(world), ask(other)])
    await both((replica) => replica.open(id))
    await world.until(id, ({ checkoutUrl }) => checkoutUrl !== undefined)
    await world.pay(id)
    await world.until(id, isAuthorised)
    await both((replica) => replica.capture(id))
    await world.until(id, ({ state }) => state === 'captured')
    await both((replica) => replica.refund(id, '10.00', 'key'))
    await world.until(id, ({ refunds }) => refunds[0]?.state === 'succeeded')
    await both((replica) => replica.cancel(id))
    const { refunds, entries } = await world.until(id, ({ state }) => state === 'cancelled')
    assert.deepEqual(
      refunds.map(({ amountMinor }) => amountMinor),
      [1_000, 3_200],
    )
    assert.equal(new Set(entries.map((entry) => entry.id)).size, entries.length)
    assert.deepEqual(
      world.simulator.books().map(({ captured, refunded }) => [captured, refunded]),
      [[4_200, 4_200]],
    )
  })

  test('a payment that fails waits longer each time, and delays no other', async (t) => {
    const world = await startWorld(t, {
      wrap: (provider) => ({
        ...provider,
        read: async (payment, now) => {
          if (payment.description === 'fails') throw new Error('always')
          return provider.read(payment, now)
        },
      }),
    })
    const [bad, good] = [world.newOrder(), world.newOrder()]
    await world.open(bad, { description: 'fails' })
    await world.open(good)
    await world.pay(good)
    await world.until(good, isAuthorised)
    const { schedule } = (await world.stores.payments.find(bad))!
    assert.ok(schedule.attempts > 0)
    assert.ok(Date.parse(schedule.dueAt!) > world.runtime.now().getTime() - 60_000)
  })
})

test('M10: authorisations that end soon are counted, and each is logged once; captures that wait, and refunds that wait for a person (M3), are shown', async (t) => {
  const runtime = createVirtualRuntime()
  const lines: object[] = []
  const metrics = createMetrics('payment_service')
  let found = [{ orderId: 'a', captureBefore: '2026-01-02' }]
  let refunds: { orderId: string; since: string; method: Method }[] = []
  let captures: { orderId: string; since: string }[] = []
  const stop = startAuthorisationWatch({
    payments: {
      endingBefore: async () => found,
      capturesWaiting: async () => captures,
      refundsWaiting: async () => refunds,
    },
    ...{ metrics, runtime },
    logger: { warn: (line: object) => lines.push(line) } as never,
  })
  t.after(stop)
  const waiting = async () =>
    /seconds\{[^}]*\} (\d+)/.exec(
      await metrics.registry.getSingleMetricAsString('payment_captures_waiting_seconds'),
    )?.[1]
  const count = async () =>
    /ending\{[^}]*\} (\d+)/.exec(
      await metrics.registry.getSingleMetricAsString('payment_authorisations_ending'),
    )?.[1]
  await runtime.advance(0)
  assert.equal(await count(), '1')
  assert.equal(await waiting(), '0')
  captures = [{ orderId: 'c', since: runtime.now().toISOString() }]
  refunds = [
    { orderId: 'd', since: runtime.now().toISOString(), method: 'invoice' },
    { orderId: 'e', since: runtime.now().toISOString(), method: 'card' },
    { orderId: 'f', since: runtime.now().toISOString(), method: 'card' },
  ]
  found = [...found, { orderId: 'b', captureBefore: '2026-01-02' }]
  await runtime.advance(120_000)
  assert.equal(await count(), '2')
  assert.equal(await waiting(), '120')
  const owed = await metrics.registry.getSingleMetricAsString('payment_refunds_waiting')
  assert.match(owed, /kind="by_hand"[^\n]* 1\n/)
  assert.match(owed, /kind="refused"[^\n]* 2/)
  assert.match(
    await metrics.registry.getSingleMetricAsString('payment_refunds_waiting_seconds'),
    /seconds\{[^}]*\} 120/,
  )
  assert.deepEqual(
    lines.map((line) => (line as { order_id: string }).order_id),
    ['a', 'b', 'd', 'e', 'f'],
  )
})

test('M8: how long the payment that is due first has been due is shown; one that is due later is not late', async (t) => {
  const world = await startWorld(t)
  const late = async ({ registry }: Metrics) =>
    Number(
      /seconds\{[^}]*\} (\S+)/.exec(
        await registry.getSingleMetricAsString('payment_poller_late_seconds'),
      )?.[1],
    )
  const dueAt = world.runtime.now().getTime() - 400_000
  const poller = (firstDueAt: number, metrics: Metrics) =>
    startPoller({
      ports: {
        ...world.payments.ports,
        payments: {
          ...world.stores.payments,
          claimDue: async () => [],
          backlog: async () => ({
            count: 1,
            oldestUpdatedAt: undefined,
            firstDueAt: new Date(firstDueAt).toISOString(),
          }),
        },
      },
      ...{ drive: world.payments.drive, metrics, runtime: world.runtime, roundMs: 3_600_000 },
      onFault: (fault) => assert.fail(String(fault)),
    })
  for (const [first, least] of [
    [dueAt, 400],
    [dueAt + 900_000, 0],
  ] as const) {
    const metrics = createMetrics('payment_service')
    const started = poller(first, metrics)
    await started.idle()
    await started.stop()
    const seconds = await late(metrics)
    assert.ok(seconds >= least && seconds < least + 60, String(seconds))
  }
})
