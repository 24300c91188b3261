/** The contract of every PaymentStore (src/domain/ports.ts), races included. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { Audited } from '@shop/service_kit/audit/entry'
import { refundRequested } from '../src/domain/audit.ts'
import { changed, markRefundPaid, requestRefund } from '../src/domain/changes.ts'
import { erasePayments, SAVE_ATTEMPTS_MAX } from '../src/domain/erase_payments.ts'
import type { Ports, Stores } from '../src/domain/ports.ts'
import { claimOf, DRIVE_AFTER_MS, type Stored, scheduleChanged, scheduleNew } from '../src/domain/schedule.ts'
import { AT, captured, entry, later, ROOT, stored, uuid } from './samples.ts'

export type AuditedStores = Audited<Stores>
/** Two handles of one store, with one connection or two. */
export type MakeStores = (t: TestContext) => Promise<readonly [AuditedStores, AuditedStores]>

const DUE = later(DRIVE_AFTER_MS).toISOString()
const LEASE = later(DRIVE_AFTER_MS + 60_000).toISOString()

/** The stored payment with a change of its history. */
const stepped = (before: Stored, fields: Partial<Stored['payment']> = {}, now = AT): Stored =>
  scheduleChanged(before, changed(before.payment, now, fields, { type: 'authorised', amountMinor: 1 }), now)

export const idsOf = (found: readonly { payment: { orderId: string } }[]) =>
  found.map(({ payment }) => payment.orderId)

export function paymentStoreContract(name: string, makeStores: MakeStores) {
  const fresh = async (t: TestContext, ...all: Stored[]) => {
    const [stores, others] = await makeStores(t)
    for (const each of all) await stores.payments.addOnce(each)
    return { store: stores.payments, other: others.payments, stores, others }
  }

  suite(`${name}: payments`, () => {
    test('an added payment is found unchanged through every connection; the second of an order is not added', async (t) => {
      const wanted = stored({ email: 'ada@example.com', orderTokenHash: 'hash' })
      const { store, other } = await fresh(t)
      assert.deepEqual(await store.addOnce(wanted), { stored: wanted, added: true })
      const { orderId } = wanted.payment
      assert.deepEqual(await other.find(orderId), wanted)
      const second = await other.addOnce(stored({ orderId, amountMinor: 1 }))
      assert.deepEqual(second, { stored: wanted, added: false })
      assert.equal(await store.find(uuid(1)), undefined)
      assert.equal(await store.findByIntent('pi_none'), undefined)
    })

    test('a saved payment is found with its entries, refunds and place', async (t) => {
      const line = { productId: uuid(8), quantity: 2, grossMinor: 4_100 }
      const wanted = stored({ bill: { lines: [line], shippingMinor: 100 } })
      const { store, other } = await fresh(t, wanted)
      const paid = captured({ orderId: wanted.payment.orderId })
      const parts = { lines: [{ productId: uuid(8), quantity: 1 }], shipping: true, setsOff: true }
      const request = { id: uuid(7), amountMinor: undefined, parts, reason: 'damaged', key: 'k', by: ROOT }
      const next = scheduleChanged(
        wanted,
        requestRefund(
          { ...wanted.payment, ...paid, history: wanted.payment.history, bill: wanted.payment.bill },
          request,
          AT,
        ),
        AT,
      )
      const saved = await store.save(claimOf(wanted), next)
      assert.equal(saved.schedule.revision, 2)
      assert.deepEqual(await other.find(wanted.payment.orderId), saved)
      assert.deepEqual(await other.findByIntent(paid.intentId!), saved)
      const last = stepped(saved, { checkoutUrl: undefined, captureBefore: undefined }, later(5))
      await other.save(claimOf(saved), last)
      assert.equal((await store.find(wanted.payment.orderId))!.payment.version, 3)
    })

    test('what a payment has of its buyer is erased once it is settled; its money and its version stay', async (t) => {
      const own = { email: 'ada@example.com', checkoutUrl: 'https://pay.example/ada' }
      const added = [stored(own), stored(own), stored(own)] as const
      const { store, other } = await fresh(t, ...added)
      const paid = async (before: Stored) => {
        const { orderId } = before.payment
        const money = captured({ orderId, history: before.payment.history, ...own })
        return store.save(claimOf(before), scheduleChanged(before, money, AT))
      }
      const [open, done, owing] = [added[0], await paid(added[1]), await paid(added[2])]
      const asked = { id: uuid(7), amountMinor: 100, parts: undefined, reason: 'damaged', key: 'k', by: ROOT }
      const refunding = scheduleChanged(owing, requestRefund(owing.payment, asked, AT), AT)
      const waiting = await store.save(claimOf(owing), refunding)
      const ids = [done, open, waiting].map(({ payment }) => payment.orderId)
      assert.deepEqual(await erasePayments({ payments: store }, [uuid(1), ...ids]), ids.slice(1))
      const { payment, schedule } = (await other.find(ids[0]!))!
      assert.deepEqual(payment, { ...done.payment, email: undefined, checkoutUrl: undefined })
      assert.equal(schedule.dueAt, done.schedule.dueAt)
      assert.deepEqual(await other.find(ids[1]!), open)
      assert.deepEqual(await other.find(ids[2]!), waiting)
      // Again, it writes nothing.
      assert.deepEqual(await erasePayments({ payments: other }, [ids[0]!]), [])
      assert.equal((await other.find(ids[0]!))!.schedule.revision, schedule.revision)
    })

    test('an erasure that meets another change is made again, and gives up in the end', async (t) => {
      const { payment, ...rest } = stored({ email: 'ada@example.com' })
      const { orderId, ...money } = captured({ orderId: payment.orderId })
      const { store } = await fresh(t, { payment: { ...payment, ...money, email: payment.email }, ...rest })
      let [races, saves] = [0, 0]
      const raced: Pick<Ports['payments'], 'find' | 'save'> = {
        find: store.find,
        async save(before, next) {
          saves += 1
          if (saves <= races) {
            const now = (await store.find(orderId))!
            await store.save(claimOf(now), { ...now, payment: { ...now.payment, description: `${saves}` } })
          }
          return store.save(before, next)
        },
      }
      const payments = { ...store, ...raced }
      races = SAVE_ATTEMPTS_MAX
      await assert.rejects(erasePayments({ payments }, [orderId]), { code: 'version_conflict' })
      assert.equal(saves, SAVE_ATTEMPTS_MAX)
      ;[races, saves] = [1, 0]
      assert.deepEqual(await erasePayments({ payments }, [orderId]), [])
      const { email, description } = (await store.find(orderId))!.payment
      assert.deepEqual([email, description], [undefined, '1'])
    })

    test('M7: of two saves of one revision one is refused, also without a change of the history', async (t) => {
      const wanted = stored()
      const { store, other } = await fresh(t, wanted)
      await store.save(claimOf(wanted), scheduleChanged(wanted, { ...wanted.payment, opening: 2 }, AT))
      await assert.rejects(other.save(claimOf(wanted), stepped(wanted)), { code: 'version_conflict' })
      const outcomes = await Promise.allSettled(
        Array.from({ length: 6 }, async (_, i) => {
          const now = (await (i % 2 ? store : other).find(wanted.payment.orderId))!
          return (i % 2 ? store : other).save(claimOf(now), stepped(now))
        }),
      )
      const applied = outcomes.filter(({ status }) => status === 'fulfilled').length
      assert.equal((await store.find(wanted.payment.orderId))!.payment.version, 1 + applied)
    })

    test('M5: an intent is that of one payment', async (t) => {
      const [one, two] = [stored(), stored()]
      const { store } = await fresh(t, one, two)
      await store.save(
        claimOf(one),
        stepped(one, { intentId: 'pi_1', entries: [entry('ch_1#authorised', 'authorisation')] }),
      )
      await assert.rejects(store.save(claimOf(two), stepped(two, { intentId: 'pi_1' })))
      assert.equal((await store.find(two.payment.orderId))!.payment.version, 1)
    })

    test('what is due is claimed once, by one caller, and again after its lease', async (t) => {
      const all = Array.from({ length: 5 }, () => stored())
      const { store, other } = await fresh(t, ...all)
      assert.deepEqual(await store.claimDue(AT.toISOString(), LEASE, 10), [])
      const claims = await Promise.all([store.claimDue(DUE, LEASE, 3), other.claimDue(DUE, LEASE, 10)])
      const ids = claims.flatMap(idsOf)
      assert.deepEqual(ids.toSorted(), [...new Set(ids)].toSorted())
      const rest = await store.claimDue(DUE, LEASE, 10)
      assert.deepEqual([...ids, ...idsOf(rest)].toSorted(), idsOf(all).toSorted())
      const again = await other.claimDue(LEASE, later(300_000).toISOString(), 10)
      assert.equal(again.length, 5)
      assert.ok(again.every(({ schedule: { fence, attempts } }) => fence === 2 && attempts === 2))
      const late = claims.flat()[0]!
      await assert.rejects(store.save(claimOf(late), stepped(late)), { code: 'version_conflict' })
      await store.reschedule([{ ...claimOf(late), dueAt: undefined, done: true }])
      assert.equal((await store.find(late.payment.orderId))!.schedule.attempts, 2)
    })

    test('is rescheduled, and counted while it is due', async (t) => {
      const [one, two] = [stored(), stored()]
      const { store } = await fresh(t, one, two)
      assert.equal((await store.backlog()).count, 2)
      const [claimed] = await store.claimDue(DUE, LEASE, 1)
      const soon = later(5_000).toISOString()
      await store.reschedule([{ ...claimOf(claimed!), dueAt: soon, done: false }])
      const { orderId } = claimed!.payment
      assert.deepEqual((await store.find(orderId))!.schedule, { ...claimed!.schedule, dueAt: soon })
      await store.reschedule([{ ...claimOf(claimed!), dueAt: undefined, done: true }])
      assert.deepEqual((await store.find(orderId))!.schedule, {
        ...claimed!.schedule,
        dueAt: undefined,
        attempts: 0,
      })
      const left = { count: 1, oldestUpdatedAt: AT.toISOString(), firstDueAt: DUE }
      assert.deepEqual(await store.backlog(), left)
      await store.reschedule([])
    })

    test('M8: an event makes a payment due, which was later or never, and no later', async (t) => {
      const wanted = stored()
      const { store, other } = await fresh(t, wanted)
      const { orderId } = wanted.payment
      const dueAt = async () => (await store.find(orderId))!.schedule.dueAt
      assert.equal(await other.makeDue(orderId, AT.toISOString()), true)
      assert.equal(await dueAt(), AT.toISOString())
      assert.equal(await other.makeDue(orderId, DUE), true)
      assert.equal(await dueAt(), AT.toISOString())
      await store.reschedule([{ ...claimOf(wanted), dueAt: undefined, done: true }])
      await other.makeDue(orderId, DUE)
      assert.equal(await dueAt(), DUE)
      assert.equal(await store.makeDue(uuid(1), DUE), false)
    })

    test('what order_service was not notified of is listed until it was', async (t) => {
      const [one, two] = [stored(), stored()]
      const { store, other } = await fresh(t, one, two)
      assert.deepEqual(await store.unhinted(10), [])
      const saved = await store.save(claimOf(one), stepped(one))
      const { orderId } = one.payment
      assert.deepEqual(await other.unhinted(10), [{ orderId, version: 2 }])
      await store.save(claimOf(saved), stepped(saved))
      await other.hinted([{ orderId, version: 2 }])
      assert.deepEqual(await store.unhinted(10), [{ orderId, version: 3 }])
      await store.hinted([{ orderId, version: 3 }])
      assert.deepEqual(await store.unhinted(10), [])
      await store.hinted([])
    })

    test('an event is received once, and forgotten later', async (t) => {
      const { store, other } = await fresh(t)
      assert.equal(await store.isReceived('evt_1'), false)
      await Promise.all([
        store.received('evt_1', AT.toISOString()),
        other.received('evt_1', AT.toISOString()),
      ])
      await store.received('evt_2', later(10).toISOString())
      assert.equal(await other.isReceived('evt_1'), true)
      assert.equal(await store.forgetEvents(later(5).toISOString(), 10), 1)
      assert.deepEqual([await store.isReceived('evt_1'), await store.isReceived('evt_2')], [false, true])
      assert.equal(await store.forgetEvents(AT.toISOString(), 10), 0)
    })

    test('M10: authorisations that end before a time are listed, the first ones first', async (t) => {
      const [one, two, none] = [stored(), stored(), stored()]
      const { store } = await fresh(t, one, two, none)
      const ends = (ms: number) => later(ms).toISOString()
      await store.save(claimOf(one), stepped(one, { captureBefore: ends(2_000) }))
      await store.save(claimOf(two), stepped(two, { captureBefore: ends(1_000) }))
      assert.deepEqual(await store.endingBefore(ends(2_001), 10), [
        { orderId: two.payment.orderId, captureBefore: ends(1_000) },
        { orderId: one.payment.orderId, captureBefore: ends(2_000) },
      ])
      assert.equal((await store.endingBefore(ends(2_000), 10)).length, 1)
    })

    test('M10: captures by card that were requested and not made are listed, the oldest first', async (t) => {
      const [one, two, made, invoice, none] = [
        stored(),
        stored(),
        stored(),
        stored({ method: 'invoice' }),
        stored(),
      ]
      const { store, other } = await fresh(t, one, two, made, invoice, none)
      assert.deepEqual(await store.capturesWaiting(10), [])
      const capture = {
        wish: { kind: 'capture', amountMinor: 100 },
        state: 'authorised',
      } as const
      await store.save(claimOf(one), stepped(one, capture, later(2_000)))
      await store.save(claimOf(two), stepped(two, capture, later(1_000)))
      await store.save(claimOf(made), stepped(made, { ...capture, state: 'captured' }))
      await store.save(claimOf(invoice), stepped(invoice, capture))
      await store.save(claimOf(none), stepped(none, { state: 'authorised' }))
      const waiting = [two, one].map(({ payment: { orderId } }, i) => ({
        ...{ orderId, since: later(1_000 * (i + 1)).toISOString() },
      }))
      assert.deepEqual(await other.capturesWaiting(10), waiting)
      assert.deepEqual(await store.capturesWaiting(1), waiting.slice(0, 1))
    })

    test('M3: what is owed back and waits for a person is listed, the one that has waited for longest first, until it is paid back', async (t) => {
      const paid = (n: number) => {
        const promised = captured({ method: 'invoice', orderId: uuid(20 + n), intentId: undefined })
        return scheduleNew(
          { ...promised, entries: promised.entries.map((each) => ({ ...each, id: `${each.id}${n}` })) },
          AT,
        )
      }
      const all = [paid(2), paid(1), paid(0)]
      const { store, other } = await fresh(t, ...all)
      const pending = await Promise.all(
        all.map((each, i) => {
          const request = { id: uuid(i), amountMinor: 100, parts: undefined, reason: 'x', key: 'k', by: ROOT }
          const owed = requestRefund(each.payment, request, later(-i))
          const refunds = owed.refunds.map((refund) => ({ ...refund, state: 'pending' as const }))
          return i === 2 ? each : store.save(claimOf(each), scheduleChanged(each, { ...owed, refunds }, AT))
        }),
      )
      const ids = async () => (await other.refundsWaiting(10)).map(({ orderId }) => orderId)
      assert.deepEqual(await ids(), [uuid(21), uuid(22)])
      assert.equal((await other.refundsWaiting(1)).length, 1)
      const done = markRefundPaid(pending[1]!.payment, uuid(1), ROOT, AT)!
      await other.save(claimOf(pending[1]!), scheduleChanged(pending[1]!, done, AT))
      assert.deepEqual(await ids(), [uuid(22)])
    })

    test('all are listed by order id', async (t) => {
      const all = [stored(), stored(), stored()]
      const { store } = await fresh(t, ...all)
      const first = await store.list('', 2)
      const rest = await store.list(first.at(-1)!.payment.orderId, 2)
      assert.deepEqual(idsOf([...first, ...rest]), idsOf(all).toSorted())
      await store.check()
    })
  })

  suite(`${name}: audit log of payments`, () => {
    test('an audited save has one entry, a refused one and others have none', async (t) => {
      const wanted = stored()
      const { store, other, others } = await fresh(t, wanted)
      const { orderId } = wanted.payment
      const audited = { by: ROOT, record: refundRequested(orderId, 0, 100, 'damaged', false) }
      const saved = await store.save(claimOf(wanted), stepped(wanted), audited)
      await assert.rejects(other.save(claimOf(wanted), stepped(wanted), audited), {
        code: 'version_conflict',
      })
      await store.save(claimOf(saved), stepped(saved))
      const entries = await others.auditLog.page({ filter: undefined, before: undefined, limit: 10 })
      assert.deepEqual(
        entries.map(({ by, action, subject, changes, note }) => ({
          by,
          action,
          id: subject.id,
          changes,
          note,
        })),
        [
          {
            by: ROOT,
            action: 'payment.refund_requested',
            id: orderId,
            changes: [{ field: 'refunds', before: 0, after: 100 }],
            note: 'damaged',
          },
        ],
      )
    })
  })
}

export type Refusing = { readonly stores: AuditedStores; refuseEntries(): Promise<void> }

/** `refuseEntries` makes the audit log refuse every entry from then on, and nothing else. */
export function auditAtomicityContract(name: string, make: (t: TestContext) => Promise<Refusing>) {
  test(`${name}: an audited save without its entry is not stored`, async (t) => {
    const { stores, refuseEntries } = await make(t)
    const wanted = stored()
    const { orderId } = wanted.payment
    await stores.payments.addOnce(wanted)
    await refuseEntries()
    const audited = { by: ROOT, record: refundRequested(orderId, 0, 100, 'damaged', false) }
    await assert.rejects(stores.payments.save(claimOf(wanted), stepped(wanted), audited))
    assert.deepEqual(await stores.payments.find(orderId), wanted)
  })
}

export type Corruptible = {
  readonly stores: AuditedStores
  /** Ids of unreadable payments, as reported. */
  readonly reported: readonly string[]
  /** Makes its history unreadable. */
  corrupt(orderId: string): Promise<void>
}

export function unreadableContract(name: string, make: (t: TestContext) => Promise<Corruptible>) {
  test(`${name}: a payment that cannot be read delays no other, and never counts as absent`, async (t) => {
    const { stores, reported, corrupt } = await make(t)
    const { payments } = stores
    const [good, bad] = [stored(), stored()]
    for (const each of [good, bad]) await payments.addOnce(each)
    await corrupt(bad.payment.orderId)
    assert.deepEqual(idsOf(await payments.claimDue(DUE, LEASE, 10)), [good.payment.orderId])
    assert.deepEqual(reported, [bad.payment.orderId])
    await assert.rejects(payments.find(bad.payment.orderId), { name: 'Unreadable' })
    await assert.rejects(payments.addOnce(stored({ orderId: bad.payment.orderId })), { name: 'Unreadable' })
    assert.deepEqual(idsOf(await payments.list('', 10)), [good.payment.orderId])
  })
}
