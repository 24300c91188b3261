/** What every store of unpublished payments promises (src/domain/unpublished.ts). */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { changed } from '../src/domain/changes.ts'
import type { Stores } from '../src/domain/ports.ts'
import { claimOf, type Stored, scheduleChanged } from '../src/domain/schedule.ts'
import { AT, stored, uuid } from './samples.ts'

export type PublishingStores = { readonly stores: Stores; corrupt(orderId: string): Promise<void> }

const NOW = '2026-03-01T12:00:00.000Z'
const LATER = '2026-03-01T12:05:00.000Z'

export function unpublishedContract(name: string, make: (t: TestContext) => Promise<PublishingStores>): void {
  suite(`${name}: unpublished payments`, () => {
    const listed = async ({ unpublished }: Stores, now = NOW, limit = 100) =>
      (await unpublished.list(now, limit))
        // Without a new version it may be listed, with nothing to send.
        .filter(({ version, publishedVersion }) => version > publishedVersion)
        .map(
          ({ orderId, version, publishedVersion }) =>
            `${Number(orderId.slice(-4))} ${publishedVersion}/${version}`,
        )
    const add = async ({ payments }: Stores, n: number) =>
      (await payments.addOnce(stored({ orderId: uuid(n) }))).stored
    const step = ({ payments }: Stores, before: Stored) =>
      payments.save(
        claimOf(before),
        scheduleChanged(before, changed(before.payment, AT, {}, { type: 'authorised' }), AT),
      )
    const mark = ({ unpublished }: Stores, n: number, version: number) =>
      unpublished.markPublished([{ orderId: uuid(n), version }])

    test('a payment is listed until its events up to its version are published', async (t) => {
      const { stores } = await make(t)
      const opened = await add(stores, 1)
      assert.deepEqual(await listed(stores), ['1 0/1'])
      const [found] = await stores.unpublished.list(NOW, 1)
      assert.deepEqual([found!.payment(), found!.updatedAt], [opened.payment, opened.payment.updatedAt])
      await mark(stores, 1, 1)
      assert.deepEqual(await listed(stores), [])
      await step(stores, opened)
      assert.deepEqual(await listed(stores), ['1 1/2'])
      await mark(stores, 1, 2)
      await mark(stores, 1, 1)
      assert.deepEqual(await listed(stores), [])
    })

    test('a change that came while it was published stays listed', async (t) => {
      const { stores } = await make(t)
      const opened = await add(stores, 1)
      const [read] = await stores.unpublished.list(NOW, 1)
      await step(stores, opened)
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

    test('one that cannot be read is listed, and says so when it is read', async (t) => {
      const { stores, corrupt } = await make(t)
      for (const n of [1, 2]) await add(stores, n)
      await corrupt(uuid(1))
      const found = await stores.unpublished.list(NOW, 9)
      assert.throws(() => found.find(({ orderId }) => orderId === uuid(1))!.payment(), /cannot be read/)
      assert.equal(found.find(({ orderId }) => orderId === uuid(2))!.payment().orderId, uuid(2))
    })

    test('one process at a time has the lease of the relay', async (t) => {
      const { stores } = await make(t)
      const at = (ms: number) => new Date(AT.getTime() + ms)
      assert.equal(await stores.relayLease.take('one', at(0), at(30_000)), true)
      assert.equal(await stores.relayLease.take('two', at(10_000), at(40_000)), false)
      assert.equal(await stores.relayLease.take('two', at(50_001), at(80_000)), true)
    })
  })
}
