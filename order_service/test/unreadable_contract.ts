/** What every OrderStore does with an order that was changed from outside and cannot be read. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { Unreadable } from '@shop/service_kit/storage/unreadable'
import { NO_PAYMENTS } from '../src/clients/payment_client.ts'
import type { OrderStore } from '../src/domain/ports.ts'
import type { StoredOrder } from '../src/domain/schedule.ts'
import { correctClockSkew, settleDue } from '../src/domain/settle_due.ts'
import { ADA, later, order } from './samples.ts'

export type Corruptible = {
  readonly store: OrderStore
  /** Ids of unreadable orders, as reported. */
  readonly reported: string[]
  /** Replaces one field by a JSON text. */
  corrupt(id: string, field: 'lines' | 'history' | 'attempts', json: string): Promise<void>
}

const PAST = '2000-01-01T00:00:00.000Z'
const NOW = '2030-01-01T00:00:00.000Z'
const LEASE = '2030-01-01T00:00:15.000Z'
const lines = (all: readonly StoredOrder[]) => all.map(({ order: { id } }) => id)

export function unreadableContract(name: string, make: (t: TestContext) => Promise<Corruptible>) {
  const world = async (t: TestContext, n: number, bad: readonly number[]) => {
    const made = await make(t)
    const all = Array.from({ length: n }, (_, i) => order({ dueAt: PAST, idempotencyKey: `key ${i}` }))
    for (const each of all) await made.store.addOnce(each)
    for (const [i, at] of bad.entries()) {
      const [field, json] = CORRUPTIONS[i % CORRUPTIONS.length]!
      await made.corrupt(all[at]!.order.id, field, json)
    }
    const ids = all.map(({ order: { id } }) => id)
    return { ...made, ids, good: ids.filter((_, i) => !bad.includes(i)), bad: bad.map((i) => ids[i]!) }
  }

  suite(`${name}: an order that cannot be read`, () => {
    test('5: is claimed with others, which are returned, and again after its lease', async (t) => {
      const { store, reported, good, bad } = await world(t, 8, [1, 3, 4, 6])
      assert.deepEqual(lines(await store.claimDue(NOW, LEASE, 10)).sort(), good)
      assert.deepEqual(reported.toSorted(), bad)
      assert.deepEqual(await store.claimDue(NOW, LEASE, 10), [])
      assert.deepEqual(
        await store.claimDue(LEASE, later(15_000, new Date(LEASE)).toISOString(), 10).then(lines),
        good,
      )
      assert.equal(reported.length, 8, 'it is reported each time')
      assert.equal((await store.backlog()).count, 8, 'and still unsettled')
    })

    test('is left out of lists, whose pages stay full', async (t) => {
      const { store, good } = await world(t, 9, [0, 3, 4, 5, 8])
      const newest = good.toReversed()
      assert.deepEqual(lines(await store.listByUser(ADA, { limit: 3 })), newest.slice(0, 3))
      assert.deepEqual(lines(await store.listByUser(ADA, { limit: 3, before: newest[0] })), newest.slice(1))
      assert.deepEqual(lines(await store.listByStatus('pending', { limit: 3 })), newest.slice(0, 3))
      assert.deepEqual(lines(await store.listByStatus(undefined, { limit: 9 })), newest)
      assert.deepEqual(lines(await store.listUnsettled({ limit: 3 })), good.slice(0, 3))
      assert.deepEqual(lines(await store.listUnsettled({ limit: 3, after: good[0] })), good.slice(1))
    })

    test('fails with Unreadable when it is read alone, and never counts as absent', async (t) => {
      const { store, bad } = await world(t, 2, [1])
      await assert.rejects(store.find(bad[0]!), Unreadable)
      await assert.rejects(store.findByKey(ADA, 'key 1'), Unreadable)
      await assert.rejects(store.addOnce(order({ idempotencyKey: 'key 1' })), Unreadable)
      assert.equal((await store.findByKey(ADA, 'key 0'))?.order.status, 'pending')
    })

    test('stops neither correctClockSkew nor a round of the settler', async (t) => {
      const { store, good } = await world(t, 4, [0, 2])
      const now = () => new Date(NOW)
      await correctClockSkew({ ...systemRuntime, orders: store, now })
      const settled: string[] = []
      const reservations = {
        hold: () => Promise.reject(new Error('not asked')),
        release: async () => {},
        ship: async () => {},
        circuit: () => 'closed' as const,
      }
      const payments = NO_PAYMENTS
      const ports = {
        ...systemRuntime,
        orders: store,
        reservations,
        payments,
        now,
        report: () => {},
        pauseMs: () => 1,
      }
      await settleDue(ports, async (each) => {
        settled.push(each.order.id)
        return { ...each, dueAt: undefined }
      })
      assert.deepEqual(settled.toSorted(), good)
    })
  })
}

/** All of these pass the checks of SQLite. */
const CORRUPTIONS = [
  ['lines', '[1]'],
  ['history', '[null]'],
  ['lines', '[{}]'],
  ['attempts', String(2n ** 60n)],
] as const
