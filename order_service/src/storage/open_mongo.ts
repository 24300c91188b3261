/** Opens the stores on a MongoDB server. */
import type { Audited } from '@shop/service_kit/audit/entry'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { LEASE_MS as RELAY_LEASE_MS } from '@shop/service_kit/events/relay'
import type { WithClient } from '@shop/service_kit/mongo/client'
import { openMongo } from '@shop/service_kit/mongo/store'
import { createMongoLease } from '@shop/service_kit/mongo/store_lease'
import type { ExistingOnly, StoresOptions } from '@shop/service_kit/storage/opening'
import type { StoreMoney } from '@shop/service_kit/storage/store_money'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { ENDED_STATUSES } from '../domain/ended_orders.ts'
import type { Stores } from '../domain/ports.ts'
import { createMongoCases } from './mongo_cases.ts'
import { createMongoCheckoutSettings } from './mongo_checkout_settings.ts'
import { createMongoEndedOrders } from './mongo_ended_orders.ts'
import { createMongoErasures, createMongoPersonalOrders } from './mongo_erasures.ts'
import { ORDER_MIGRATIONS } from './mongo_migrations.ts'
import { ORDER_INDEXES } from './mongo_order_documents.ts'
import { createMongoOrderStore } from './mongo_order_store.ts'
import { createMongoUnpublished } from './mongo_unpublished.ts'

/** Used unless the URL names one. */
export const MONGO_DATABASE = 'shop_orders'

/** Rejects with a message that says what the operator has to do. */
export async function openMongoStores(
  url: string,
  {
    money,
    existing,
    runtime,
    createClient,
    unreadableOf = IGNORE_UNREADABLE,
  }: { readonly money: StoreMoney } & ExistingOnly & StoresOptions & WithClient,
): Promise<Audited<Stores>> {
  const store = await openMongo({
    url,
    database: MONGO_DATABASE,
    service: 'order_service',
    indexes: ORDER_INDEXES,
    migrations: ORDER_MIGRATIONS,
    money,
    existing,
    runtime,
    createClient,
  })
  const onUnreadable = unreadableOf('an order')
  const auditLog = createMongoAuditLog(store, runtime, unreadableOf)
  const orders = createMongoOrderStore(store, runtime, auditLog, onUnreadable)
  const { madeAt, lastBackup } = store
  return {
    orders,
    checkoutSettings: createMongoCheckoutSettings(store, runtime, auditLog),
    auditLog,
    cases: createMongoCases(store, runtime, auditLog, unreadableOf('a case')),
    caseLease: (kind) => createMongoLease(store, `${kind}_relay_lease`, 2 * RELAY_LEASE_MS),
    ended: ENDED_STATUSES.map((status) => createMongoEndedOrders(store, onUnreadable, status)),
    erasures: createMongoErasures(store),
    personal: createMongoPersonalOrders(store, onUnreadable),
    retentionLease: createMongoLease(store, 'retention_lease'),
    unpublished: createMongoUnpublished(store, onUnreadable),
    relayLease: createMongoLease(store, 'relay_lease', 2 * RELAY_LEASE_MS),
    madeAt,
    lastBackup,
    digits: money.digits,
    close: () => orders.close(),
  }
}
