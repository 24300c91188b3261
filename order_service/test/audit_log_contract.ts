/** What a store of orders records in the audit log (src/domain/audit.ts), together with the change or not at all. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { Audited } from '@shop/service_kit/audit/entry'
import { statusChanged } from '../src/domain/audit.ts'
import type { Stores } from '../src/domain/ports.ts'
import { AT, confirm, HELD, later, order, ROOT, requestCancel } from './samples.ts'

export type AuditedStores = Audited<Stores>

const audited = (id: string) => ({ by: ROOT, record: statusChanged(id, 'confirmed', 'cancelling') })
export const entriesIn = ({ auditLog }: AuditedStores) =>
  auditLog.page({ filter: undefined, before: undefined, limit: 100 })

export function auditLogContract(
  name: string,
  open: (t: TestContext) => Promise<readonly [AuditedStores, AuditedStores]>,
) {
  suite(`${name}: audit log of orders`, () => {
    const confirmed = async ({ orders }: Stores) => {
      const { stored } = await orders.addOnce(order())
      return orders.save(confirm(stored as never, HELD, AT))
    }

    test('an audited save has one entry; other saves and claims have none', async (t) => {
      const [stores, other] = await open(t)
      const stored = await confirmed(stores)
      assert.deepEqual(await entriesIn(stores), [])
      const { id } = stored.order
      const wanted = requestCancel(stored as never, ROOT, later(5))
      const saved = await stores.orders.save(wanted, audited(id))
      assert.deepEqual(await other.orders.find(id), saved)
      assert.equal(saved.order.version, 3)
      const [entry, ...others] = await entriesIn(other)
      assert.deepEqual(others, [])
      assert.deepEqual(entry, {
        id: entry!.id,
        at: later(5).toISOString(),
        by: ROOT,
        action: 'order.status_changed',
        subject: { type: 'order', id, name: null },
        changes: [{ field: 'status', before: 'confirmed', after: 'cancelling' }],
        note: null,
        requestId: null,
      })
    })

    test('7: of two audited saves of one version one is refused, and has no entry', async (t) => {
      const [stores, other] = await open(t)
      const stored = await confirmed(stores)
      const { id } = stored.order
      await stores.orders.save(requestCancel(stored as never, ROOT, AT), audited(id))
      const late = other.orders.save(requestCancel(stored as never, ROOT, AT), audited(id))
      await assert.rejects(late, { code: 'version_conflict' })
      assert.equal((await entriesIn(stores)).length, 1)
    })
  })
}

export type Refusing = { readonly stores: AuditedStores; refuseEntries(): Promise<void> }

/** `refuseEntries` makes the store refuse every entry from then on, and nothing else. */
export function auditAtomicityContract(name: string, make: (t: TestContext) => Promise<Refusing>) {
  test(`${name}: an audited save without its entry is not stored; a buyer's is`, async (t) => {
    const { stores, refuseEntries } = await make(t)
    const { orders } = stores
    const { stored } = await orders.addOnce(order())
    const { id } = stored.order
    await refuseEntries()
    const before = await entriesIn(stores)
    await assert.rejects(orders.save(confirm(stored as never, HELD, AT), audited(id)))
    assert.deepEqual([await orders.find(id), await entriesIn(stores)], [stored, before])
    assert.equal((await orders.save(confirm(stored as never, HELD, AT))).order.version, 2)
  })
}
