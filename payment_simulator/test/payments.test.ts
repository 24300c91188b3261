/** Sessions, intents, refunds and disputes, by the official client. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import Stripe from 'stripe'
import { CHOICES } from '../src/choices.ts'
import { clientOf, DAY, paid, SECRET_KEY, sessionOf, startSimulator } from './support.ts'

const { StripeInvalidRequestError, StripeAuthenticationError } = Stripe.errors

suite('a checkout session', () => {
  test('is open until it is paid; the card is then authorised, and captured later', async (t) => {
    const world = await startSimulator(t)
    const open = await world.stripe.checkout.sessions.create(sessionOf({ customer_email: 'ada@example.com' }))
    assert.deepEqual([open.status, open.payment_intent, open.amount_total], ['open', null, 4_200])
    assert.equal(open.url, `${world.origin}/pay/${open.id}`)
    const { to } = world.simulator.pay(open.id, 'ok') as { to: string }
    assert.equal(to, `https://shop.example/orders/1?session=${open.id}`)
    const found = await world.stripe.checkout.sessions.retrieve(open.id, {
      expand: ['payment_intent.latest_charge'],
    })
    const intent = found.payment_intent as Stripe.PaymentIntent
    const charge = intent.latest_charge as Stripe.Charge
    assert.deepEqual(
      [found.status, found.payment_status, intent.status],
      ['complete', 'unpaid', 'requires_capture'],
    )
    assert.deepEqual(intent.metadata, { order_id: 'order-1' })
    assert.equal(charge.payment_method_details?.card?.capture_before, charge.created + 7 * DAY)
    const captured = await world.stripe.paymentIntents.capture(intent.id)
    assert.deepEqual([captured.status, captured.amount_received], ['succeeded', 4_200])
    assert.deepEqual(world.simulator.books(), [{ payment_intent: intent.id, captured: 4_200, refunded: 0 }])
  })

  test('is captured in part, once', async (t) => {
    const world = await startSimulator(t)
    const { intent } = await paid(world)
    await assert.rejects(world.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 4_201 }), {
      code: 'amount_too_large',
    })
    const captured = await world.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 4_000 })
    assert.equal(captured.amount_received, 4_000)
    await assert.rejects(
      world.stripe.paymentIntents.capture(intent.id),
      (error: Stripe.errors.StripeError) => {
        assert.ok(error instanceof StripeInvalidRequestError)
        assert.equal(error.code, 'payment_intent_unexpected_state')
        return true
      },
    )
  })

  test('expires by request and by time; then it cannot be paid, nor after it was paid expire', async (t) => {
    const { stripe, simulator } = await startSimulator(t)
    const [first, second] = [
      await stripe.checkout.sessions.create(sessionOf()),
      await stripe.checkout.sessions.create(sessionOf()),
    ]
    assert.equal((await stripe.checkout.sessions.expire(first.id)).status, 'expired')
    assert.ok('message' in simulator.pay(first.id, 'ok'))
    simulator.advance(DAY)
    assert.equal((await stripe.checkout.sessions.retrieve(second.id)).status, 'expired')
    const third = await stripe.checkout.sessions.create(sessionOf())
    simulator.pay(third.id, 'ok')
    await assert.rejects(stripe.checkout.sessions.expire(third.id), { code: 'resource_invalid_state' })
  })

  test('stays open after an attempt that failed, and another may follow', async (t) => {
    const { stripe, simulator } = await startSimulator(t)
    const { id } = await stripe.checkout.sessions.create(sessionOf())
    for (const choice of ['declined', 'insufficient_funds', '3ds_failed', '3ds_abandoned'] as const) {
      assert.ok('message' in simulator.pay(id, choice), choice)
      assert.equal((await stripe.checkout.sessions.retrieve(id)).status, 'open')
    }
    const { payment_intent } = await stripe.checkout.sessions.retrieve(id)
    const intent = await stripe.paymentIntents.retrieve(String(payment_intent))
    assert.equal(intent.status, 'requires_action')
    assert.equal(intent.last_payment_error?.code, 'payment_intent_authentication_failure')
    await assert.rejects(stripe.paymentIntents.cancel(intent.id), /Expire the Checkout Session/)
    assert.ok('to' in simulator.pay(id, '3ds_passed'))
  })

  test('a slow bank accepts or declines later', async (t) => {
    const world = await startSimulator(t)
    const [slow, declined, debit] = [
      await paid(world, 'slow'),
      await paid(world, 'slow_declined'),
      await paid(world, 'bank_debit'),
    ]
    assert.deepEqual([slow.session.status, slow.intent.status], ['complete', 'processing'])
    await assert.rejects(world.stripe.paymentIntents.cancel(slow.intent.id), {
      code: 'payment_intent_unexpected_state',
    })
    assert.deepEqual([debit.session.payment_status, debit.intent.status], ['paid', 'succeeded'])
    world.simulator.advance(20)
    assert.equal((await world.stripe.paymentIntents.retrieve(slow.intent.id)).status, 'requires_capture')
    assert.equal(
      (await world.stripe.paymentIntents.retrieve(declined.intent.id)).status,
      'requires_payment_method',
    )
    assert.equal((await world.stripe.paymentIntents.cancel(declined.intent.id)).status, 'canceled')
  })

  test('an authorisation is lost after 7 days', async (t) => {
    const world = await startSimulator(t)
    const { intent } = await paid(world)
    world.simulator.advance(7 * DAY - 60)
    assert.equal((await world.stripe.paymentIntents.retrieve(intent.id)).status, 'requires_capture')
    world.simulator.advance(60)
    const lost = await world.stripe.paymentIntents.retrieve(intent.id)
    assert.deepEqual([lost.status, lost.cancellation_reason], ['canceled', 'automatic'])
  })

  test('requests that are wrong are refused as the real one refuses them', async (t) => {
    const { stripe, origin } = await startSimulator(t)
    const soon = Math.floor(Date.now() / 1000) + 60
    await assert.rejects(stripe.checkout.sessions.create(sessionOf({ expires_at: soon })), {
      param: 'expires_at',
    })
    await assert.rejects(stripe.checkout.sessions.create(sessionOf({ line_items: [] })), {
      code: 'parameter_missing',
    })
    await assert.rejects(stripe.checkout.sessions.retrieve('cs_test_none'), {
      statusCode: 404,
      code: 'resource_missing',
    })
    await assert.rejects(clientOf(origin, 'sk_test_other').events.list(), StripeAuthenticationError)
  })
})

suite('refunds', () => {
  test('are never more than what was captured', async (t) => {
    const world = await startSimulator(t)
    const { stripe } = world
    const { intent } = await paid(world)
    const payment_intent = intent.id
    await assert.rejects(stripe.refunds.create({ payment_intent }), { code: 'charge_not_refundable' })
    await stripe.paymentIntents.capture(payment_intent, { amount_to_capture: 4_000 })
    const refund = await stripe.refunds.create({
      payment_intent,
      amount: 1_000,
      metadata: { refund_id: 'r1' },
    })
    assert.deepEqual([refund.status, refund.metadata], ['succeeded', { refund_id: 'r1' }])
    await assert.rejects(stripe.refunds.create({ payment_intent, amount: 3_001 }), {
      code: 'amount_too_large',
    })
    await stripe.refunds.create({ payment_intent })
    await assert.rejects(stripe.refunds.create({ payment_intent }), { code: 'charge_already_refunded' })
    const listed: string[] = []
    for await (const each of stripe.refunds.list({ payment_intent, limit: 1 })) listed.push(each.id)
    assert.equal(listed.length, 2)
    assert.equal((await stripe.refunds.retrieve(refund.id)).amount, 1_000)
    assert.equal(world.simulator.books()[0]!.refunded, 4_000)
  })

  test('are decided later, and one that fails may be made again', async (t) => {
    const world = await startSimulator(t)
    const { stripe, simulator } = world
    const payment_intent = (await paid(world, 'bank_debit')).intent.id
    simulator.turn({ refunds_failing: 1 })
    const failing = await stripe.refunds.create({ payment_intent })
    assert.equal(failing.status, 'pending')
    simulator.advance(60)
    assert.equal((await stripe.refunds.retrieve(failing.id)).status, 'failed')
    simulator.turn({ refunds_failing: 0, refunds_pending: 1 })
    const again = await stripe.refunds.create({ payment_intent })
    simulator.advance(60)
    assert.equal((await stripe.refunds.retrieve(again.id)).status, 'succeeded')
  })

  test('a bank may dispute a payment', async (t) => {
    const world = await startSimulator(t)
    const { intent } = await paid(world, 'bank_debit')
    const id = world.simulator.dispute(intent.id)
    const [dispute] = (await world.stripe.disputes.list({ payment_intent: intent.id })).data
    assert.deepEqual([dispute?.id, dispute?.status, dispute?.amount], [id, 'needs_response', 4_200])
    assert.equal((await world.stripe.disputes.close(id)).status, 'lost')
  })
})

test('the page is plain, says that it is play money, asks for no number, and shows what was refused', async (t) => {
  const { stripe } = await startSimulator(t)
  const { url } = await stripe.checkout.sessions.create(sessionOf())
  const page = await (await fetch(url!)).text()
  assert.match(page, /This is play money/)
  assert.match(page, /Order 10001 &#38; more/)
  assert.match(page, /EUR 42\.00/)
  assert.doesNotMatch(page, /<script|type="text"|type="number"|autocomplete/)
  for (const { id } of CHOICES) assert.ok(page.includes(`value="${id}"`), id)
  const choose = (choice: string) =>
    fetch(url!, { method: 'POST', body: new URLSearchParams({ choice }), redirect: 'manual' })
  assert.match(await (await choose('declined')).text(), /role="alert">The bank declined the card/)
  const answer = await choose('ok')
  assert.equal(answer.status, 303)
  assert.match(answer.headers.get('location')!, /^https:\/\/shop\.example\/orders\/1/)
  assert.match(await (await fetch(url!)).text(), /paid already/)
  assert.equal((await fetch(`${url}0`)).status, 404)
})

test('what it knows survives its process', async (t) => {
  const { mkdtempSync, rmSync } = await import('node:fs')
  const { tmpdir } = await import('node:os')
  const { join } = await import('node:path')
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'simulator.db')
  const first = await startSimulator(t, { file })
  const session = await first.stripe.checkout.sessions.create(sessionOf(), { idempotencyKey: 'k' })
  const second = await startSimulator(t, { file })
  const again = await second.stripe.checkout.sessions.create(sessionOf(), { idempotencyKey: 'k' })
  assert.equal(again.id, session.id)
  assert.equal(SECRET_KEY.startsWith('sk_test_'), true)
})
