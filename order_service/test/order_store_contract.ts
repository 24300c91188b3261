/** The contract of every OrderStore (src/domain/ports.ts), races included. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { OrderStatus } from '../src/domain/order.ts'
import type { OrderStore } from '../src/domain/ports.ts'
import { claimOf, nextVersion, SETTLE_AFTER_MS, type StoredOrder } from '../src/domain/schedule.ts'
import {
  ADA,
  AT,
  anotherNumber,
  awaitPayment,
  BOB,
  capture,
  confirm,
  confirmPayment,
  finishCancel,
  HELD,
  later,
  order,
  PAID,
  ROOT,
  reject,
  requestCancel,
  SHORT,
  ship,
  uuid,
} from './samples.ts'
import { STORED } from './stored_orders.ts'

/** Two handles of one store, with one connection or two. */
export type MakeStores = (t: TestContext) => Promise<readonly [OrderStore, OrderStore]>

const DUE = later(SETTLE_AFTER_MS).toISOString()
const LEASE = later(SETTLE_AFTER_MS + 15_000).toISOString()

const ids = (orders: readonly StoredOrder[]) => orders.map((each) => each.order.id)

export function orderStoreContract(name: string, makeStores: MakeStores) {
  const fresh = async (t: TestContext, ...orders: StoredOrder[]) => {
    const [store, other] = await makeStores(t)
    for (const each of orders) await store.addOnce(each)
    return { store, other }
  }

  suite(`${name}: adding`, () => {
    test('an added order is found unchanged through every connection (invariant 3)', async (t) => {
      const { store, other } = await fresh(t)
      const wanted = order({ idempotencyKey: 'k' })
      assert.deepEqual(await store.addOnce(wanted), { stored: wanted, added: true })
      assert.deepEqual(await other.find(wanted.order.id), wanted)
      assert.deepEqual(await other.findByKey(ADA, 'k'), wanted)
    })

    test('an order of every status is found unchanged', async (t) => {
      const { store, other } = await fresh(t)
      for (const [i, { order, schedule }] of Object.values(STORED).entries()) {
        const wanted = {
          order: { ...order, id: uuid(100 + i), idempotencyKey: undefined, number: anotherNumber() },
          schedule,
        } as StoredOrder
        await store.addOnce(wanted)
        assert.deepEqual(await other.find(wanted.order.id), wanted)
      }
    })

    test('an unknown order is undefined', async (t) => {
      const { store } = await fresh(t, order({ idempotencyKey: 'k' }))
      assert.equal(await store.find(uuid(1)), undefined)
      assert.equal(await store.findByKey(ADA, 'other'), undefined)
      assert.equal(await store.findByKey(BOB, 'k'), undefined)
    })

    test('a second order with the key is not added; the first is returned as it is now (invariant 4)', async (t) => {
      const first = order({ idempotencyKey: 'k' })
      const { store, other } = await fresh(t, first)
      const now = await store.save(confirm(first, HELD, AT))
      const second = order({ idempotencyKey: 'k', totalMinor: 1 })
      assert.deepEqual(await other.addOnce(second), { stored: now, added: false })
      assert.equal(await store.find(second.order.id), undefined)
    })

    test('4: keys belong to one user, and orders without a key are always added', async (t) => {
      const { store } = await fresh(t)
      for (const each of [
        order({ idempotencyKey: 'k' }),
        order({ idempotencyKey: 'K' }),
        order({ idempotencyKey: 'k', userId: BOB }),
        order(),
        order(),
      ]) {
        assert.equal((await store.addOnce(each)).added, true)
      }
    })

    test('of 50 concurrent adds with one key one adds, and all get its order (invariant 4)', async (t) => {
      const { store, other } = await fresh(t)
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, i) => (i % 2 ? store : other).addOnce(order({ idempotencyKey: 'k' }))),
      )
      assert.equal(results.filter((result) => result.added).length, 1)
      assert.equal(new Set(results.map((result) => result.stored.order.id)).size, 1)
      assert.equal((await store.listByUser(ADA, { limit: 100 })).length, 1)
    })
  })

  suite(`${name}: saving`, () => {
    test('stores everything that changed and adds one to the version', async (t) => {
      for (const change of [
        (o: StoredOrder) => confirm(o, HELD, later(5)),
        (o: StoredOrder) => reject(o, SHORT, later(5)),
        (o: StoredOrder) => requestCancel(o, ADA, later(5)),
      ]) {
        const first = order({ attempts: 3 })
        const { store, other } = await fresh(t, first)
        const saved = await store.save(change(first))
        assert.deepEqual(saved, nextVersion(change(first)))
        assert.equal(saved.order.version, 2)
        assert.deepEqual(await other.find(first.order.id), saved)
      }
    })

    test('a save over another version is refused and changes nothing (invariant 7)', async (t) => {
      const first = order()
      const { store, other } = await fresh(t, first)
      const saved = await store.save(confirm(first, HELD, AT))
      await assert.rejects(other.save(requestCancel(first, ADA, AT)), { code: 'version_conflict' })
      assert.deepEqual(await store.find(first.order.id), saved)
    })

    test('of 20 concurrent saves of one version exactly one wins (invariant 7)', async (t) => {
      const first = order()
      const { store, other } = await fresh(t, first)
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? store : other).save(i % 3 ? requestCancel(first, uuid(i), AT) : confirm(first, HELD, AT)),
        ),
      )
      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      assert.equal(won.length, 1)
      assert.deepEqual(await store.find(first.order.id), won[0])
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'version_conflict')
      }
    })

    test('an unknown order is a conflict too', async (t) => {
      const { store } = await fresh(t)
      await assert.rejects(store.save(confirm(order(), HELD, AT)), { code: 'version_conflict' })
    })
  })

  suite(`${name}: lists`, () => {
    const world = async (t: TestContext) => {
      const mine = Array.from({ length: 5 }, () => order())
      const foreign = order({ userId: BOB })
      const { store } = await fresh(t, ...mine, foreign)
      await store.save(confirm(mine[1]!, HELD, AT))
      await store.save(confirm(mine[3]!, HELD, AT))
      return { store, mine: mine.map((each) => each.order.id), foreign: foreign.order.id }
    }

    test("a user's orders come newest first, in pages that neither repeat nor miss one", async (t) => {
      const { store, mine } = await world(t)
      const first = ids(await store.listByUser(ADA, { limit: 2 }))
      const second = ids(await store.listByUser(ADA, { limit: 2, before: first.at(-1) }))
      const third = ids(await store.listByUser(ADA, { limit: 2, before: second.at(-1) }))
      assert.deepEqual([...first, ...second, ...third], mine.toReversed())
    })

    test('orders of one status, or of all', async (t) => {
      const { store, mine, foreign } = await world(t)
      assert.deepEqual(ids(await store.listByStatus('confirmed', { limit: 9 })), [mine[3], mine[1]])
      assert.deepEqual(ids(await store.listByStatus('confirmed', { limit: 9, before: mine[3] })), [mine[1]])
      assert.deepEqual(ids(await store.listByStatus(undefined, { limit: 3 })), [foreign, mine[4], mine[3]])
      assert.deepEqual(await store.listByStatus('cancelled', { limit: 9 }), [])
    })

    test('versions and statuses of the orders that exist', async (t) => {
      const { store, mine } = await world(t)
      const wanted = [mine[0]!, mine[1]!, uuid(1)]
      assert.deepEqual([...(await store.versionsOf(wanted))].sort(), [
        [mine[0], 1],
        [mine[1], 2],
      ])
      assert.deepEqual([...(await store.statusesOf(wanted))].sort(), [
        [mine[0], 'pending'],
        [mine[1], 'confirmed'],
      ])
      assert.equal((await store.versionsOf([])).size, 0)
    })

    test('unsettled orders, due or not', async (t) => {
      const { store, mine, foreign } = await world(t)
      const first = ids(await store.listUnsettled({ limit: 2 }))
      const second = ids(await store.listUnsettled({ limit: 9, after: first.at(-1) }))
      assert.deepEqual([...first, ...second], [mine[0], mine[2], mine[4], foreign])
      assert.deepEqual(await store.backlog(), { count: 4, oldestUpdatedAt: AT.toISOString() })
    })

    test('an empty store has no backlog', async (t) => {
      const { store } = await fresh(t)
      assert.deepEqual(await store.backlog(), { count: 0, oldestUpdatedAt: undefined })
    })
  })

  suite(`${name}: claiming due orders`, () => {
    test('claims due orders, the longest due first, with a new fence and the same version', async (t) => {
      const young = order({ id: uuid(501), dueAt: later(SETTLE_AFTER_MS + 2).toISOString() })
      const old = order({ id: uuid(502), dueAt: later(SETTLE_AFTER_MS + 1).toISOString() })
      const notYet = order({ id: uuid(503), dueAt: later(SETTLE_AFTER_MS + 60_000).toISOString() })
      const { store, other } = await fresh(t, young, old, notYet)
      const now = later(SETTLE_AFTER_MS + 10).toISOString()
      const claimed = { dueAt: LEASE, fence: 1, attempts: 1 }
      assert.deepEqual(await store.claimDue(now, LEASE, 1), [{ ...old, schedule: claimed }])
      assert.deepEqual(await other.claimDue(now, LEASE, 9), [{ ...young, schedule: claimed }])
      assert.deepEqual(await store.claimDue(now, LEASE, 9), [])
      assert.deepEqual(await other.find(old.order.id), { ...old, schedule: claimed })
    })

    test('settled orders are never claimed', async (t) => {
      const done = [order(), order(), order()]
      const { store } = await fresh(t, ...done)
      await store.save(confirm(done[0]!, HELD, AT))
      await store.save(reject(done[1]!, SHORT, AT))
      await store.save(finishCancel(await store.save(requestCancel(done[2]!, ADA, AT)), AT))
      assert.deepEqual(await store.claimDue('9999-01-01T00:00:00.000Z', LEASE, 9), [])
    })

    test('concurrent claims never get the same order, and leave none (invariant 5)', async (t) => {
      const all = Array.from({ length: 40 }, () => order())
      const { store, other } = await fresh(t, ...all)
      const rounds = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? store : other).claimDue(DUE, LEASE, 5)),
      )
      const claimed = rounds.flat().map((each) => each.order.id)
      assert.equal(claimed.length, 40)
      assert.equal(new Set(claimed).size, 40)
    })

    test('after its lease an order is claimed again, and the first claimer is refused (invariant 5)', async (t) => {
      const { store, other } = await fresh(t, order())
      const [slow] = await store.claimDue(DUE, LEASE, 1)
      const [quick] = await other.claimDue(LEASE, later(99_000).toISOString(), 1)
      assert.deepEqual([slow!.schedule.fence, quick!.schedule.fence, quick!.schedule.attempts], [1, 2, 2])
      await assert.rejects(store.save(confirm(slow!, HELD, AT)), { code: 'version_conflict' })
      const saved = await other.save(confirm(quick!, HELD, AT))
      assert.deepEqual(
        [saved.order.status, saved.order.version, saved.schedule.attempts],
        ['confirmed', 2, 0],
      )
    })

    test('the request that made the order is refused once a settler has claimed it', async (t) => {
      const mine = order()
      const { store } = await fresh(t, mine)
      await store.claimDue(DUE, LEASE, 1)
      await assert.rejects(store.save(confirm(mine, HELD, AT)), { code: 'version_conflict' })
    })
  })

  suite(`${name}: rescheduling`, () => {
    test('sets dueAt of orders with that claim only, and changes no version', async (t) => {
      const { store, other } = await fresh(t, order(), order(), order())
      const [a, b, c] = await store.claimDue(DUE, LEASE, 3)
      const changed = await other.save(requestCancel(b!, ADA, AT))
      const dueAt = later(7).toISOString()
      await store.reschedule([
        { ...claimOf(a!), dueAt },
        { ...claimOf(b!), dueAt },
        { ...claimOf(c!), fence: 0, dueAt },
      ])
      assert.deepEqual(await store.find(a!.order.id), { ...a!, schedule: { ...a!.schedule, dueAt } })
      assert.deepEqual(await store.find(b!.order.id), changed)
      assert.deepEqual(await store.find(c!.order.id), c)
    })

    test('settles a shipped order', async (t) => {
      const first = order()
      const { store } = await fresh(t, first)
      const sent = await store.save(ship(await store.save(confirm(first, HELD, AT)), ROOT, AT))
      assert.equal((await store.claimDue(DUE, LEASE, 1)).length, 1)
      await store.reschedule([{ ...claimOf(sent), fence: 1, dueAt: undefined }])
      assert.deepEqual(await store.find(first.order.id), {
        order: sent.order,
        schedule: { fence: 1, attempts: 1, dueAt: undefined },
      })
      assert.equal((await store.backlog()).count, 0)
    })
  })

  suite(`${name}: orders that wait for payments`, () => {
    const paid = () => order({ checkout: PAID })
    /** Held at AT, and waiting until `until`. */
    const waiting = async (store: OrderStore, until: string) => {
      const first = paid()
      await store.addOnce(first)
      const saved = await store.save(awaitPayment(first, HELD, AT))
      await store.reschedule([{ ...claimOf(saved), dueAt: until }])
      return (await store.find(saved.order.id))!
    }
    const FAR = later(30 * 60_000).toISOString()

    test('are in a queue of their own, and their money ends before their stock is released', async (t) => {
      const { store, other } = await fresh(t)
      const [first, second] = [paid(), order()]
      for (const each of [first, second]) await store.addOnce(each)
      const saved = await store.save(awaitPayment(first, HELD, AT))
      assert.deepEqual(await other.find(saved.order.id), saved)
      assert.deepEqual(ids(await store.claimDue(DUE, LEASE, 9)), [second.order.id])
      assert.equal((await store.backlog()).count, 1)
      assert.deepEqual(ids(await store.listUnsettled({ limit: 9 })), [second.order.id])
      assert.deepEqual(ids(await store.listUnsettled({ limit: 9, queue: 'payments' })), [saved.order.id])
      const [claimed, ...others] = await other.claimDue(DUE, LEASE, 9, 'payments')
      assert.deepEqual(
        [claimed, others],
        [{ ...saved, schedule: { dueAt: LEASE, fence: 1, attempts: 1 } }, []],
      )
      const cancelling = await store.save(requestCancel(claimed!, ADA, AT))
      assert.deepEqual(await store.find(saved.order.id), cancelling)
      assert.deepEqual(ids(await store.listUnsettled({ limit: 9, queue: 'payments' })), [saved.order.id])
      const cancelled = await store.save(finishCancel(cancelling, AT))
      assert.deepEqual(await other.find(saved.order.id), cancelled)
      assert.deepEqual(await store.listUnsettled({ limit: 9, queue: 'payments' }), [])
    })

    test('concurrent claims never get the same one', async (t) => {
      const { store, other } = await fresh(t)
      for (let i = 0; i < 20; i++) await waiting(store, DUE)
      const rounds = await Promise.all(
        Array.from({ length: 8 }, (_, i) => (i % 2 ? store : other).claimDue(DUE, LEASE, 4, 'payments')),
      )
      const claimed = ids(rounds.flat())
      assert.deepEqual([claimed.length, new Set(claimed).size], [20, 20])
    })

    test('are due at once when their payment changed; others are left alone', async (t) => {
      const { store } = await fresh(t)
      const [mine, foreign] = [await waiting(store, FAR), await waiting(store, FAR)]
      const unpaid = order()
      await store.addOnce(unpaid)
      const capturing = await store.save(
        capture(await store.save(confirmPayment(await waiting(store, DUE), AT)), ROOT, AT),
      )
      const at = AT.toISOString()
      await store.hurryPayments([mine.order.id, unpaid.order.id, capturing.order.id, uuid(999)], at)
      const { fence } = mine.schedule
      const hurried = { ...mine, schedule: { ...mine.schedule, dueAt: at, fence: fence + 1 } }
      assert.deepEqual(await store.find(mine.order.id), hurried)
      await store.reschedule([{ ...claimOf(mine), dueAt: FAR }])
      assert.deepEqual(
        await store.find(mine.order.id),
        hurried,
        'who asked before the change does not postpone it',
      )
      for (const each of [foreign, unpaid, capturing]) assert.deepEqual(await store.find(each.order.id), each)
      await store.hurryPayments([mine.order.id], DUE)
      assert.equal((await store.find(mine.order.id))?.schedule.dueAt, at, 'earlier already')
    })

    test('are overdue since they were due', async (t) => {
      const { store } = await fresh(t)
      assert.equal(await store.oldestPaymentDue(LEASE), undefined)
      await waiting(store, FAR)
      assert.equal(await store.oldestPaymentDue(LEASE), undefined)
      await waiting(store, LEASE)
      await waiting(store, DUE)
      assert.equal(await store.oldestPaymentDue(LEASE), DUE)
    })

    test('are listed under their status, as every other', async (t) => {
      const { store } = await fresh(t)
      const mine = await waiting(store, FAR)
      const capturing = await store.save(
        capture(await store.save(confirmPayment(await waiting(store, FAR), AT)), ROOT, AT),
      )
      const cancelling = await store.save(requestCancel(await waiting(store, FAR), ADA, AT))
      const released = order()
      await store.addOnce(released)
      const other = await store.save(requestCancel(released, ADA, AT))
      const listed = async (status: OrderStatus) => ids(await store.listByStatus(status, { limit: 9 }))
      assert.deepEqual(await listed('awaiting_payment'), [mine.order.id])
      assert.deepEqual(await listed('capturing'), [capturing.order.id])
      assert.deepEqual(await listed('cancelling'), [other.order.id, cancelling.order.id])
      for (const status of ['confirmed', 'pending', 'shipped'] as const)
        assert.deepEqual(await listed(status), [])
      const all = [mine, capturing, cancelling, other].map(({ order }) => order)
      assert.deepEqual(
        await store.statusesOf(all.map(({ id }) => id)),
        new Map(all.map(({ id, status }) => [id, status])),
      )
    })
  })

  suite(`${name}: health`, () => {
    test('a usable store passes its check', async (t) => {
      const { store } = await fresh(t)
      await store.check()
    })
  })
}
