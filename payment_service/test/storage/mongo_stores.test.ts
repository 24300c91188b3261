import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { openMongo } from '@shop/service_kit/mongo/store'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { assertQueriesAreIndexed } from '@shop/service_kit/test_support/mongo_queries'
import { type MongoServer, mongoSuite, refuseEntries } from '@shop/service_kit/test_support/mongo_server'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { refundRequested } from '../../src/domain/audit.ts'
import { changed } from '../../src/domain/changes.ts'
import { claimOf, scheduleChanged } from '../../src/domain/schedule.ts'
import { PAYMENT_INDEXES } from '../../src/storage/mongo_payment_documents.ts'
import { createMongoPaymentStore } from '../../src/storage/mongo_payment_store.ts'
import { createMongoUnpublished } from '../../src/storage/mongo_unpublished.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import {
  auditAtomicityContract,
  paymentStoreContract,
  unreadableContract,
} from '../payment_store_contract.ts'
import { AT, ROOT, stored } from '../samples.ts'

const configOf = (server: MongoServer, database: string) => ({
  DATABASE_URL: server.url(database),
  DATA_DIR: '',
  CURRENCY: 'EUR',
})
const planOf = (database: string) => ({ service: 'payment_service', database, indexes: PAYMENT_INDEXES })

mongoSuites('payments in MongoDB', (server) => {
  paymentStoreContract('MongoDB, two connections', async (t) => {
    const config = configOf(server, server.newDatabase())
    const open = async () => {
      const stores = await openStores(config, server.opening)
      t.after(() => stores.close())
      return stores
    }
    return [await open(), await open()]
  })

  auditAtomicityContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const stores = await openStores(configOf(server, database), server.opening)
    t.after(() => stores.close())
    const raw = await openMongo({ ...server.opening, ...planOf(database), url: server.url(database) })
    t.after(() => raw.close())
    return { stores, refuseEntries: () => refuseEntries(raw) }
  })

  unreadableContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const reported: string[] = []
    const stores = await openStores(configOf(server, database), {
      ...server.opening,
      unreadableOf: () => (id) => reported.push(id),
    })
    t.after(() => stores.close())
    const raw = await openMongo({ ...server.opening, ...planOf(database), url: server.url(database) })
    t.after(() => raw.close())
    return {
      stores,
      reported,
      async corrupt(orderId) {
        await raw
          .collection<{ _id: string }>('payments')
          .updateOne({ _id: orderId }, { $set: { history: [null] } })
      },
    }
  })
})

mongoSuite('queries on payments in MongoDB', (server) => {
  test('every query uses an index', async () => {
    const seen = await assertQueriesAreIndexed(server, planOf('unused'), async (store) => {
      const audit = createMongoAuditLog(store, systemRuntime, () => () => {})
      const payments = createMongoPaymentStore(store, systemRuntime, audit, () => {})
      const [a, b] = [stored(), stored()]
      for (const each of [a, b, a]) await payments.addOnce(each)
      await payments.find(a.payment.orderId)
      await payments.findByIntent('pi_1')
      const next = scheduleChanged(a, changed(a.payment, AT, {}, { type: 'authorised' }), AT)
      await payments.save(claimOf(a), next)
      await assert.rejects(payments.save(claimOf(a), next), { code: 'version_conflict' })
      const audited = { by: ROOT, record: refundRequested(b.payment.orderId, 0, 1, 'x', false) }
      await payments.save(
        claimOf(b),
        { ...next, payment: { ...next.payment, orderId: b.payment.orderId } },
        audited,
      )
      const claimed = await payments.claimDue('9000-01-01', '9000-01-02', 5)
      await payments.reschedule(claimed.map((each) => ({ ...claimOf(each), dueAt: '9', done: true })))
      await payments.makeDue(a.payment.orderId, '1')
      await payments.makeDue(a.payment.orderId, '2')
      await payments.hinted(await payments.unhinted(5))
      await payments.isReceived('evt')
      await payments.received('evt', '1')
      await payments.forgetEvents('2', 5)
      await payments.backlog()
      await payments.endingBefore('9', 5)
      await payments.capturesWaiting(5)
      const unpublished = createMongoUnpublished(store, () => {})
      await unpublished.postpone([b.payment.orderId], '8')
      await unpublished.markPublished(await unpublished.list('9', 4))
      await unpublished.backlog()
      await payments.list('', 5)
      await payments.check()
    })
    assert.ok(seen.length >= 8, seen.join('; '))
  })
})
