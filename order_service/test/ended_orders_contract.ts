/** The contract of EndedOrders (src/domain/ended_orders.ts), for every store. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { LEASE_AHEAD_MAX_MS } from '@shop/service_kit/storage/retention'
import { ENDED_STATUSES } from '../src/domain/ended_orders.ts'
import type { Order } from '../src/domain/order.ts'
import type { Stores } from '../src/domain/ports.ts'
import type { StoredOrder } from '../src/domain/schedule.ts'
import { ADA, AT, anotherNumber, later, order } from './samples.ts'
import { STORED } from './stored_orders.ts'

/** Two handles of one store. */
export type MakeEndedStores = (t: TestContext) => Promise<readonly [Stores, Stores]>

const BEFORE = later(60_000).toISOString()
/** Ids of these tests are as old as their orders. */
const idAt = (time: Date, n: number) => {
  const hex = time.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(n).padStart(12, '0')}`
}

function storedAs(sample: string, n: number, changes: Partial<Order> = {}): StoredOrder {
  const { order, schedule } = STORED[sample]!
  const base = { ...order, id: idAt(AT, n), userId: ADA, idempotencyKey: `k${n}`, number: anotherNumber() }
  return { order: { ...base, ...changes }, schedule } as StoredOrder
}

const idsOf = (orders: readonly StoredOrder[]) => orders.map(({ order }) => order.id)

export function endedOrdersContract(name: string, makeStores: MakeEndedStores) {
  const fresh = async (t: TestContext, ...orders: StoredOrder[]) => {
    const [stores, other] = await makeStores(t)
    for (const each of orders) assert.ok((await stores.orders.addOnce(each)).added)
    return { stores, other }
  }
  /** Removes everything that is due, in pages of `limit`. Resolves it. */
  const removeDue = async ({ ended }: Stores, before = BEFORE, limit = 100) => {
    const removed: StoredOrder[] = []
    for (const source of ended) {
      for (let after: string | undefined, more = true; more; ) {
        const { items, next } = await source.due(before, after, limit)
        assert.equal(await source.remove(items), items.length)
        removed.push(...items)
        assert.ok(next === undefined || next > (after ?? ''), 'it advances')
        after = next
        more = next !== undefined
      }
    }
    return removed
  }

  suite(`${name}: orders that ended`, () => {
    test('3: of all statuses only rejected and cancelled orders are removed, whole', async (t) => {
      const samples = Object.keys(STORED).map((sample, i) => storedAs(sample, i + 1))
      const { stores, other } = await fresh(t, ...samples)
      const ended = samples.filter(({ order }) => ENDED_STATUSES.some((status) => status === order.status))
      const removed = await removeDue(stores)
      assert.deepEqual(
        removed.toSorted((a, b) => (a.order.id < b.order.id ? -1 : 1)),
        ended,
      )
      for (const each of samples) {
        const { id } = each.order
        assert.deepEqual(await other.orders.find(id), ended.includes(each) ? undefined : each)
      }
      assert.deepEqual(await removeDue(other), [])
    })

    test('an order is kept until its last change is older than the limit, not only its id', async (t) => {
      const old = storedAs('cancelled', 1)
      const fromNow = storedAs('cancelled', 2, { updatedAt: BEFORE })
      const lastMoment = storedAs('cancelled', 3, { updatedAt: later(59_999).toISOString() })
      const young = storedAs('cancelled', 4, { id: idAt(later(60_000), 4) })
      const { stores } = await fresh(t, old, fromNow, lastMoment, young)
      assert.deepEqual(idsOf(await removeDue(stores)), idsOf([old, lastMoment]))
    })

    test('pages go past orders that must stay, and end', async (t) => {
      const orders = Array.from({ length: 7 }, (_, i) =>
        storedAs('rejected', i + 1, i % 3 === 0 ? {} : { updatedAt: BEFORE }),
      )
      const { stores } = await fresh(t, ...orders)
      const removed = await removeDue(stores, BEFORE, 1)
      assert.deepEqual(idsOf(removed), idsOf(orders.filter((_, i) => i % 3 === 0)))
    })

    test('4: as long as its order is there, a key makes no other one; afterwards it is free', async (t) => {
      const { stores } = await fresh(t, storedAs('rejected', 1))
      const again = () => order({ idempotencyKey: 'k1' })
      assert.equal((await stores.orders.addOnce(again())).added, false)
      await removeDue(stores)
      assert.equal(await stores.orders.findByKey(ADA, 'k1'), undefined)
      assert.equal((await stores.orders.addOnce(again())).added, true)
    })

    test('two replicas that read the same orders remove each once', async (t) => {
      const orders = [1, 2, 3].map((n) => storedAs('cancelled', n))
      const { stores, other } = await fresh(t, ...orders)
      const [, cancelled] = stores.ended
      const { items } = await cancelled!.due(BEFORE, undefined, 10)
      assert.deepEqual(idsOf(items), idsOf(orders))
      const [, theirs] = other.ended
      assert.equal(await theirs!.remove(items.slice(0, 2)), 2)
      assert.equal(await cancelled!.remove(items), 1)
      assert.equal(await cancelled!.remove(items), 0)
    })

    test('3: an order that is no longer as it was read stays', async (t) => {
      const confirmed = storedAs('confirmed', 1)
      const { stores } = await fresh(t, confirmed)
      const order = { ...storedAs('cancelled', 1).order, version: confirmed.order.version }
      for (const source of stores.ended) {
        const read = { order, schedule: { dueAt: undefined, attempts: 0, fence: 0 } } as StoredOrder
        assert.equal(await source.remove([read]), 0)
      }
      assert.equal((await stores.orders.find(order.id))?.order.status, 'confirmed')
    })

    test('a list continues after an order that was removed meanwhile', async (t) => {
      const samples = ['confirmed', 'rejected', 'shipped', 'rejected', 'confirmed', 'rejected']
      const orders = samples.map((sample, i) => storedAs(sample, i + 1))
      const { stores } = await fresh(t, ...orders)
      await removeDue(stores)
      const left = idsOf(orders.filter((_, i) => samples[i] !== 'rejected')).reverse()
      for (const { order } of orders) {
        const page = { limit: 10, before: order.id }
        const expected = left.filter((id) => id < order.id)
        assert.deepEqual(idsOf(await stores.orders.listByUser(ADA, page)), expected)
        assert.deepEqual(idsOf(await stores.orders.listByStatus(undefined, page)), expected)
        assert.deepEqual(await stores.orders.listByStatus('rejected', page), [])
      }
    })

    test('an order may be placed, and lists are in order, while others are removed', async (t) => {
      const old = Array.from({ length: 40 }, (_, i) => storedAs(i % 2 ? 'rejected' : 'confirmed', i + 1))
      const { stores, other } = await fresh(t, ...old)
      const placed = Array.from({ length: 40 }, (_, i) => order({ id: idAt(later(120_000), i + 1) }))
      const [removed] = await Promise.all([
        removeDue(stores, BEFORE, 7),
        ...placed.map((each) => other.orders.addOnce(each)),
      ])
      assert.equal(removed.length, 20)
      const listed = idsOf(await stores.orders.listByStatus(undefined, { limit: 100 }))
      const kept = [...old.filter(({ order }) => order.status === 'confirmed'), ...placed]
      assert.deepEqual(listed, idsOf(kept).reverse())
    })
  })

  suite(`${name}: the lease of the retention`, () => {
    const end = later(1_000)
    test('one owner has it until its end; that owner may take it again', async (t) => {
      const [{ retentionLease }, { retentionLease: other }] = await makeStores(t)
      assert.equal(await other.end(), undefined)
      assert.equal(await retentionLease.take('a', AT, end), true)
      assert.deepEqual(await other.end(), end)
      assert.equal(await other.take('b', end, later(2_000)), false)
      assert.equal(await retentionLease.take('a', AT, end), true)
      assert.equal(await other.take('b', later(1_001), later(2_000)), true)
      assert.equal(await retentionLease.take('a', later(1_500), later(3_000)), false)
    })

    test('an end far ahead, written by a clock that was wrong, keeps no one out', async (t) => {
      const [{ retentionLease }, { retentionLease: other }] = await makeStores(t)
      assert.equal(await retentionLease.take('a', AT, later(LEASE_AHEAD_MAX_MS)), true)
      assert.equal(await other.take('b', AT, end), false)
      assert.equal(await retentionLease.take('a', AT, later(LEASE_AHEAD_MAX_MS + 1)), true)
      assert.equal(await other.take('b', AT, end), true)
    })

    test('of many that take it at once one gets it', async (t) => {
      const [one, two] = await makeStores(t)
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? one : two).retentionLease.take(`replica ${i}`, AT, end),
        ),
      )
      assert.equal(taken.filter(Boolean).length, 1)
    })
  })
}
