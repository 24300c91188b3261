import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { assertQueriesAreIndexed } from '@shop/service_kit/test_support/mongo_queries'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { statusChanged } from '../../src/domain/audit.ts'
import { claimOf } from '../../src/domain/schedule.ts'
import { createMongoCases } from '../../src/storage/mongo_cases.ts'
import { createMongoEndedOrders } from '../../src/storage/mongo_ended_orders.ts'
import { createMongoErasures, createMongoPersonalOrders } from '../../src/storage/mongo_erasures.ts'
import { ORDER_INDEXES } from '../../src/storage/mongo_order_documents.ts'
import { createMongoOrderStore } from '../../src/storage/mongo_order_store.ts'
import { aWithdrawal } from '../cases_contract.ts'
import { ADA, AT, confirm, HELD, MUG, order } from '../samples.ts'

mongoSuite('queries on orders in MongoDB', (server) => {
  test('every query uses an index', async () => {
    const plan = { service: 'order_service', database: 'unused', indexes: ORDER_INDEXES }
    const seen = await assertQueriesAreIndexed(server, plan, async (store) => {
      const audit = createMongoAuditLog(store, systemRuntime, () => () => {})
      const orders = createMongoOrderStore(store, systemRuntime, audit, () => {})
      const [a, b, c] = [order({ idempotencyKey: 'k' }), order(), order()]
      await orders.addOnce(a)
      await orders.addOnce(order({ idempotencyKey: 'k' }))
      await Promise.all([orders.addOnce(b), orders.addOnce(c)])
      await orders.find(a.order.id)
      await orders.findByKey(ADA, 'k')
      await orders.save(confirm(a, HELD, AT))
      const audited = { by: ADA, record: statusChanged(b.order.id, 'pending', 'confirmed') }
      await orders.save(confirm(b, HELD, AT), audited)
      await assert.rejects(orders.save(confirm(b, HELD, AT), audited), { code: 'version_conflict' })
      for (const filter of [
        undefined,
        { subject: a.order.id },
        { by: ADA },
        { action: 'order.status_changed' },
      ])
        await audit.page({ filter, before: undefined, limit: 1 })
      await assert.rejects(orders.save(confirm(a, HELD, AT)), { code: 'version_conflict' })
      for (const before of [undefined, b.order.id]) {
        await orders.listByUser(ADA, { limit: 5, before })
        await orders.listByStatus('pending', { limit: 5, before })
        await orders.listByStatus(undefined, { limit: 5, before })
        await orders.listByProduct(MUG, { limit: 5, before })
      }
      await orders.findByNumber(10_001)
      await orders.listBetween('0', '1', 5)
      await orders.addOnce({ ...order(), order: { ...order().order, number: undefined } })
      await orders.catchUp(1)
      const claimed = await orders.claimDue('9000-01-01', '9000-01-02', 5)
      await orders.reschedule(claimed.map((each) => ({ ...claimOf(each), dueAt: undefined })))
      await orders.backlog()
      await orders.versionsOf([a.order.id])
      await orders.statusesOf([a.order.id])
      await orders.listUnsettled({ limit: 5, after: a.order.id })
      await orders.check()
      const ended = createMongoEndedOrders(store, () => {}, 'rejected')
      await ended.due('9000-01-01', undefined, 5)
      await ended.remove([a])
      const [erasures, personal] = [createMongoErasures(store), createMongoPersonalOrders(store, () => {})]
      await erasures.add([ADA], AT.toISOString())
      const [erasure] = await erasures.due('9000-01-01', 5)
      await erasures.disown(ADA, [b.order])
      await erasures.finish(erasure!, '9000-01-01')
      await personal.list('', '1', 5)
      await personal.erase([c], AT.toISOString())
      const cases = createMongoCases(store, systemRuntime, audit, () => {})
      await cases.unerased('withdrawal', 'done', '1', '', 5)
      await cases.erase(aWithdrawal(1))
    })
    assert.ok(seen.length >= 9, seen.join('; '))
  })
})
