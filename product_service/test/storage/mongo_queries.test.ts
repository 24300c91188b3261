import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { assertQueriesAreIndexed } from '@shop/service_kit/test_support/mongo_queries'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { anyWords } from '../../src/domain/any_products.ts'
import { SORTS } from '../../src/domain/sorts.ts'
import { EVENT_KINDS } from '../../src/domain/unpublished.ts'
import { createMongoAuditStore } from '../../src/storage/mongo_audit_store.ts'
import { createMongoCatalogueStore } from '../../src/storage/mongo_catalogue_store.ts'
import { PRODUCT_INDEXES, readingsOf } from '../../src/storage/mongo_documents.ts'
import { createMongoLedger } from '../../src/storage/mongo_ledger.ts'
import {
  createMongoOldAttempts,
  createMongoOldMovements,
  createMongoOldReservations,
} from '../../src/storage/mongo_retention.ts'
import { createMongoStockStore } from '../../src/storage/mongo_stock_store.ts'
import { createMongoUnpublished } from '../../src/storage/mongo_unpublished.ts'
import { AT, nextId, order, STAMP } from '../worlds.ts'

mongoSuite('queries on products in MongoDB', (server) => {
  test('every query uses an index', async () => {
    const plan = { service: 'product_service', database: 'unused', indexes: PRODUCT_INDEXES }
    const seen = await assertQueriesAreIndexed(server, plan, async (store) => {
      const reading = readingsOf(() => () => {})
      const auditLog = createMongoAuditLog(store, systemRuntime, () => () => {})
      const ledger = createMongoLedger(store, systemRuntime, auditLog, reading)
      const catalogue = createMongoCatalogueStore(store, systemRuntime, ledger, auditLog, reading)
      const stock = createMongoStockStore(store, ledger, auditLog, reading)
      const audit = createMongoAuditStore(store)
      const fields = { name: 'Tea', description: 'hot', priceMinor: 100, stock: 9 }
      const [{ id }, other] = await Promise.all([
        catalogue.create({ id: nextId(), fields }, STAMP),
        catalogue.create({ id: nextId(), fields }, STAMP),
      ])
      await catalogue.find(id)
      await catalogue.edit(id, { name: 'Green tea' }, undefined, STAMP)
      for (const sort of SORTS) {
        for (const inStock of [true, false]) {
          for (const words of [[], ['te'], ['te', 'ho']]) {
            const query = { sort, words, inStock, limit: 1 }
            const { next } = await catalogue.list({ ...query, after: undefined })
            if (next) await catalogue.list({ ...query, after: next })
          }
        }
      }
      const narrowed = { words: anyWords('te'), stockMax: 30, reduced: false, categories: ['c'] }
      for (const more of [{}, narrowed]) {
        for (const which of [{}, { sku: 'a' }, { groupId: 'g' }, { status: 'draft' }] as const)
          await catalogue.listAny({ ...which, ...more }, { after: undefined, limit: 1 })
        for (const sort of SORTS)
          await catalogue.listAny({ status: 'published', sort, ...more }, { after: undefined, limit: 1 })
      }
      const [a, b] = [order({ [id]: 1 }), order({ [id]: 2, [other.id]: 1 })]
      await stock.reserve([a, b], AT)
      await stock.release([a.orderId], AT)
      await stock.ship([b.orderId], AT)
      await stock.recover([{ ...order({ [id]: 1 }), status: 'shipped', lines: [] }], AT)
      await audit.reservationsOf([b.orderId])

      const attempt = { key: 'k', fingerprint: 'f' }
      await stock.adjust({ productId: id, delta: 1, note: 'x', attempt }, STAMP)
      const page = await stock.movements(id, { after: undefined, limit: 1 })
      await stock.movements(id, { after: page!.next, limit: 1 })
      await audit.ledgerMismatches(undefined, 5)
      await audit.heldReservations(undefined, 5)
      for (const old of [
        createMongoOldMovements(store, reading),
        createMongoOldAttempts(store),
        createMongoOldReservations(store, reading, 'rejected'),
        createMongoOldReservations(store, reading, 'released'),
      ]) {
        const { items } = await old.due('9000-01-01', undefined, 5)
        await old.remove(items as never[])
      }
      await catalogue.remove(id, undefined, STAMP)
      for (const kind of EVENT_KINDS) {
        const unpublished = createMongoUnpublished(store, reading, kind)
        const found = await unpublished.list(AT, 1)
        await unpublished.postpone([other.id], AT)
        await unpublished.markPublished(found)
        await unpublished.list(AT, 2)
        await unpublished.backlog()
        await unpublished.sweep()
      }
      for (const filter of [undefined, { subject: id }, { by: 'root' }, { action: 'stock.set' }])
        await auditLog.page({ filter, before: undefined, limit: 1 })
    })
    assert.ok(seen.length >= 12, seen.join('; '))
  })
})
