/** The fold of what the provider says: in any order, any number of times. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { applySnapshot } from '../../src/domain/apply_snapshot.ts'
import { requestCancel, requestCapture, requestRefund } from '../../src/domain/changes.ts'
import { nextStep } from '../../src/domain/next_step.ts'
import { type Payment, REFUNDS_MAX, sumsOf } from '../../src/domain/payment.ts'
import { readPayment, recordOf } from '../../src/domain/payment_record.ts'
import { nextRead, scheduleNew, WATCHED_MS } from '../../src/domain/schedule.ts'
import type { Snapshot } from '../../src/domain/snapshot.ts'
import { AT, captured, entry, later, payment, ROOT } from '../samples.ts'

const NOWHERE = {
  sessionId: 'cs',
  intentId: 'pi',
  checkoutUrl: undefined,
  captureBefore: undefined,
  refunds: [],
}
const END = later(7 * 24 * 60 * 60_000).toISOString()
/** What one payment looks like, one after the other. */
const STAGES: readonly Snapshot[] = [
  { ...NOWHERE, phase: 'open', checkoutUrl: 'https://pay', entries: [] },
  { ...NOWHERE, phase: 'processing', entries: [] },
  { ...NOWHERE, phase: 'authorised', captureBefore: END, entries: [entry('ch#authorised', 'authorisation')] },
  {
    ...NOWHERE,
    phase: 'captured',
    entries: [
      entry('ch#authorised', 'authorisation'),
      entry('ch#captured', 'capture', 4_000),
      entry('ch#released', 'void', 200),
    ],
  },
  {
    ...NOWHERE,
    phase: 'captured',
    entries: [
      entry('ch#authorised', 'authorisation'),
      entry('ch#captured', 'capture', 4_000),
      entry('ch#released', 'void', 200),
      entry('re_1', 'refund', 300),
      entry('dp_1', 'dispute', 4_000),
    ],
  },
]

const fold = (seen: readonly Snapshot[], from: Payment = payment()) =>
  seen.reduce((current, each) => applySnapshot(current, each, AT), from)

suite('M8: what the provider says', () => {
  test('in any order, lost or doubled, ends at the same sums and state', () => {
    const wanted = fold(STAGES)
    assert.deepEqual(sumsOf(wanted), { authorised: 0, captured: 4_000, refunded: 300 })
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STAGES), { maxLength: 12 }), (some) => {
        const end = fold([...some, STAGES.at(-1)!])
        assert.deepEqual(sumsOf(end), sumsOf(wanted))
        assert.deepEqual([end.state, end.phase, end.captureBefore], [wanted.state, wanted.phase, undefined])
        // M5.
        assert.equal(new Set(end.entries.map(({ id }) => id)).size, 5)
        assert.equal(end.version, end.history.length)
      }),
      { numRuns: 200 },
    )
  })

  test('that is known changes nothing, not even the object', () => {
    for (const stage of STAGES) {
      const once = fold([stage])
      assert.equal(applySnapshot(once, stage, later(5)), once)
    }
  })
})

suite('what is to be done next', () => {
  const at = (stage: number, wish: Payment['wish'] = { kind: 'pay' }) => ({
    ...fold(STAGES.slice(0, stage + 1)),
    wish,
  })
  const cancel = (reason: 'time_over' | 'requested') => ({ kind: 'cancel', reason }) as const
  const cases: [string, Payment, string | undefined][] = [
    ['a new one is opened', payment(), 'open'],
    ['also to cancel it: its page may be open', payment({ wish: cancel('requested') }), 'open'],
    ['an open one waits', at(0), undefined],
    ['an open one is ended', at(0, cancel('time_over')), 'cancel'],
    ['the bank is waited for', at(1, cancel('requested')), undefined],
    ['an authorised one waits', at(2), undefined],
    ['it is captured', at(2, { kind: 'capture', amountMinor: 4_200 }), 'capture'],
    ['it is given up', at(2, cancel('requested')), 'cancel'],
    ['it is kept', at(2, cancel('time_over')), undefined],
    ['what was captured is given back', at(3, cancel('requested')), 'give_back'],
    ['or kept', at(3, cancel('time_over')), undefined],
    ['what cannot be paid is ended', payment({ phase: 'stuck' }), 'cancel'],
    ['what has ended has ended', payment({ phase: 'ended', wish: cancel('requested') }), undefined],
  ]
  for (const [name, current, kind] of cases) {
    test(name, () => assert.equal(nextStep(current, AT)?.kind, kind))
  }

  test('a refund comes first', () => {
    const request = { id: 'r', amountMinor: 1, parts: undefined, reason: 'x', key: 'k', by: ROOT }
    assert.equal(nextStep(requestRefund(captured(), request, AT), AT)?.kind, 'refund')
  })
})

suite('wishes', () => {
  test('a person’s cancellation replaces that of the time, and never the other way round', () => {
    const over = requestCancel(payment(), 'time_over', AT)!
    const wished = requestCancel(over, 'requested', AT)!
    assert.deepEqual(wished.wish, { kind: 'cancel', reason: 'requested' })
    assert.equal(requestCancel(wished, 'time_over', AT), undefined)
    assert.equal(requestCancel(wished, 'requested', AT), undefined)
  })

  test('a capture that is known, or done, changes nothing', () => {
    const authorised = fold(STAGES.slice(0, 3))
    const wished = requestCapture(authorised, 4_200, AT)!
    assert.equal(requestCapture(wished, 4_200, AT), undefined)
    assert.throws(() => requestCapture(wished, 4_100, AT), { code: 'not_authorised' })
    assert.equal(requestCapture(captured(), 4_200, AT), undefined)
  })
})

test('M7: a payment has at most so many refunds', () => {
  const request = (key: number) => ({
    id: `r${key}`,
    amountMinor: 1,
    parts: undefined,
    reason: 'x',
    key: `${key}`,
    by: ROOT,
  })
  let current = captured()
  for (let i = 0; i < REFUNDS_MAX; i++) current = requestRefund(current, request(i), AT)
  assert.throws(() => requestRefund(current, request(REFUNDS_MAX), AT), { code: 'too_many_refunds' })
})

suite('when it is read again', () => {
  const ms = (current: Payment, now: Date) => {
    const next = nextRead(current, now)
    return next === undefined ? undefined : Date.parse(next) - now.getTime()
  }
  test('M8: what is not settled always is, more seldom as it grows older', () => {
    for (const stage of [0, 1, 2]) {
      const current = fold(STAGES.slice(0, stage + 1))
      for (const age of [0, 1_000, 60_000, 3_600_000, 30 * 24 * 3_600_000]) {
        const wait = ms(current, later(age))
        assert.ok(wait !== undefined && wait >= 2_000 && wait <= 6 * 3_600_000, `${stage} ${age}: ${wait}`)
      }
    }
  })

  test('M10: right after the end of an authorisation', () => {
    const authorised = fold(STAGES.slice(0, 3))
    const before = new Date(Date.parse(END) - 60_000)
    assert.equal(ms(authorised, before), 120_000)
  })

  test('what is settled a few times more, and then no more; of invoices nothing', () => {
    const DAY = 24 * 3_600_000
    assert.equal(ms(captured(), AT), DAY)
    assert.equal(ms(captured(), later(10 * DAY)), 10 * DAY)
    assert.equal(ms(captured(), later(WATCHED_MS + 1)), undefined)
    assert.equal(ms(captured({ method: 'invoice' }), AT), undefined)
    assert.equal(ms(payment({ method: 'invoice', state: 'authorised', phase: 'authorised' }), AT), undefined)
    assert.equal(ms(payment({ state: 'cancelled', phase: 'ended' }), AT), undefined)
  })
})

suite('a record', () => {
  const record = recordOf(scheduleNew(captured(), AT))
  test('is read as it was written', () => {
    assert.deepEqual(readPayment(JSON.parse(JSON.stringify(record))), readPayment(record))
  })
  const faults: [string, object][] = [
    ['methods', { method: 'gold' }],
    ['states', { state: 'lost' }],
    ['wishes', { wish: { kind: 'fly' } }],
    ['wishes', { wish: null }],
    ['entries', { entries: [{}] }],
    ['entries', { entries: [1] }],
    ['refunds', { refunds: 'none' }],
    ['sums', { entries: [entry('a', 'capture', 4_201)] }],
    [
      'sums',
      {
        entries: [],
        refunds: [{ id: 'r', amountMinor: 1, reason: 'x', state: 'requested', key: 'k', by: 'b', at: 'a' }],
      },
    ],
    ['changes', { history: [] }],
    ['changes', { version: 7 }],
    ['amounts', { amountMinor: -1 }],
    ['counts', { fence: 0.5 }],
  ]
  for (const [part, change] of faults) {
    test(`${part} that cannot be are noticed: ${JSON.stringify(change)}`, () => {
      assert.throws(() => readPayment({ ...record, ...change }), new RegExp(`its ${part} are not those`))
    })
  }
})
