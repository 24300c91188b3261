/** Every operation of an order store, for runs in which one call into its engine fails (invariants 3 and 4). */
import assert from 'node:assert/strict'
import type { FaultRun, Step } from '@shop/service_kit/test_support/fault_runs'
import type { OrderStore } from '../src/domain/ports.ts'
import { claimOf } from '../src/domain/schedule.ts'
import { ADA, AT, confirm, HELD, later, order } from './samples.ts'

const LEASE_MS = 15_000
let keys = 0

export async function orderRun(store: OrderStore): Promise<FaultRun> {
  const [first, decided, rescheduled] = [order({ idempotencyKey: `k${++keys}` }), order(), order()]
  // The only due order: a claim of the others would make their saves conflict.
  const claimed = order({ dueAt: AT.toISOString() })
  for (const each of [first, decided, rescheduled, claimed]) await store.addOnce(each)
  const [wanted, again] = [order(), order({ idempotencyKey: `k${keys}` })]
  const confirmed = confirm(decided, HELD, AT)
  const { order: unseen, schedule } = first
  const stale = confirm({ order: { ...unseen, version: 9 }, schedule }, HELD, AT)
  const { id } = rescheduled.order
  const dueAt = later(60_000).toISOString()
  const lease = later(LEASE_MS).toISOString()

  const steps: Step[] = [
    {
      name: 'add',
      run: () => store.addOnce(wanted),
      applied: async () => (await store.find(wanted.order.id)) !== undefined,
    },
    {
      name: 'add again',
      run: async () => assert.equal((await store.addOnce(again)).stored.order.id, first.order.id),
    },
    {
      name: 'save',
      run: () => store.save(confirmed),
      applied: async () => (await store.find(decided.order.id))?.order.status === 'confirmed',
    },
    {
      name: 'save a stale one',
      run: () => store.save(stale),
      applied: async () => (await store.find(first.order.id))?.order.status === 'confirmed',
      refusal: 'version_conflict',
    },
    {
      name: 'reschedule',
      run: () => store.reschedule([{ ...claimOf(rescheduled), dueAt }]),
      applied: async () => (await store.find(id))?.schedule.dueAt === dueAt,
    },
    {
      name: 'claim',
      run: () => store.claimDue(AT.toISOString(), lease, 100),
      applied: async () => (await store.find(claimed.order.id))?.schedule.dueAt === lease,
    },
    { name: 'find', run: () => store.find(first.order.id) },
    { name: 'find by key', run: () => store.findByKey(ADA, 'k') },
    { name: 'list', run: () => store.listByUser(ADA, { limit: 2 }) },
    { name: 'list by status', run: () => store.listByStatus('pending', { limit: 2 }) },
    { name: 'backlog', run: () => store.backlog() },
    { name: 'states', run: () => store.versionsOf([first.order.id]) },
    { name: 'unsettled', run: () => store.listUnsettled({ limit: 2 }) },
    { name: 'check', run: () => store.check() },
  ]
  return {
    steps,
    async verify() {
      await store.check()
      assert.equal(await store.find(again.order.id), undefined)
      const after = order()
      await store.addOnce(after)
      assert.deepEqual(await store.find(after.order.id), after)
    },
  }
}
