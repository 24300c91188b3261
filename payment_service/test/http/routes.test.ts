/** The HTTP contract of payment_service: who may call what, webhooks, and every code. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { signatureOf } from '@shop/payment_simulator/webhooks'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { createApp } from '../../src/app.ts'
import { DomainError } from '../../src/domain/errors.ts'
import { BOB, ROOT, uuid } from '../samples.ts'
import { orderTokens, startWorld, verifyToken, WEBHOOK_SECRET } from '../worlds.ts'

const OPEN = {
  amount_minor: 4_200,
  currency: 'EUR',
  method: 'invoice',
  description: 'Order 10001',
  language: 'en',
  expires_at: '2030-01-01T00:00:00.000Z',
}
type Caller = 'anonymous' | 'stranger' | 'owner' | 'admin' | 'service' | 'guest'

suite('every route and every caller (invariant 10)', () => {
  type Method = 'GET' | 'POST' | 'PUT'
  const services = { anonymous: 401, stranger: 401, owner: 401, admin: 401, service: 200, guest: 401 }
  const admins = { anonymous: 401, stranger: 403, owner: 403, admin: 200, service: 401, guest: 401 }
  const routes: [Method, string, object | undefined, Record<Caller, number>][] = [
    ['PUT', '/internal/payments/:id', OPEN, services],
    ['GET', '/internal/payments/:id', undefined, services],
    ['POST', '/internal/payments/:id/capture', { amount_minor: 4_200 }, services],
    ['POST', '/internal/payments/:id/cancel', { reason: 'time_over' }, services],
    [
      'POST',
      '/internal/payments/:id/refunds',
      { refund_id: uuid(1), amount_minor: 100, reason: 'x' },
      services,
    ],
    [
      'GET',
      '/payments/:id',
      undefined,
      { anonymous: 401, stranger: 404, owner: 200, admin: 200, service: 401, guest: 200 },
    ],
    ['POST', '/payments/:id/paid', undefined, admins],
    ['POST', '/payments/:id/refunds', { reason: 'x', amount: '1.00' }, { ...admins, admin: 201 }],
    ['POST', `/payments/:id/refunds/${uuid(1)}/paid`, undefined, { ...admins, admin: 404 }],
    ['POST', '/internal/erasures', { order_ids: [uuid(7)] }, services],
    ['POST', '/internal/card_limits', { currency_digits: 2 }, services],
    ['GET', '/audit/payments', undefined, admins],
    [
      'POST',
      '/webhooks/stripe',
      {},
      { anonymous: 400, stranger: 400, owner: 400, admin: 400, service: 400, guest: 400 },
    ],
  ]

  for (const [method, path, body, expected] of routes) {
    test(`${method} ${path}`, async (t) => {
      const world = await startWorld(t)
      const id = world.newOrder()
      await world.open(id, { ...OPEN, order_token: orderTokens.of(id) })
      await world.send('POST', `/payments/${id}/paid`, 'root')
      const tokens: Record<Caller, string | undefined> = {
        anonymous: undefined,
        stranger: 'bob',
        owner: 'ada',
        admin: 'root',
        service: await world.serviceToken(),
        guest: undefined,
      }
      for (const [caller, status] of Object.entries(expected) as [Caller, number][]) {
        const answer = await world.send(method, path.replace(':id', id), tokens[caller], body, {
          'idempotency-key': caller,
          ...(caller === 'guest' ? { 'order-token': orderTokens.of(id) } : {}),
        })
        assert.equal(answer.statusCode, status, `${caller}: ${answer.body}`)
      }
    })
  }

  test('lists every route', async (t) => {
    const { app } = await startWorld(t)
    await app.ready()
    const { paths } = (await app.operations().inject('/openapi.json')).json() as { paths: object }
    const listed = new Set(
      routes.map(([, path]) => path.replace(':id', '{order_id}').replace(uuid(1), '{refund_id}')),
    )
    const known = [...listed, '/healthz', '/readyz']
    assert.deepEqual(
      Object.keys(paths).filter((path) => !known.includes(path)),
      [],
    )
  })

  test('another token of an order does not show it, and a payment that is none looks the same', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id, { order_token: orderTokens.of(id) })
    const ask = (of: string, token: string) =>
      world.send('GET', `/payments/${of}`, undefined, undefined, { 'order-token': token })
    const token = orderTokens.of(id)
    const other = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`
    const [wrong, none] = [await ask(id, other), await ask(uuid(1), token)]
    assert.equal(wrong.json().code, 'payment_not_found')
    assert.deepEqual([none.statusCode, none.json().detail], [wrong.statusCode, wrong.json().detail])
    assert.equal((await ask(id, token)).statusCode, 200)
    assert.equal((await world.internal('GET', uuid(1))).json().code, 'payment_not_found')
    // With an account, too: before the order is added to it.
    const signedIn = await world.send('GET', `/payments/${id}`, 'bob', undefined, { 'order-token': token })
    assert.equal(signedIn.statusCode, 200)
    // The right token of an order that was placed with an account opens nothing.
    const owned = world.newOrder()
    await world.open(owned)
    assert.equal((await ask(owned, orderTokens.of(owned))).statusCode, 404)
  })

  test('a guest’s order that was added to an account shows its payment there (invariant 10)', async (t) => {
    const asked: string[] = []
    let owner: string | undefined = BOB
    const world = await startWorld(t, {
      ownerOf: async (orderId) => {
        asked.push(orderId)
        if (owner === undefined) throw new DomainError('orders_unavailable', 'Try again.')
        return owner
      },
    })
    const [id, owned] = [world.newOrder(), world.newOrder()]
    await world.open(id, { order_token: orderTokens.of(id) })
    await world.open(owned)
    const seenBy = async (who: string, of = id) =>
      (await world.send('GET', `/payments/${of}`, who)).statusCode
    assert.deepEqual([await seenBy('bob'), await seenBy('bob', owned)], [200, 404])
    owner = ROOT
    assert.equal(await seenBy('bob'), 404)
    owner = undefined
    const answer = await world.send('GET', `/payments/${id}`, 'bob')
    assert.deepEqual([answer.statusCode, answer.json().code], [503, 'orders_unavailable'])
    assert.deepEqual([...new Set(asked)], [id])
  })

  test('its owner sees amounts, refunds and history, and no secret', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id, { order_token: orderTokens.of(id), email: 'ada@example.com' })
    const seen = (await world.send('GET', `/payments/${id}`, 'ada')).json()
    assert.deepEqual(
      [seen.amount, seen.authorised, seen.refundable, seen.state],
      ['42.00', '0.00', '0.00', 'open'],
    )
    assert.deepEqual(
      seen.history.map(({ type }: { type: string }) => type),
      ['opened'],
    )
    assert.doesNotMatch(JSON.stringify(seen), /token|ada@example|cs_test_.*secret/)
  })
})

suite('webhooks', () => {
  test('M8: an event is a hint: the payment is read, and comes at once', async (t) => {
    const world = await startWorld(t, { knobs: { webhooks_doubled: 1 } })
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id)
    await world.sendWebhooks()
    await world.payments.idle()
    const { state } = await world.find(id)
    assert.equal(state, 'authorised')
    const events = await world.metrics.registry.getSingleMetricAsString('payment_events_total')
    assert.match(events, /outcome="received"[^\n]* 4\n/)
    assert.match(events, /outcome="known"[^\n]* 4/)
  })

  test('M8: what an event says is not believed', async (t) => {
    const world = await startWorld(t, { knobs: { webhooks_lost: 1 } })
    const id = world.newOrder()
    await world.open(id)
    const { sessionId } = await world.find(id)
    const body = JSON.stringify({
      id: 'evt_false',
      object: 'event',
      type: 'checkout.session.completed',
      data: {
        object: { id: sessionId, object: 'checkout.session', client_reference_id: id, status: 'complete' },
      },
    })
    assert.equal((await postEvent(world, body)).statusCode, 200)
    await world.payments.idle()
    assert.equal((await world.find(id)).state, 'open')
  })

  test('an event that the provider has not signed is refused, also one that was signed long ago, or changed', async (t) => {
    const world = await startWorld(t)
    const event = JSON.stringify({ id: 'evt_1', object: 'event', type: 'x', data: { object: {} } })
    const ways = [
      await postEvent(world, event, { secret: 'whsec_other' }),
      await postEvent(world, event, { age: 3_600 }),
      await postEvent(world, event, { sent: event.replace('evt_1', 'evt_2') }),
      await world.send('POST', '/webhooks/stripe', undefined, {}),
    ]
    for (const answer of ways)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'signature_invalid'])
    assert.equal(await world.stores.payments.isReceived('evt_1'), false)
  })

  test('an event about nothing of ours is received, and changes nothing', async (t) => {
    const world = await startWorld(t)
    const event = {
      id: 'evt_1',
      object: 'event',
      type: 'x',
      data: { object: { payment_intent: 'pi_foreign' } },
    }
    assert.equal((await postEvent(world, JSON.stringify(event))).statusCode, 200)
    assert.equal(await world.stores.payments.isReceived('evt_1'), true)
  })

  test('if the process stops before the event counts as received, it makes the payment due when it comes again', async (t) => {
    let isStopped = true
    const world = await startWorld(t, { knobs: { webhooks_lost: 1 } })
    const id = world.newOrder()
    await world.open(id)
    const { received } = world.stores.payments
    t.mock.method(world.payments.ports.payments, 'received', async (...args: Parameters<typeof received>) => {
      if (isStopped) throw new Error('stopped')
      await received(...args)
    })
    const event = { id: 'evt_1', object: 'event', type: 'x', data: { object: { client_reference_id: id } } }
    assert.equal((await postEvent(world, JSON.stringify(event))).statusCode, 500)
    isStopped = false
    assert.equal((await postEvent(world, JSON.stringify(event))).statusCode, 200)
    assert.equal(await world.stores.payments.isReceived('evt_1'), true)
  })
})

async function postEvent(
  world: Awaited<ReturnType<typeof startWorld>>,
  body: string,
  { secret = WEBHOOK_SECRET, age = 0, sent = body } = {},
) {
  const seconds = Math.floor(world.runtime.now().getTime() / 1000) - age
  return world.app.inject({
    method: 'POST',
    url: '/webhooks/stripe',
    payload: sent,
    headers: { 'content-type': 'application/json', 'stripe-signature': signatureOf(body, secret, seconds) },
  })
}

test('without a provider no events come, and cards are not offered', async (t) => {
  const world = await startWorld(t)
  const payments = { ...world.payments, provider: undefined }
  const ports = { ...payments.ports, providerOf: () => undefined }
  const bare = createApp({
    payments: { ...payments, ports },
    auditLog: world.stores.auditLog,
    verifyToken,
    verifyServiceToken: () => undefined,
    orderTokens,
    ownerOf: async () => undefined,
    ...{
      currency: 'EUR',
      digits: () => 2,
      runtime: world.runtime,
      metrics: createMetrics('payment_service'),
    },
  })
  t.after(() => bare.close())
  const event = await bare.inject({ method: 'POST', url: '/webhooks/stripe', payload: {} })
  assert.equal(event.json().code, 'webhooks_unavailable')
  const card = await bare.inject({
    method: 'PUT',
    url: `/internal/payments/${uuid(1)}`,
    headers: { authorization: 'Bearer x' },
    payload: { ...OPEN, method: 'card' },
  })
  assert.equal(card.json().code, 'method_unavailable')
})
