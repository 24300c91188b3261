/**
 * Returns, with the real product service, payment service and simulator.
 *
 *  R1. At most what was shipped comes back, of each line.
 *  R2. A return receives at most what it asked for.
 *  R3. Each receipt is restocked and refunded once, whatever fails in between.
 *  R4. Shipping that cannot be given back keeps back no money for goods.
 *  R5. While a payment may still be captured, its refund is owed. If it has ended without money, there is none.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { UNPAID_BACKOFF } from '../src/domain/drive_cases.ts'
import type { CrashPoint } from '../src/domain/ports.ts'
import { recordOutcome, requestReturn } from '../src/domain/return_changes.ts'
import { NO_RETURNS, RETURNS_MAX } from '../src/domain/returns.ts'
import { refundGauges } from '../src/settler.ts'
import { TOTAL_MINOR } from './paid_orders.ts'
import { startReturnShop } from './returned_orders.ts'

const LOST = 'idempotency-key-of-a-lost-answer'

suite('returns', () => {
  test('R1, R2, R3: goods that come back are restocked and refunded by lines, at most what was shipped and captured', async (t) => {
    const { ask, shipped, lines, round, moved, products, mug, books, order } = await startReturnShop(t)
    const early = await order()
    const tooEarly = await ask('ada', 'POST', `/orders/${early.id}/returns`, { lines: lines(1) })
    assert.deepEqual([tooEarly.status, tooEarly.body.code], [409, 'order_not_shipped'])
    const { id } = await shipped()
    const path = `/orders/${id}/returns`
    assert.equal((await ask('bob', 'POST', path, { lines: lines(1) })).body.code, 'order_not_found')
    const twice = await ask('ada', 'POST', path, { lines: [...lines(1), ...lines(1)] })
    assert.equal(twice.body.code, 'duplicate_lines')
    const tooMany = await ask('ada', 'POST', path, { lines: lines(3) })
    assert.deepEqual(
      [tooMany.status, tooMany.body.code, tooMany.body.left_quantity],
      [409, 'return_exceeds_shipped', 2],
    )
    const asked = await ask('ada', 'POST', path, { lines: lines(1), reason: 'Too small' }, LOST)
    assert.deepEqual([asked.status, asked.body.state], [201, 'requested'], JSON.stringify(asked.body))
    const again = await ask('ada', 'POST', path, { lines: lines(1), reason: 'Too small' }, LOST)
    assert.deepEqual(again.body, asked.body)
    assert.equal(
      (await ask('ada', 'POST', path, { lines: lines(2) }, LOST)).body.code,
      'idempotency_key_reused',
    )
    const one = `${path}/${asked.body.id}`
    assert.equal((await ask('ada', 'PUT', one, { state: 'accepted' })).body.code, 'forbidden')
    assert.equal((await ask('root', 'PUT', one, { state: 'accepted', note: 'Yes' })).body.state, 'accepted')
    const unknown = await ask('root', 'PUT', `${path}/${id}`, { state: 'accepted' })
    assert.equal(unknown.body.code, 'return_not_found')

    const back = (quantity: number) => ({ lines: [{ ...lines(quantity)[0]!, restock: true }] })
    assert.equal((await ask('root', 'POST', `${one}/receipts`, back(2))).body.code, 'receipt_exceeds_return')
    const received = await ask('root', 'POST', `${one}/receipts`, back(1), LOST)
    assert.deepEqual([received.status, received.body.return.state], [201, 'received'])
    assert.deepEqual([received.body.receipt.restock, received.body.receipt.refund], ['owed', 'owed'])
    const repeated = await ask('root', 'POST', `${one}/receipts`, back(1), LOST)
    assert.equal(repeated.body.receipt.id, received.body.receipt.id)
    assert.equal((await ask('root', 'POST', `${one}/receipts`, back(1))).body.code, 'return_is_over')
    await round('return')
    await round('return')
    assert.deepEqual(await products.stockOf(mug), { stock: 7, reserved: 2 })
    assert.deepEqual(await moved(), [1])
    assert.deepEqual(books().at(-1), { captured: TOTAL_MINOR, refunded: 1999 })
    const seen = (await ask('ada', 'GET', path)).body
    const [{ restock, refund, refund_amount }] = seen.items[0].receipts
    assert.deepEqual([restock, refund, refund_amount], ['done', 'done', '19.99'])
    assert.deepEqual(seen.returnable, lines(1))

    // What the shop opens is accepted; with the last unit and the shipping the whole order is given back.
    const rest = (await ask('root', 'POST', path, { lines: lines(1) })).body
    assert.equal(rest.state, 'accepted')
    await ask('root', 'POST', `${path}/${rest.id}/receipts`, {
      lines: [{ ...lines(1)[0]!, restock: false }],
      refund_shipping: true,
    })
    await round('return')
    assert.deepEqual([await moved(), books().at(-1)], [[1], { captured: TOTAL_MINOR, refunded: TOTAL_MINOR }])
    assert.equal((await ask('ada', 'POST', path, { lines: lines(1) })).body.code, 'return_exceeds_shipped')
    const list = (await ask('root', 'GET', '/returns?state=received')).body
    const [{ order_id, order_number }] = list.items
    assert.deepEqual([list.items.length, order_id, order_number, list.next_cursor], [1, id, 10_002, null])
    assert.deepEqual((await products.stores.audit.ledgerMismatches(undefined, 10)).mismatches, [])
  })

  test('R1: requests at the same time take no unit twice; what was refused is free again', async (t) => {
    const { ask, shipped, lines } = await startReturnShop(t)
    const { id } = await shipped()
    const path = `/orders/${id}/returns`
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) => ask('ada', 'POST', path, { lines: lines(1) }, `key${i}`)),
    )
    const made = answers.filter(({ status }) => status === 201)
    assert.equal(made.length, 2)
    assert.equal(new Set(answers.map(({ body }) => body.code)).has('return_exceeds_shipped'), true)
    assert.equal((await ask('root', 'PUT', `${path}/${made[0]!.body.id}`, { state: 'refused' })).status, 200)
    assert.equal(
      (await ask('root', 'PUT', `${path}/${made[0]!.body.id}`, { state: 'accepted' })).body.code,
      'return_is_over',
    )
    assert.equal((await ask('ada', 'POST', path, { lines: lines(1) })).status, 201)
    assert.equal((await ask('ada', 'POST', path, { lines: lines(1) })).status, 409)
  })

  test('R3: a process that dies between any two steps restocks once and refunds once', async (t) => {
    const { ask, shipped, lines, round, moved, dieAt, books } = await startReturnShop(t, { stock: 100 })
    const places: CrashPoint[] = [
      'receipt_recorded',
      'restock_answered',
      'refund_answered',
      'outcome_recorded',
    ]
    for (const place of places) {
      const { id } = await shipped()
      const path = `/orders/${id}/returns`
      const { body } = await ask('root', 'POST', path, { lines: lines(2) })
      const goods = { lines: [{ ...lines(2)[0]!, restock: true }], refund_shipping: true }
      dieAt(place)
      const first = await ask('root', 'POST', `${path}/${body.id}/receipts`, goods, 'one')
      assert.equal(first.status, place === 'receipt_recorded' ? 500 : 201)
      assert.equal((await ask('root', 'POST', `${path}/${body.id}/receipts`, goods, 'one')).status, 201)
      for (let i = 0; i < 3; i++) await round('return')
      const [receipt, ...more] = (await ask('root', 'GET', path)).body.items[0].receipts
      assert.deepEqual([receipt.restock, receipt.refund, more], ['done', 'done', []], place)
    }
    assert.deepEqual(await moved(), [2, 2, 2, 2])
    assert.deepEqual(
      books(),
      places.map(() => ({ captured: TOTAL_MINOR, refunded: TOTAL_MINOR })),
    )
  })

  test('R4: shipping is given back once; the goods of another receipt are refunded without it', async (t) => {
    const { ask, shipped, lines, round, books } = await startReturnShop(t)
    const { id } = await shipped()
    const path = `/orders/${id}/returns`
    const goods = { lines: [{ ...lines(1)[0]!, restock: false }], refund_shipping: true }
    const receipts = []
    for (const key of ['one', 'two']) {
      const { body } = await ask('root', 'POST', path, { lines: lines(1) })
      const receive = () => ask('root', 'POST', `${path}/${body.id}/receipts`, goods, key)
      const { receipt } = (await receive()).body
      assert.equal(receipt.refunds_shipping, true)
      receipts.push({ id: receipt.id, receive })
    }
    await round('return')
    await round('return')
    assert.deepEqual(books(), [{ captured: TOTAL_MINOR, refunded: TOTAL_MINOR }])
    const repeated = await Promise.all(receipts.map(({ receive }) => receive()))
    const seen = repeated.map(({ body: { receipt } }) => receipt)
    assert.deepEqual(
      seen.map((receipt) => receipt.id),
      receipts.map((receipt) => receipt.id),
    )
    assert.deepEqual(
      seen.map(({ refund, refusal, refunds_shipping }) => [refund, refusal, refunds_shipping]),
      [
        ['done', null, true],
        ['done', null, false],
      ],
    )
  })

  test('R7: what an admin gave back as an amount is taken off, unless it was for something else', async (t) => {
    const { ask, shipped, lines, round, paying } = await startReturnShop(t, { stock: 100 })
    for (const set_off of [undefined, false]) {
      const { id } = await shipped()
      assert.equal((await paying.refund(id, '5.00', id)).json().payment.refunded_as_amount, '5.00')
      const path = `/orders/${id}/returns`
      const { body } = await ask('root', 'POST', path, { lines: lines(2) })
      const goods = {
        lines: [{ ...lines(1)[0]!, restock: true }],
        ...(set_off === undefined ? {} : { set_off }),
      }
      const receive = (key: string, more: object = {}) =>
        ask('root', 'POST', `${path}/${body.id}/receipts`, { ...goods, ...more }, key)
      await receive('one')
      await round('return')
      const { receipt } = (await receive('one')).body
      const isTaken = set_off === undefined
      assert.deepEqual(
        [receipt.refund_amount, receipt.sets_off, receipt.set_off_amount],
        isTaken ? ['14.99', true, '5.00'] : ['19.99', false, '0.00'],
      )
      assert.equal((await receive('one', { set_off: !isTaken })).body.code, 'idempotency_key_reused')
      await receive('two')
      await round('return')
      const payment = (await paying.send('GET', `/payments/${id}`, 'root')).json()
      assert.equal(payment.refunded_as_amount, isTaken ? '0.00' : '5.00')
      assert.equal(payment.refunded, isTaken ? '39.98' : '24.99')
    }
  })

  test('R3: while product_service is down money is given back, and the units follow', async (t) => {
    const { ask, shipped, lines, round, moved, products } = await startReturnShop(t)
    const { id } = await shipped()
    const path = `/orders/${id}/returns`
    const { body } = await ask('root', 'POST', path, { lines: lines(1) })
    await ask('root', 'POST', `${path}/${body.id}/receipts`, { lines: [{ ...lines(1)[0]!, restock: true }] })
    await products.stop()
    await round('return')
    const states = async () => {
      const [{ restock, refund }] = (await ask('root', 'GET', path)).body.items[0].receipts
      return [restock, refund]
    }
    assert.deepEqual(await states(), ['owed', 'done'])
    await products.start()
    await round('return')
    assert.deepEqual([await states(), await moved()], [['done', 'done'], [1]])
  })

  test('a refund that was under way and failed gave nothing back, and stays so', () => {
    const receipt = { id: 'r', lines: [], restock: 'none', refund: 'pending', refundMinor: 500 }
    const body = { returns: [{ id: 'x', state: 'received', receipts: [receipt] }], history: [] } as never
    const at = '2026-03-01T12:00:00.000Z'
    const failed = recordOutcome(body, 'r', { refund: 'refused', refusal: 'refund_failed' }, at)!
    const { refund, refundMinor, refusal } = failed.returns[0]!.receipts[0]!
    assert.deepEqual([refund, refundMinor, refusal], ['refused', undefined, 'refund_failed'])
    assert.equal(
      recordOutcome(failed, 'r', { refund: 'done', refundMinor: 500, setOffMinor: 0 }, at),
      undefined,
    )
  })

  test('an order has at most a number of returns', () => {
    const order = { status: 'shipped', lines: [] } as never
    const request = { id: 'x', key: undefined, state: 'requested', lines: [], reason: undefined } as const
    const more = { ...request, withdrawalId: undefined, by: 'ada', at: '2026-03-01T12:00:00.000Z' }
    let body = NO_RETURNS
    for (let n = 0; n < RETURNS_MAX; n++) body = requestReturn(order, body, more)
    assert.throws(() => requestReturn(order, body, more), { code: 'too_many_returns' })
  })

  test('R5: the refund of an invoice is owed until it is paid; payment_service says so, and is asked at a pace that slows down', async (t) => {
    const { ask, shipped, lines, round, paying, hint } = await startReturnShop(t)
    const { id } = await shipped({ payment_method: 'invoice' })
    const path = `/orders/${id}/returns`
    const { body } = await ask('root', 'POST', path, { lines: lines(1) })
    await ask('root', 'POST', `${path}/${body.id}/receipts`, { lines: [{ ...lines(1)[0]!, restock: true }] })
    const refund = async () => {
      const [{ refund, refund_amount, refusal }] = (await ask('ada', 'GET', path)).body.items[0].receipts
      return [refund, refund_amount, refusal]
    }
    await round('return')
    assert.deepEqual(await refund(), ['unpaid', null, null])
    let asked = 0
    for (let hour = 0; hour < 96; hour++) asked += (await round('return', 3_600_000)).failed
    assert.ok(asked > 8 && asked < 60, `asked ${asked} times in 96 hours`)
    assert.equal((await paying.send('POST', `/payments/${id}/paid`, 'root')).statusCode, 200)
    await hint([id])
    assert.deepEqual(await round('return', 1), { settled: 0, failed: 1 })
    assert.deepEqual(await refund(), ['pending', '19.99', null])
    const [{ id: refundId }] = (await paying.send('GET', `/payments/${id}`, 'root')).json().refunds
    await paying.send('POST', `/payments/${id}/refunds/${refundId}/paid`, 'root')
    await hint([id])
    assert.deepEqual(await round('return', 1), { settled: 1, failed: 0 })
    assert.deepEqual(await refund(), ['done', '19.99', null])
  })

  test('R5: without the hint the refund of an invoice that was paid follows, too', async (t) => {
    const { ask, shipped, lines, round, paying } = await startReturnShop(t)
    const { id } = await shipped({ payment_method: 'invoice' })
    const path = `/orders/${id}/returns`
    const { body } = await ask('root', 'POST', path, { lines: lines(1) })
    await ask('root', 'POST', `${path}/${body.id}/receipts`, { lines: [{ ...lines(1)[0]!, restock: true }] })
    await round('return')
    await paying.payments.stop()
    await paying.send('POST', `/payments/${id}/paid`, 'root')
    await round('return', UNPAID_BACKOFF.firstMs * 2)
    assert.equal((await ask('ada', 'GET', path)).body.items[0].receipts[0].refund, 'pending')
  })

  test('how long a refund is owed that payment_service has not taken is a gauge', async (t) => {
    const { ask, shipped, lines, round, paying, stores, runtime } = await startReturnShop(t)
    const metrics = createMetrics('order_service')
    const gauges = refundGauges(stores.cases, metrics, runtime)
    const { id } = await shipped()
    const path = `/orders/${id}/returns`
    const { body } = await ask('root', 'POST', path, { lines: lines(1) })
    await ask('root', 'POST', `${path}/${body.id}/receipts`, { lines: [{ ...lines(1)[0]!, restock: true }] })
    await paying.stop()
    await round('return')
    const owed = async () => {
      await gauges()
      return Number((await metrics.registry.metrics()).match(/order_refunds_owed_seconds\{.*\} (.*)/)![1])
    }
    const before = await owed()
    assert.ok(before >= 600 && before < 700, String(before))
  })

  test('R5: of a payment that has ended without money nothing is owed', async (t) => {
    const { ask, shipped, lines, round, paying, metrics } = await startReturnShop(t)
    const { id } = await shipped({ payment_method: 'invoice' })
    const path = `/orders/${id}/returns`
    const { body } = await ask('root', 'POST', path, { lines: lines(1) })
    const receive = () =>
      ask('root', 'POST', `${path}/${body.id}/receipts`, { lines: [{ ...lines(1)[0]!, restock: true }] }, 'k')
    const { receipt } = (await receive()).body
    await round('return')
    assert.equal((await paying.cancel(id)).json().state, 'cancelled')
    await round('return')
    assert.deepEqual(await round('return'), { settled: 0, failed: 0 })
    const again = (await receive()).body.receipt
    assert.deepEqual([again.id, again.refund, again.refusal], [receipt.id, 'none', 'never_paid'])
    assert.doesNotMatch(await metrics.registry.metrics(), /order_returns_refused_total\{/)
  })

  test('a refund that is refused is shown, and not tried again; one that was not wanted is none', async (t) => {
    const { ask, shipped, lines, round, books, metrics, paying } = await startReturnShop(t)
    const { id } = await shipped()
    const path = `/orders/${id}/returns`
    const { body } = await ask('root', 'POST', path, { lines: lines(2) })
    assert.equal((await paying.refund(id, undefined, 'all')).statusCode, 201)
    const given = books()
    const receive = (more: object) =>
      ask('root', 'POST', `${path}/${body.id}/receipts`, {
        lines: [{ ...lines(1)[0]!, restock: false }],
        ...more,
      })
    await receive({ set_off: false })
    await receive({ refund: false })
    await round('return')
    assert.deepEqual(await round('return'), { settled: 0, failed: 0 })
    const shown = (await ask('ada', 'GET', path)).body.items[0].receipts
    assert.deepEqual(
      shown.map(({ restock, refund, refusal }: Record<string, unknown>) => [restock, refund, refusal]),
      [
        ['none', 'refused', 'refund_exceeds_captured'],
        ['none', 'none', null],
      ],
    )
    assert.deepEqual(books(), given)
    assert.match(await metrics.registry.metrics(), /order_returns_refused_total\{part="refund",.*\} 1\n/)
  })
})
