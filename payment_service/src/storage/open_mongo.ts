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
import type { Stores } from '../domain/ports.ts'
import { PAYMENT_MIGRATIONS } from './mongo_migrations.ts'
import { PAYMENT_INDEXES } from './mongo_payment_documents.ts'
import { createMongoPaymentStore } from './mongo_payment_store.ts'
import { createMongoUnpublished } from './mongo_unpublished.ts'

/** Used unless the URL names one. */
export const MONGO_DATABASE = 'shop_payments'

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
    service: 'payment_service',
    indexes: PAYMENT_INDEXES,
    migrations: PAYMENT_MIGRATIONS,
    money,
    existing,
    runtime,
    createClient,
  })
  const auditLog = createMongoAuditLog(store, runtime, unreadableOf)
  const onUnreadable = unreadableOf('a payment')
  const payments = createMongoPaymentStore(store, runtime, auditLog, onUnreadable)
  const { madeAt, lastBackup } = store
  const unpublished = createMongoUnpublished(store, onUnreadable)
  const relayLease = createMongoLease(store, 'relay_lease', 2 * RELAY_LEASE_MS)
  return {
    payments,
    unpublished,
    relayLease,
    auditLog,
    madeAt,
    lastBackup,
    digits: money.digits,
    close: () => payments.close(),
  }
}
