/** What becomes of a payment, at the real simulator by the official client. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { OutcomeUnknown, Refused } from '../src/domain/errors.ts'
import { GIVE_BACK_PAUSE_MAX_MS, GIVE_BACKS_MAX } from '../src/domain/give_back.ts'
import type { Payment } from '../src/domain/payment.ts'
import type { PaymentProvider } from '../src/domain/ports.ts'
import { uuid } from './samples.ts'
import { startWorld } from './worlds.ts'

const DAY_MS = 24 * 60 * 60_000
const types = ({ history }: Payment) => history.map(({ type }) => type)
const isAuthorised = ({ state }: Payment) => state === 'authorised'

suite('a payment by card', () => {
  test('is opened once, authorised on the page, and captured once', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    const [opened, again] = [await world.open(id), await world.open(id)]
    assert.equal(opened.statusCode, 200, opened.body)
    assert.match(opened.json().checkout_url, /\/pay\/cs_test_/)
    assert.deepEqual(again.json().checkout_url, opened.json().checkout_url)
    await world.pay(id)
    await world.until(id, isAuthorised)
    const seen = (await world.internal('GET', id)).json()
    assert.deepEqual([seen.state, seen.authorised_minor, seen.checkout_url], ['authorised', 4_200, null])
    assert.equal(Date.parse(seen.capture_before) > world.runtime.now().getTime() + 6 * DAY_MS, true)
    const done = (await world.capture(id)).json()
    assert.deepEqual([done.state, done.captured_minor, done.authorised_minor], ['captured', 4_200, 0])
    assert.deepEqual((await world.capture(id)).json(), done)
    assert.deepEqual(types(await world.find(id)), ['opened', 'authorised', 'capture_requested', 'captured'])
    assert.equal(world.simulator.books()[0]!.captured, 4_200)
  })

  test('another amount or method for the order is refused, and so is another currency', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    assert.equal((await world.open(id, { amount_minor: 1 })).json().code, 'payment_differs')
    assert.equal((await world.open(id, { method: 'invoice' })).json().code, 'payment_differs')
    assert.equal((await world.open(id, { currency: 'USD' })).statusCode, 400)
    const other = await world.open(world.newOrder(), { currency_digits: 3 })
    assert.deepEqual(
      [other.statusCode, other.json().code, other.json().currency_digits],
      [409, 'currency_differs', 2],
    )
    assert.match(other.json().detail, /with 3 digits, payment_service with 2/)
    assert.equal((await world.open(world.newOrder(), { currency_digits: 2 })).statusCode, 200)
  })

  test('an event that comes while it is captured does not spoil the answer', async (t) => {
    let interrupt = async () => {}
    let slow = 0
    const world = await startWorld(t, {
      wrap: (provider: PaymentProvider): PaymentProvider => ({
        ...provider,
        async capture(...args) {
          await provider.capture(...args)
          await interrupt()
        },
        async read(...args) {
          if (slow > 0 && slow-- > 0) await systemRuntime.sleep(60)
          return provider.read(...args)
        },
      }),
    })
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id)
    await world.until(id, isAuthorised)
    interrupt = async () => {
      // That of the poller, so the request finds its change refused while that is under way.
      slow = 1
      await world.stores.payments.makeDue(id, world.runtime.now().toISOString())
      world.payments.wake()
      while ((await world.stores.payments.find(id))!.schedule.attempts === 0) await world.runtime.sleep(0)
    }
    assert.equal((await world.capture(id)).json().state, 'captured')
  })

  test('what is captured in part gives the rest back', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    assert.equal((await world.capture(id)).json().code, 'not_authorised')
    await world.pay(id)
    await world.until(id, isAuthorised)
    assert.equal((await world.capture(id, 4_201)).json().code, 'not_authorised')
    const { state, captured_minor, authorised_minor } = (await world.capture(id, 4_000)).json()
    assert.deepEqual([state, captured_minor, authorised_minor], ['captured', 4_000, 0])
  })

  test('a bank that is slow decides later; one that declines then is a failure', async (t) => {
    const world = await startWorld(t)
    const [slow, declined] = [world.newOrder(), world.newOrder()]
    for (const [id, choice] of [
      [slow, 'slow'],
      [declined, 'slow_declined'],
    ] as const) {
      await world.open(id)
      await world.pay(id, choice)
    }
    await world.until(slow, isAuthorised)
    const failed = await world.until(declined, ({ state }) => state === 'failed')
    assert.equal(types(failed).at(-1), 'failed')
    assert.deepEqual((await world.cancel(declined)).json().state, 'failed')
  })

  test('a bank debit is captured at once', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id, 'bank_debit')
    await world.until(id, ({ state }) => state === 'captured')
    assert.equal((await world.capture(id)).json().state, 'captured')
  })

  test('M8: without any webhook, declined attempts and the end of the page are found', async (t) => {
    const world = await startWorld(t, { knobs: { webhooks_lost: 1 } })
    const [id, left] = [world.newOrder(), world.newOrder()]
    for (const each of [id, left]) await world.open(each)
    for (const choice of ['declined', '3ds_failed', '3ds_abandoned'] as const) await world.pay(id, choice)
    await world.pay(id)
    await world.until(id, isAuthorised)
    const over = await world.until(left, ({ state }) => state === 'cancelled')
    assert.equal(over.checkoutUrl, undefined)
  })

  test('M10: an authorisation that ends is seen before, and is a failure afterwards', async (t) => {
    const world = await startWorld(t, { roundMs: 5 })
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id)
    const { captureBefore } = await world.until(id, isAuthorised, 1_000)
    const soon = new Date(Date.parse(captureBefore!) + 1).toISOString()
    assert.deepEqual(await world.stores.payments.endingBefore(soon, 10), [{ orderId: id, captureBefore }])
    world.runtime.pass(7 * DAY_MS)
    const lapsed = await world.until(id, ({ state }) => state === 'failed')
    assert.deepEqual(types(lapsed), ['opened', 'authorised', 'expired'])
    assert.equal((await world.capture(id)).json().code, 'not_authorised')
    assert.deepEqual(await world.stores.payments.endingBefore('9', 10), [])
  })

  test('a dispute is in the history', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id, 'bank_debit')
    const { intentId } = await world.until(id, ({ state }) => state === 'captured')
    world.simulator.dispute(intentId!)
    await world.sendWebhooks()
    const disputed = await world.until(id, (payment) => types(payment).includes('disputed'), 10)
    assert.equal(disputed.state, 'captured')
  })
})

suite('who wins a race of paying and cancelling is the provider', () => {
  test('M6: one that is open ends there, and can never be paid', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    const { state, checkout_url } = (await world.cancel(id, 'time_over')).json()
    assert.deepEqual([state, checkout_url], ['cancelled', null])
    assert.ok('message' in (await world.pay(id)))
    assert.deepEqual(types(await world.find(id)), ['opened', 'cancel_requested', 'cancelled'])
  })

  test('time over, but paid: it stays paid', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id)
    assert.equal((await world.cancel(id, 'time_over')).json().state, 'authorised')
    assert.deepEqual(types(await world.find(id)), ['opened', 'cancel_requested', 'authorised', 'kept'])
    assert.equal((await world.capture(id)).json().state, 'captured')
  })

  test('M3: requested, but paid: it is given up, or refunded, and nothing is left', async (t) => {
    const world = await startWorld(t)
    const [card, debit] = [world.newOrder(), world.newOrder()]
    for (const id of [card, debit]) await world.open(id)
    await world.pay(card)
    await world.pay(debit, 'bank_debit')
    for (const id of [card, debit]) {
      const { state, authorised_minor, captured_minor, refunded_minor } = (await world.cancel(id)).json()
      assert.deepEqual([state, authorised_minor], ['cancelled', 0])
      assert.equal(captured_minor, refunded_minor)
    }
    assert.deepEqual(
      new Set(world.simulator.books().map(({ captured, refunded }) => captured - refunded)),
      new Set([0]),
    )
  })

  test('while the bank decides it is being cancelled, and then the provider has decided', async (t) => {
    const world = await startWorld(t)
    const [slow, declined] = [world.newOrder(), world.newOrder()]
    for (const id of [slow, declined]) await world.open(id)
    await world.pay(slow, 'slow')
    await world.pay(declined, 'slow_declined')
    for (const id of [slow, declined]) assert.equal((await world.cancel(id)).json().state, 'cancelling')
    assert.equal((await world.capture(slow)).json().code, 'being_cancelled')
    for (const id of [slow, declined]) await world.until(id, ({ state }) => state === 'cancelled')
  })

  test('what is being captured cannot be cancelled; what is captured is refunded', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id)
    await world.until(id, isAuthorised)
    world.simulator.turn({ errors: 1 })
    assert.equal((await world.capture(id)).json().state, 'authorised')
    const refused = await world.cancel(id)
    assert.deepEqual([refused.statusCode, refused.json().code], [409, 'being_captured'])
    world.simulator.turn({ errors: 0 })
    await world.until(id, ({ state }) => state === 'captured')
    assert.equal((await world.cancel(id)).json().state, 'cancelled')
    assert.equal(world.simulator.books()[0]!.refunded, 4_200)
  })

  test('M3: a refund of a cancelled payment that fails is made again', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id, 'bank_debit')
    await world.until(id, ({ state }) => state === 'captured')
    world.simulator.turn({ refunds_failing: 1 })
    assert.equal((await world.cancel(id)).json().state, 'cancelling')
    world.simulator.turn({ refunds_failing: 0 })
    const { refunds } = await world.until(id, ({ state }) => state === 'cancelled')
    assert.deepEqual(
      refunds.map(({ state }) => state),
      ['failed', 'succeeded'],
    )
  })
})

suite('a cancelled payment whose provider refuses to give back', () => {
  const refusing = async (t: Parameters<typeof startWorld>[0]) => {
    const calls: number[] = []
    const made = new Set<string>()
    const at = { works: false }
    const world = await startWorld(t, {
      wrap: (provider: PaymentProvider): PaymentProvider => ({
        ...provider,
        async refund(...args) {
          // Events that come meanwhile may drive it once more, under the same id.
          const { id } = args[1]
          if (!made.has(id)) calls.push(world.runtime.now().getTime())
          made.add(id)
          if (!at.works) throw new Refused('The account is closed.', 'refused')
          return provider.refund(...args)
        },
      }),
    })
    const id = world.newOrder()
    await world.open(id)
    await world.pay(id, 'bank_debit')
    await world.until(id, ({ state }) => state === 'captured')
    const { state, closed } = (await world.cancel(id)).json()
    assert.deepEqual([state, closed], ['cancelling', true])
    const rounds = async (count: number, stepMs: number) => {
      for (let i = 0; i < count; i++) {
        world.runtime.pass(stepMs)
        world.payments.wake()
        await world.payments.idle()
      }
    }
    return { ...world, id, calls, at, rounds }
  }

  test('M3: it is tried again after pauses that grow, so many times, and then waits for a person', async (t) => {
    const { id, calls, rounds, find, stores } = await refusing(t)
    await rounds(30, 2 * 60_000)
    assert.equal(calls.length, 4, 'in the first hour')
    assert.deepEqual(await stores.payments.refundsWaiting(10), [])
    await rounds(60, 60 * 60_000)
    const { state, refunds, history } = await find(id)
    assert.deepEqual([state, refunds.length, calls.length], ['cancelling', GIVE_BACKS_MAX, GIVE_BACKS_MAX])
    const pauses = calls.slice(1).map((call, i) => call - calls[i]!)
    assert.ok(
      pauses.every((pause, i) => i === 0 || pause >= Math.min(1.9 * pauses[i - 1]!, GIVE_BACK_PAUSE_MAX_MS)),
      `${pauses}`,
    )
    const { at: since } = history.findLast(({ type }) => type === 'refund_failed')!
    assert.deepEqual(await stores.payments.refundsWaiting(10), [{ orderId: id, since, method: 'card' }])
    await rounds(5, DAY_MS)
    assert.equal(calls.length, GIVE_BACKS_MAX, 'it rests')
  })

  test('M3: an admin tries again, or records that it was paid back in another way; then it has ended', async (t) => {
    const { id, calls, at, rounds, refund, send, find, until, stores, simulator } = await refusing(t)
    await rounds(60, 60 * 60_000)
    // An event that comes meanwhile may drive it first: then the answer is from before it was done.
    const refunded = async (key: string, wanted: string) => {
      const { id: refundId } = (await refund(id, '2.00', key)).json().refund
      await until(id, ({ refunds }) => refunds.find((each) => each.id === refundId)?.state === wanted)
    }
    await refunded('a', 'failed')
    at.works = true
    await refunded('b', 'succeeded')
    const before = calls.length
    const body = { reason: 'By bank transfer', by_hand: true }
    const record = (changes: object = {}) =>
      send('POST', `/payments/${id}/refunds`, 'root', { ...body, ...changes }, { 'idempotency-key': 'hand' })
    const { refund: made } = (await record()).json()
    assert.deepEqual([made.state, made.amount], ['succeeded', '40.00'])
    await until(id, ({ state }) => state === 'cancelled')
    assert.ok(made.paid_at)
    assert.equal((await record()).headers['idempotent-replayed'], 'true')
    assert.equal((await record({ by_hand: false })).json().code, 'idempotency_key_reused')
    assert.equal(calls.length, before, 'the provider is not asked')
    assert.deepEqual(types(await find(id)).slice(-3), ['refund_requested', 'refunded', 'cancelled'])
    assert.deepEqual(await stores.payments.refundsWaiting(10), [])
    assert.equal(simulator.books()[0]!.refunded, 200)
    const audit = { filter: { action: 'payment.refund_recorded' as const }, before: undefined, limit: 10 }
    assert.deepEqual(
      (await stores.auditLog.page(audit)).map(({ note }) => note),
      ['By bank transfer'],
    )
  })
})

suite('refunds', () => {
  const capturedWorld = async (t: Parameters<typeof startWorld>[0], options = {}, terms = {}) => {
    const world = await startWorld(t, options)
    const id = world.newOrder()
    await world.open(id, terms)
    await world.pay(id, 'bank_debit')
    await world.until(id, ({ state }) => state === 'captured')
    return { ...world, id }
  }

  test('M7: in part and whole, never more than was captured', async (t) => {
    const { id, refund, simulator, stores } = await capturedWorld(t)
    assert.equal((await refund(id, '42.01', 'a')).json().code, 'refund_exceeds_captured')
    const first = await refund(id, '10.00', 'b')
    assert.deepEqual([first.statusCode, first.json().refund.state], [201, 'succeeded'])
    assert.equal(first.json().payment.refundable, '32.00')
    assert.equal((await refund(id, '32.01', 'c')).json().refundable, '32.00')
    assert.equal((await refund(id, undefined, 'd')).json().refund.amount, '32.00')
    assert.equal((await refund(id, '0.01', 'e')).json().code, 'refund_exceeds_captured')
    assert.equal(simulator.books()[0]!.refunded, 4_200)
    const entries = await stores.auditLog.page({ filter: { subject: id }, before: undefined, limit: 10 })
    assert.deepEqual(
      entries.map(({ action, note, changes: [change] }) => [action, note, change!.before, change!.after]),
      [
        ['payment.refund_requested', 'damaged', 1_000, 4_200],
        ['payment.refund_requested', 'damaged', 0, 1_000],
      ],
    )
  })

  test('M7: of refunds at once, only as many succeed as there is money', async (t) => {
    const { id, refund, simulator } = await capturedWorld(t)
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => refund(id, '10.00', `key-${i}`)))
    assert.deepEqual(
      answers.map(({ statusCode }) => statusCode).sort(),
      [201, 201, 201, 201, 409, 409, 409, 409],
    )
    assert.equal(simulator.books()[0]!.refunded, 4_000)
  })

  test('one key, one refund', async (t) => {
    const { id, refund, send, simulator } = await capturedWorld(t)
    const first = await refund(id, '10.00', 'key')
    const again = await refund(id, '10.00', 'key')
    assert.deepEqual(again.json(), first.json())
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal((await refund(id, '11.00', 'key')).json().code, 'idempotency_key_reused')
    const without = await send('POST', `/payments/${id}/refunds`, 'root', { reason: 'x' })
    assert.equal(without.json().code, 'idempotency_key_missing')
    assert.equal((await refund(id, '0', 'zero')).statusCode, 400)
    assert.equal(simulator.books()[0]!.refunded, 1_000)
  })

  test('M7: by lines, each at what was paid for it; the last unit brings what is left of its line', async (t) => {
    const [mug, bowl] = [uuid(1), uuid(2)]
    const { id, send, simulator } = await capturedWorld(
      t,
      {},
      {
        lines: [
          { product_id: mug, quantity: 3, gross_minor: 1_000 },
          { product_id: bowl, quantity: 1, gross_minor: 2_710 },
        ],
        shipping_gross_minor: 490,
      },
    )
    const give = async (key: string, body: object) =>
      (
        await send(
          'POST',
          `/payments/${id}/refunds`,
          'root',
          { reason: 'x', ...body },
          { 'idempotency-key': key },
        )
      ).json()
    const mugs = (quantity: number) => ({ lines: [{ product_id: mug, quantity }] })
    const one = await give('a', { ...mugs(1), shipping: true })
    assert.deepEqual(
      [one.refund.amount, one.refund.lines, one.refund.shipping],
      ['8.23', [{ product_id: mug, quantity: 1, amount: '3.33' }], '4.90'],
    )
    assert.equal((await give('a', mugs(1))).code, 'idempotency_key_reused')
    assert.deepEqual((await give('a', { ...mugs(1), shipping: true })).refund, one.refund)
    assert.equal((await give('b', mugs(2))).refund.amount, '6.67')
    const tooMany = await give('c', mugs(1))
    assert.deepEqual([tooMany.code, tooMany.refundable_quantity], ['refund_exceeds_bought', 0])
    assert.equal((await give('d', { ...mugs(1), amount: '1.00' })).code, 'validation_failed')
    assert.equal((await give('e', { lines: [...mugs(1).lines, ...mugs(1).lines] })).code, 'validation_failed')
    const seen = (await give('f', { amount: '27.10' })).payment
    assert.deepEqual(
      seen.lines.map((line: Record<string, unknown>) => [line.refunded_quantity, line.refunded]),
      [
        [3, '10.00'],
        [0, '0.00'],
      ],
    )
    assert.deepEqual(seen.shipping, { gross: '4.90', refunded: '4.90' })
    assert.equal(
      (await give('g', { lines: [{ product_id: bowl, quantity: 1 }] })).code,
      'refund_exceeds_captured',
    )
    assert.equal(simulator.books()[0]!.refunded, 4_200)
  })

  test('an order refunds by its own id for it, once, also with other contents or without lines', async (t) => {
    const { id, internal, simulator } = await capturedWorld(t)
    const give = async (body: object) =>
      (await internal('POST', `${id}/refunds`, { refund_id: uuid(5), reason: 'returned', ...body })).json()
    const first = await give({ amount_minor: 700 })
    assert.deepEqual(first.refund, {
      ...{ refund_id: uuid(5), amount_minor: 700, state: 'succeeded', lines: [], shipping_minor: 0 },
      set_off_minor: 0,
    })
    assert.equal(first.payment.refunded_minor, 700)
    assert.deepEqual(await give({ amount_minor: 700 }), first)
    assert.equal((await give({ amount_minor: 701 })).code, 'idempotency_key_reused')
    assert.equal((await give({ shipping: true })).code, 'idempotency_key_reused')
    assert.equal((await give({ refund_id: uuid(6), shipping: true })).code, 'lines_unknown')
    assert.equal((await give({ refund_id: uuid(6) })).code, 'validation_failed')
    assert.equal(
      (await give({ refund_id: uuid(6), amount_minor: 1, set_off: true })).code,
      'validation_failed',
    )
    assert.equal((await give({ refund_id: uuid(6), amount_minor: 3_501 })).code, 'refund_exceeds_captured')
    assert.equal(simulator.books()[0]!.refunded, 700)
  })

  test('lines that are not the amount together, or name a product twice, open nothing', async (t) => {
    const world = await startWorld(t)
    const line = { product_id: uuid(1), quantity: 1, gross_minor: 2_100 }
    for (const lines of [[line], [line, line]])
      assert.equal((await world.open(world.newOrder(), { lines })).statusCode, 400)
  })

  test('before anything was captured there is nothing to refund', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id)
    assert.equal((await world.refund(id, '1.00', 'a')).json().code, 'not_captured')
    assert.equal((await world.cancel(id)).json().state, 'cancelled')
    assert.equal((await world.refund(id, '1.00', 'b')).json().code, 'never_captured')
  })

  test('one whose answer was lost is found by our id, also when the provider has forgotten the key', async (t) => {
    let isLost = true
    const { id, refund, simulator, until, runtime } = await capturedWorld(t, {
      wrap: (provider: PaymentProvider): PaymentProvider => ({
        ...provider,
        async refund(...args) {
          await provider.refund(...args)
          if (isLost) throw new OutcomeUnknown('The answer was lost.')
        },
      }),
    })
    assert.equal((await refund(id, '10.00', 'a')).json().refund.state, 'requested')
    assert.equal(simulator.books()[0]!.refunded, 1_000)
    isLost = false
    runtime.pass(2 * DAY_MS)
    await until(id, ({ refunds }) => refunds[0]!.state === 'succeeded')
    assert.equal(simulator.books()[0]!.refunded, 1_000)
  })

  test('one whose answer is lost at each attempt is made once', async (t) => {
    let lose = (_: number) => {}
    const { id, refund, simulator, until } = await capturedWorld(t, {
      wrap: (provider: PaymentProvider): PaymentProvider => ({
        ...provider,
        async refund(...args) {
          lose(1)
          await provider.refund(...args).finally(() => lose(0))
        },
      }),
    })
    lose = (lost_answers) => simulator.turn({ lost_answers })
    assert.equal((await refund(id, '10.00', 'a')).statusCode, 201)
    await until(id, ({ refunds }) => refunds[0]!.state === 'succeeded')
    assert.equal(simulator.books()[0]!.refunded, 1_000)
  })

  test('a pending one is decided later; one that failed may be made again', async (t) => {
    const { id, refund, simulator, until } = await capturedWorld(t)
    simulator.turn({ refunds_failing: 1 })
    assert.equal((await refund(id, undefined, 'a')).json().refund.state, 'pending')
    assert.equal((await refund(id, '1.00', 'b')).json().code, 'refund_exceeds_captured')
    const failed = await until(id, ({ refunds }) => refunds[0]!.state === 'failed')
    assert.equal(types(failed).at(-1), 'refund_failed')
    simulator.turn({ refunds_failing: 0, refunds_pending: 1 })
    assert.equal((await refund(id, undefined, 'c')).json().refund.state, 'pending')
    await until(id, ({ refunds }) => refunds[1]!.state === 'succeeded')
  })

  test('M7: what was refunded at the provider by hand counts, too', async (t) => {
    const { id, refund, simulator, origin, find } = await capturedWorld(t)
    const { intentId } = await find(id)
    await fetch(`${origin}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_of_payments' },
      body: new URLSearchParams({ payment_intent: intentId!, amount: '4000' }),
    })
    // Not read yet: the provider refuses it, and that is known for certain.
    assert.equal((await refund(id, '10.00', 'a')).json().refund.state, 'failed')
    assert.equal((await refund(id, '10.00', 'b')).json().code, 'refund_exceeds_captured')
    assert.equal((await refund(id, undefined, 'c')).json().refund.amount, '2.00')
    assert.equal(simulator.books()[0]!.refunded, 4_200)
  })
})

suite('opening a page', () => {
  for (const knob of ['lost_answers', 'errors_after', 'errors', 'too_many'] as const) {
    test(`${knob}: it is opened later, and there is one page`, async (t) => {
      const world = await startWorld(t, { knobs: { [knob]: 1 } })
      const id = world.newOrder()
      const { state, checkout_url } = (await world.open(id)).json()
      assert.deepEqual([state, checkout_url], ['open', null])
      world.simulator.turn({ [knob]: 0 })
      await world.until(id, ({ checkoutUrl }) => checkoutUrl !== undefined)
      const { data } = (await (
        await fetch(`${world.origin}/v1/checkout/sessions`, {
          headers: { authorization: 'Bearer sk_test_of_payments' },
        })
      ).json()) as { data: object[] }
      assert.equal(data.length, 1)
    })
  }

  for (const hours of [1, 25]) {
    test(`after an outage of ${hours} h it is opened under another key`, async (t) => {
      const world = await startWorld(t, { knobs: { errors: 1 } })
      const id = world.newOrder()
      await world.open(id)
      world.runtime.pass(hours * 60 * 60_000)
      world.simulator.turn({ errors: 0 })
      const { opening } = await world.until(id, ({ checkoutUrl }) => checkoutUrl !== undefined)
      assert.equal(opening, 2)
    })
  }

  test('M6: it is cancelled before its page is known: the page is found, and closed', async (t) => {
    const world = await startWorld(t, { knobs: { lost_answers: 1 } })
    const id = world.newOrder()
    await world.open(id)
    assert.equal((await world.cancel(id)).json().state, 'cancelling')
    world.simulator.turn({ lost_answers: 0 })
    await world.until(id, ({ state }) => state === 'cancelled')
    assert.ok('message' in (await world.pay(id)))
  })
})

suite('invoice and cash', () => {
  test('is promised at once, needs no capture, and is marked as paid by an admin', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    const { state, authorised_minor, checkout_url } = (await world.open(id, { method: 'invoice' })).json()
    assert.deepEqual([state, authorised_minor, checkout_url], ['authorised', 4_200, null])
    assert.equal((await world.capture(id)).json().state, 'authorised')
    assert.equal((await world.cancel(id, 'time_over')).json().state, 'authorised')
    const paid = await world.send('POST', `/payments/${id}/paid`, 'root')
    assert.deepEqual([paid.statusCode, paid.json().state, paid.json().captured], [200, 'captured', '42.00'])
    assert.equal(
      (await world.send('POST', `/payments/${id}/paid`, 'root')).json().version,
      paid.json().version,
    )
    const entries = await world.stores.auditLog.page({
      filter: { action: 'payment.marked_paid' },
      before: undefined,
      limit: 10,
    })
    assert.equal(entries.length, 1)
  })

  test('M3: what was paid is given back by a person: until that is recorded it is owed', async (t) => {
    const world = await startWorld(t)
    const id = world.newOrder()
    await world.open(id, { method: 'invoice' })
    await world.send('POST', `/payments/${id}/paid`, 'root')
    const { refund } = (await world.refund(id, '2.00', 'a')).json()
    assert.deepEqual([refund.state, refund.paid_at], ['pending', null])
    const { state, closed } = (await world.cancel(id)).json()
    assert.deepEqual([state, closed], ['cancelling', true])
    const owed = await world.find(id)
    assert.ok(!types(owed).includes('refunded'))
    const { schedule } = (await world.stores.payments.find(id))!
    assert.equal(schedule.dueAt, undefined, 'nothing changes it but people')
    const [waiting] = await world.stores.payments.refundsWaiting(10)
    assert.deepEqual(waiting, { orderId: id, since: owed.refunds[0]!.at, method: 'invoice' })
    const pay = (refundId: string, who = 'root') =>
      world.send('POST', `/payments/${id}/refunds/${refundId}/paid`, who)
    assert.equal((await pay(uuid(1))).json().code, 'refund_not_found')
    for (const { id: refundId } of owed.refunds) {
      const done = (await pay(refundId)).json()
      assert.equal((await pay(refundId)).json().version, done.version, 'once')
    }
    const ended = await world.find(id)
    assert.deepEqual(
      [ended.state, ended.refunds.map(({ state }) => state)],
      ['cancelled', ['succeeded', 'succeeded']],
    )
    assert.deepEqual(types(ended).slice(-3), ['refunded', 'refunded', 'cancelled'])
    assert.deepEqual(await world.stores.payments.refundsWaiting(10), [])
    const audit = await world.stores.auditLog.page({
      filter: { action: 'payment.refund_paid' },
      before: undefined,
      limit: 10,
    })
    assert.deepEqual(
      audit.map(({ changes: [change] }) => [change!.before, change!.after]),
      [
        [200, 4_200],
        [0, 200],
      ],
    )
  })

  test('is cancelled before it was paid; then it is not marked as paid', async (t) => {
    const world = await startWorld(t)
    const [id, card] = [world.newOrder(), world.newOrder()]
    await world.open(id, { method: 'cash' })
    assert.deepEqual((await world.cancel(id)).json().state, 'cancelled')
    assert.equal((await world.send('POST', `/payments/${id}/paid`, 'root')).json().code, 'being_cancelled')
    await world.open(card)
    assert.equal((await world.send('POST', `/payments/${card}/paid`, 'root')).json().code, 'not_manual')
  })
})
