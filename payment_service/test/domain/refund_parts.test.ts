/** Refunds by lines, mixed with amounts and failures, as requests of the domain. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { lineStates, setOff, shippingRefunded } from '../../src/domain/bill.ts'
import { newPayment, requestRefund } from '../../src/domain/changes.ts'
import { DomainError } from '../../src/domain/errors.ts'
import { type Payment, refundable, refundedAsAmount, refundsOf, sumsOf } from '../../src/domain/payment.ts'
import { AT, captured, entry, ROOT, terms, uuid } from '../samples.ts'

const RUNS = 300
const line = fc.record({ quantity: fc.integer({ min: 1, max: 5 }), grossMinor: fc.nat(40) })
const wanted = fc.record({
  units: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
  shipping: fc.boolean(),
  setsOff: fc.boolean(),
})
const step = fc.oneof(
  fc.record({ kind: fc.constant('parts' as const), wanted }),
  fc.record({ kind: fc.constant('amount' as const), minor: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('fail' as const), which: fc.nat(20) }),
)
const plan = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  shippingMinor: fc.nat(9),
  /** Less was captured than ordered. */
  missing: fc.nat(10),
  steps: fc.array(step, { maxLength: 25 }),
})

let serial = 0
const request = (changes: object) => ({
  ...{ id: `r${serial++}`, amountMinor: undefined, parts: undefined, reason: 'x', by: ROOT },
  key: `k${serial}`,
  ...changes,
})

function paid({
  lines,
  shippingMinor,
  missing,
}: {
  lines: readonly { quantity: number; grossMinor: number }[]
  shippingMinor: number
  missing: number
}): Payment {
  const bill = { lines: lines.map((each, i) => ({ ...each, productId: uuid(i) })), shippingMinor }
  const amountMinor = lines.reduce((sum, { grossMinor }) => sum + grossMinor, shippingMinor)
  const took = Math.max(1, amountMinor - missing)
  const opened = newPayment(terms({ amountMinor, bill }), AT)
  return {
    ...captured(opened),
    ...{ state: 'captured', phase: 'captured' },
    entries: [entry('a', 'authorisation', took), entry('c', 'capture', took)],
  }
}

/** Undefined if the domain refuses it. */
function tried(payment: Payment, changes: object): Payment | undefined {
  try {
    return requestRefund(payment, request(changes), AT)
  } catch (error) {
    if (error instanceof DomainError) return undefined
    throw error
  }
}

const fail = (payment: Payment, which: number): Payment => ({
  ...payment,
  refunds: payment.refunds.map((refund, i) =>
    i === which % payment.refunds.length ? { ...refund, state: 'failed' as const } : refund,
  ),
})

suite('refunds by lines', () => {
  test('M7: mixed with amounts and failures, never more than was captured; in the end each line gives back exactly its gross', () => {
    fc.assert(
      fc.property(plan, ({ steps, ...of }) => {
        fc.pre(of.shippingMinor + of.lines.reduce((sum, { grossMinor }) => sum + grossMinor, 0) > 0)
        const bought = paid(of)
        const { captured: took } = sumsOf(bought)
        let now = bought
        let hasFailed = false
        for (const each of steps) {
          if (each.kind === 'fail') now = now.refunds.length === 0 ? now : fail(now, each.which)
          else if (each.kind === 'amount') now = tried(now, { amountMinor: each.minor }) ?? now
          else {
            const { units, shipping, setsOff } = each.wanted
            const lines = bought.bill!.lines.flatMap(({ productId }, i) =>
              units[i]! > 0 ? [{ productId, quantity: units[i]! }] : [],
            )
            if (lines.length > 0 || shipping) now = tried(now, { parts: { lines, shipping, setsOff } }) ?? now
          }
          assert.ok(refundsOf(now) <= took)
          for (const line of lineStates(now)) {
            assert.ok(line.refundedQuantity <= line.quantity)
            assert.ok(line.refundedMinor <= line.grossMinor)
            if (line.refundedQuantity === line.quantity) assert.equal(line.refundedMinor, line.grossMinor)
          }
          assert.ok(shippingRefunded(now) <= now.bill!.shippingMinor)
          // What amounts gave back is set off once at most.
          const asAmounts = now.refunds.filter(
            ({ parts, state }) => parts === undefined && state !== 'failed',
          )
          const given = asAmounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
          hasFailed ||= each.kind === 'fail'
          if (!hasFailed) assert.equal(refundedAsAmount(now), given - setOff(now))
        }
        // What amounts took is missing from the lines, and nothing else is.
        now = { ...now, refunds: now.refunds.filter(({ parts }) => parts !== undefined) }
        if (took < bought.amountMinor) return
        const missing = setOff(now)
        for (const { productId, quantity, refundedQuantity } of lineStates(now)) {
          for (let left = quantity - refundedQuantity; left > 0; left--)
            now = requestRefund(
              now,
              request({ parts: { lines: [{ productId, quantity: 1 }], shipping: false, setsOff: false } }),
              AT,
            )
        }
        now = tried(now, { parts: { lines: [], shipping: true, setsOff: false } }) ?? now
        assert.equal(refundsOf(now), took - missing)
        assert.equal(refundable(now), missing)
      }),
      { numRuns: RUNS },
    )
  })

  test('an amount in between makes a line that costs more than what is left a refusal', () => {
    const bought = paid({ lines: [{ quantity: 2, grossMinor: 1_000 }], shippingMinor: 0, missing: 0 })
    const amount = requestRefund(bought, request({ amountMinor: 600 }), AT)
    const lines = (quantity: number) => ({
      parts: { lines: [{ productId: uuid(0), quantity }], shipping: false, setsOff: false },
    })
    assert.throws(() => requestRefund(amount, request(lines(1)), AT), { code: 'refund_exceeds_captured' })
    const failed = fail(amount, 0)
    assert.equal(requestRefund(failed, request(lines(2)), AT).refunds.at(-1)!.amountMinor, 1_000)
  })

  test('an amount that was given back is taken off of goods that come back, once, if that is wanted', () => {
    const bought = paid({ lines: [{ quantity: 3, grossMinor: 3_000 }], shippingMinor: 490, missing: 0 })
    const amount = requestRefund(bought, request({ amountMinor: 1_200 }), AT)
    const lines = (setsOff: boolean) => ({
      parts: { lines: [{ productId: uuid(0), quantity: 1 }], shipping: false, setsOff },
    })
    const seen = (payment: Payment) => [
      ...payment.refunds
        .slice(1)
        .map(({ amountMinor, state, parts }) => [amountMinor, state, parts?.setOffMinor]),
      refundedAsAmount(payment),
    ]
    const first = requestRefund(amount, request(lines(true)), AT)
    assert.deepEqual(seen(first), [[0, 'succeeded', 1_000], 200])
    const second = requestRefund(first, request(lines(true)), AT)
    assert.deepEqual(seen(second).slice(1), [[800, 'requested', 200], 0])
    // Without a wish to do so it is for something else.
    const other = requestRefund(first, request(lines(false)), AT)
    assert.deepEqual(seen(other).slice(1), [[1_000, 'requested', undefined], 200])
    // One that failed takes nothing off; nor does an amount that failed.
    assert.equal(refundedAsAmount(fail(second, 2)), 200)
    assert.equal(refundedAsAmount(fail(amount, 0)), 0)
  })

  test('more units than were bought, shipping twice, and a payment without lines are refused', () => {
    const bought = paid({ lines: [{ quantity: 2, grossMinor: 1_000 }], shippingMinor: 490, missing: 0 })
    const parts = (quantity: number, shipping = false, productId = uuid(0)) => ({
      parts: { lines: quantity > 0 ? [{ productId, quantity }] : [], shipping, setsOff: false },
    })
    const code = 'refund_exceeds_bought'
    const once = requestRefund(bought, request(parts(1, true)), AT)
    assert.equal(once.refunds[0]!.amountMinor, 990)
    assert.throws(() => requestRefund(once, request(parts(2)), AT), { code })
    assert.throws(() => requestRefund(once, request(parts(0, true)), AT), { code })
    assert.throws(() => requestRefund(once, request(parts(1, false, uuid(9))), AT), { code })
    assert.throws(() => requestRefund(captured(), request(parts(1)), AT), { code: 'lines_unknown' })
  })

  test('what was free is given back without the provider', () => {
    const bought = paid({
      lines: [
        { quantity: 1, grossMinor: 0 },
        { quantity: 1, grossMinor: 100 },
      ],
      ...{ shippingMinor: 0, missing: 0 },
    })
    const parts = { lines: [{ productId: uuid(0), quantity: 1 }], shipping: false, setsOff: false }
    const [refund] = requestRefund(bought, request({ parts }), AT).refunds
    assert.deepEqual([refund!.amountMinor, refund!.state], [0, 'succeeded'])
  })
})
