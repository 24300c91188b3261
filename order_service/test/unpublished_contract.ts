/** What every store of unpublished orders promises (src/domain/unpublished.ts). */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { Stores } from '../src/domain/ports.ts'
import type { StoredOrder } from '../src/domain/schedule.ts'
import { AT, confirm, HELD, order, uuid } from './samples.ts'

export type PublishingStores = {
  readonly stores: Stores
  /** Makes the order as a release without events writes it. */
  forget(id: string): Promise<void>
  corrupt(id: string): Promise<void>
}

const NOW = '2026-03-01T12:00:00.000Z'
const LATER = '2026-03-01T12:05:00.000Z'

export function unpublishedContract(name: string, make: (t: TestContext) => Promise<PublishingStores>): void {
  suite(`${name}: unpublished orders`, () => {
    const listed = async ({ unpublished }: Stores, now = NOW, limit = 100) =>
      (await unpublished.list(now, limit)).map(
        ({ id, version, publishedVersion }) => `${Number(id.slice(-4))} ${publishedVersion}/${version}`,
      )
    const add = async ({ orders }: Stores, n: number) =>
      (await orders.addOnce(order({ id: uuid(n) }))).stored as StoredOrder
    const mark = ({ unpublished }: Stores, n: number, version: number) =>
      unpublished.markPublished([{ id: uuid(n), version }])

    test('an order is listed until its events up to its version are published', async (t) => {
      const { stores } = await make(t)
      const placed = await add(stores, 1)
      assert.deepEqual(await listed(stores), ['1 0/1'])
      const [found] = await stores.unpublished.list(NOW, 1)
      assert.deepEqual([found!.order(), found!.updatedAt], [placed.order, placed.order.updatedAt])
      await mark(stores, 1, 1)
      assert.deepEqual(await listed(stores), [])
      await stores.orders.save(confirm(placed as never, HELD, AT))
      assert.deepEqual(await listed(stores), ['1 1/2'])
      await mark(stores, 1, 2)
      await mark(stores, 1, 1)
      assert.deepEqual(await listed(stores), [])
    })

    test('a change that came while it was published stays listed', async (t) => {
      const { stores } = await make(t)
      const placed = await add(stores, 1)
      const [read] = await stores.unpublished.list(NOW, 1)
      await stores.orders.save(confirm(placed as never, HELD, AT))
      await stores.unpublished.markPublished([read!])
      assert.match((await listed(stores)).join(), /^1 [01]\/2$/)
    })

    test('half of those that are listed are the oldest, half the newest', async (t) => {
      const { stores } = await make(t)
      for (const n of [1, 2, 3, 4, 5, 6]) await add(stores, n)
      assert.deepEqual((await listed(stores, NOW, 3)).toSorted(), ['1 0/1', '2 0/1', '6 0/1'])
      assert.deepEqual(await listed(stores, NOW, 1), ['1 0/1'])
      assert.equal((await listed(stores)).length, 6)
    })

    test('a postponed one is listed when its time has come, or when it is published', async (t) => {
      const { stores } = await make(t)
      for (const n of [1, 2]) await add(stores, n)
      await stores.unpublished.postpone([uuid(1)], LATER)
      assert.deepEqual(await listed(stores), ['2 0/1'])
      assert.deepEqual((await listed(stores, LATER)).toSorted(), ['1 0/1', '2 0/1'])
      assert.deepEqual(await stores.unpublished.backlog(), { count: 2, oldestAt: AT.toISOString() })
      for (const n of [1, 2]) await mark(stores, n, 1)
      assert.deepEqual(await stores.unpublished.backlog(), { count: 0, oldestAt: undefined })
      assert.deepEqual(await listed(stores, LATER), [])
    })

    test('what a release without events wrote is found, new and changed orders', async (t) => {
      const { stores, forget } = await make(t)
      for (const n of [1, 2]) await add(stores, n)
      await mark(stores, 2, 1)
      await forget(uuid(1))
      while (await stores.unpublished.sweep?.());
      assert.deepEqual(await listed(stores), ['1 0/1'])
    })

    test('one that cannot be read is listed, and says so when it is read', async (t) => {
      const { stores, corrupt } = await make(t)
      for (const n of [1, 2]) await add(stores, n)
      await corrupt(uuid(1))
      const found = await stores.unpublished.list(NOW, 9)
      assert.throws(() => found.find(({ id }) => id === uuid(1))!.order(), /cannot be read/)
      assert.equal(found.find(({ id }) => id === uuid(2))!.order().id, uuid(2))
    })

    test('one process at a time has the lease of the relay', async (t) => {
      const { stores } = await make(t)
      const at = (ms: number) => new Date(AT.getTime() + ms)
      assert.equal(await stores.relayLease.take('one', at(0), at(30_000)), true)
      assert.equal(await stores.relayLease.take('two', at(10_000), at(40_000)), false)
      assert.equal(await stores.relayLease.take('one', at(20_000), at(50_000)), true)
      assert.equal(await stores.relayLease.take('two', at(50_001), at(80_000)), true)
      // It was taken by a clock that was wrong.
      assert.equal(await stores.relayLease.take('one', at(-3_600_000), at(-3_570_000)), true)
    })
  })
}
