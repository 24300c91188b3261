/** Everything an order store does, at once, for runs in which a call into its engine fails (invariants 3 and 4). */
import assert from 'node:assert/strict'
import type { FaultRun, Step } from '@shop/service_kit/test_support/fault_runs'
import { confirm } from '../src/domain/order.ts'
import type { OrderStore } from '../src/domain/ports.ts'
import { ADA, AT, HELD, later, order } from './samples.ts'

const LEASE_MS = 15_000
let keys = 0

export async function orderRun(store: OrderStore): Promise<FaultRun> {
  const [first, decided, moved] = [order({ idempotencyKey: `k${++keys}` }), order(), order()]
  // The only one that is due: a claim of the others would rightly make their saving a conflict.
  const taken = order({ dueAt: AT.toISOString() })
  for (const each of [first, decided, moved, taken]) await store.addOnce(each)
  const [wanted, again] = [order(), order({ idempotencyKey: `k${keys}` })]
  const confirmed = confirm(decided, HELD, AT)
  const stale = { ...confirm(first, HELD, AT), version: 9 }
  const { id, version, fence } = moved
  const dueAt = later(60_000).toISOString()
  const lease = later(LEASE_MS).toISOString()

  const steps: Step[] = [
    {
      name: 'add',
      run: () => store.addOnce(wanted),
      applied: async () => (await store.find(wanted.id)) !== undefined,
    },
    {
      name: 'add again',
      run: async () => assert.equal((await store.addOnce(again)).order.id, first.id),
    },
    {
      name: 'save',
      run: () => store.save(confirmed),
      applied: async () => (await store.find(decided.id))?.status === 'confirmed',
    },
    {
      name: 'save a stale one',
      run: () => store.save(stale),
      applied: async () => (await store.find(first.id))?.status === 'confirmed',
      refusal: 'version_conflict',
    },
    {
      name: 'reschedule',
      run: () => store.reschedule([{ id, version, fence, dueAt }]),
      applied: async () => (await store.find(id))?.dueAt === dueAt,
    },
    {
      name: 'claim',
      run: () => store.claimDue(AT.toISOString(), lease, 100),
      applied: async () => (await store.find(taken.id))?.dueAt === lease,
    },
    { name: 'find', run: () => store.find(first.id) },
    { name: 'find by key', run: () => store.findByKey(ADA, 'k') },
    { name: 'list', run: () => store.listByUser(ADA, { limit: 2 }) },
    { name: 'list by status', run: () => store.listByStatus('pending', { limit: 2 }) },
    { name: 'backlog', run: () => store.backlog() },
    { name: 'states', run: () => store.versionsOf([first.id]) },
    { name: 'unsettled', run: () => store.listUnsettled({ limit: 2 }) },
    { name: 'check', run: () => store.check() },
  ]
  return {
    steps,
    async verify() {
      await store.check()
      assert.equal(await store.find(again.id), undefined)
      const after = order()
      await store.addOnce(after)
      assert.deepEqual(await store.find(after.id), after)
    },
  }
}
