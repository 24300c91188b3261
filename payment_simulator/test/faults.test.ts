/** What goes wrong on request: idempotency keys, knobs and webhooks. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { serve } from '@shop/service_kit/test_support/http_server'
import Stripe from 'stripe'
import { clientOf, DAY, paid, sessionOf, startSimulator } from './support.ts'

const WEBHOOK_SECRET = 'whsec_of_a_simulator'

suite('an idempotency key', () => {
  test('repeats the answer; other parameters are refused; after 24 hours it is forgotten', async (t) => {
    const { stripe, simulator } = await startSimulator(t)
    const create = (changes = {}) =>
      stripe.checkout.sessions.create(sessionOf(changes), { idempotencyKey: 'key' })
    const first = await create()
    const again = await create()
    assert.equal(again.id, first.id)
    assert.equal(
      (again.lastResponse as { headers: Record<string, string> }).headers['idempotent-replayed'],
      'true',
    )
    await assert.rejects(create({ client_reference_id: 'other' }), (error: Stripe.errors.StripeError) => {
      assert.ok(error instanceof Stripe.errors.StripeIdempotencyError)
      assert.equal(error.statusCode, 400)
      return true
    })
    simulator.advance(DAY)
    assert.notEqual((await create()).id, first.id)
  })

  test('of two requests at once one is applied, and the other gets 409', async (t) => {
    const { stripe, simulator } = await startSimulator(t)
    simulator.turn({ latency_ms: 100 })
    const create = () => stripe.checkout.sessions.create(sessionOf(), { idempotencyKey: 'key' })
    const [one, two] = await Promise.allSettled([create(), create()])
    const [refused] = [one, two].filter((each) => each.status === 'rejected')
    assert.equal(refused?.reason.statusCode, 409)
    simulator.turn({ latency_ms: 0 })
    assert.equal((await stripe.checkout.sessions.list()).data.length, 1)
  })

  test('an error of the state is remembered, one of the parameters is not', async (t) => {
    const world = await startSimulator(t)
    const { intent } = await paid(world, 'slow')
    const cancel = () => world.stripe.paymentIntents.cancel(intent.id, {}, { idempotencyKey: 'key' })
    await assert.rejects(cancel(), /status of processing/)
    world.simulator.advance(20)
    await assert.rejects(cancel(), /status of processing/)
    assert.equal((await world.stripe.paymentIntents.cancel(intent.id)).status, 'canceled')
  })
})

suite('the knobs', () => {
  test('by default nothing goes wrong, and a knob that is none is refused', async (t) => {
    const { origin } = await startSimulator(t)
    const knobs = await (await fetch(`${origin}/simulator/knobs`)).json()
    assert.deepEqual(new Set(Object.values(knobs as object)), new Set([0]))
    const put = (body: object) =>
      fetch(`${origin}/simulator/knobs`, { method: 'PUT', body: JSON.stringify(body) })
    assert.equal((await put({ lost_answers: 1 })).status, 200)
    assert.equal((await put({ surprise: 1 })).status, 500)
    assert.equal((await put({ errors: -1 })).status, 500)
  })

  const APPLIED = [
    ['lost_answers', true, Stripe.errors.StripeConnectionError],
    ['errors_after', true, Stripe.errors.StripeAPIError],
    ['errors', false, Stripe.errors.StripeAPIError],
    ['too_many', false, Stripe.errors.StripeRateLimitError],
  ] as const
  for (const [knob, applied, kind] of APPLIED) {
    test(`${knob}: the request fails, and was ${applied ? '' : 'not '}applied`, async (t) => {
      const { stripe, simulator } = await startSimulator(t)
      simulator.turn({ [knob]: 1 })
      await assert.rejects(stripe.checkout.sessions.create(sessionOf(), { idempotencyKey: 'key' }), kind)
      simulator.turn({ [knob]: 0 })
      assert.equal((await stripe.checkout.sessions.list()).data.length, applied ? 1 : 0)
      const again = stripe.checkout.sessions.create(sessionOf(), { idempotencyKey: 'key' })
      if (knob === 'errors_after') await assert.rejects(again, kind)
      else await again
      assert.equal((await stripe.checkout.sessions.list()).data.length, 1)
    })
  }

  test('the clock moves by days, over HTTP too', async (t) => {
    const world = await startSimulator(t)
    const { intent } = await paid(world)
    await fetch(`${world.origin}/simulator/clock`, { method: 'POST', body: JSON.stringify({ days: 7 }) })
    assert.equal((await world.stripe.paymentIntents.retrieve(intent.id)).status, 'canceled')
    const { books } = (await (await fetch(`${world.origin}/simulator/books`)).json()) as { books: object[] }
    assert.equal(books.length, 1)
  })
})

suite('webhooks', () => {
  async function receiving(t: TestContext) {
    const received: Stripe.Event[] = []
    let status = 200
    const url = await serve(t, async (request, response) => {
      let payload = ''
      for await (const chunk of request) payload += chunk
      const signature = String(request.headers['stripe-signature'])
      received.push(
        clientOf('http://127.0.0.1:1').webhooks.constructEvent(payload, signature, WEBHOOK_SECRET),
      )
      response.writeHead(status).end()
    })
    const world = await startSimulator(t, { webhook: { url, secret: WEBHOOK_SECRET } })
    const answer = (next: number) => {
      status = next
    }
    return { ...world, received, answer }
  }

  test('are signed for the official client, in the order of the events', async (t) => {
    const world = await receiving(t)
    await paid(world)
    await world.simulator.webhooks.send()
    const types = world.received.map(({ type }) => type)
    assert.deepEqual(types, [
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'checkout.session.completed',
    ])
    assert.deepEqual((await world.stripe.events.list()).data.map(({ type }) => type).reverse(), types)
  })

  test('are sent again until they are answered with 2xx', async (t) => {
    const world = await receiving(t)
    world.answer(500)
    await paid(world)
    await world.simulator.webhooks.send()
    const waiting = async () =>
      ((await (await fetch(`${world.origin}/simulator/webhooks`)).json()) as { waiting: number }).waiting
    assert.equal(await waiting(), 4)
    world.answer(200)
    while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(world.received.length, 8)
  })

  test('are lost and doubled', async (t) => {
    const world = await receiving(t)
    world.simulator.turn({ webhooks_lost: 1 })
    await paid(world)
    await world.simulator.webhooks.send()
    assert.equal(world.received.length, 0)
    world.simulator.turn({ webhooks_lost: 0, webhooks_doubled: 1 })
    await paid(world)
    await world.simulator.webhooks.send()
    assert.equal(world.received.length, 8)
    assert.equal(new Set(world.received.map(({ id }) => id)).size, 4)
  })

  test('come late, after later ones', async (t) => {
    const world = await receiving(t)
    world.simulator.turn({ webhooks_reordered: 1 })
    await paid(world)
    await world.simulator.webhooks.send()
    assert.ok(world.received.length < 4)
  })
})
