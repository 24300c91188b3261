/** Opens the stores of DATABASE_URL; its scheme selects the technology. */
import { join } from 'node:path'
import type { Audited } from '@shop/service_kit/audit/entry'
import { createSqliteAuditLog } from '@shop/service_kit/audit/sqlite_log'
import { LEASE_MS as RELAY_LEASE_MS } from '@shop/service_kit/events/relay'
import type { WithClient } from '@shop/service_kit/mongo/client'
import { createSqliteLease } from '@shop/service_kit/sqlite/lease'
import { saveMoney } from '@shop/service_kit/sqlite/money'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import type { ExistingOnly, StoresConfig, StoresOptions } from '@shop/service_kit/storage/opening'
import { createStoreMoney, type MoneyConfig } from '@shop/service_kit/storage/store_money'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { ENDED_STATUSES } from '../domain/ended_orders.ts'
import type { Stores } from '../domain/ports.ts'
import { createSqliteCases } from './sqlite_cases.ts'
import { createSqliteCheckoutSettings } from './sqlite_checkout_settings.ts'
import { createSqliteEndedOrders } from './sqlite_ended_orders.ts'
import { createSqliteErasures, createSqlitePersonalOrders } from './sqlite_erasures.ts'
import { MIGRATIONS } from './sqlite_migrations.ts'
import { createSqliteOrderStore } from './sqlite_order_store.ts'
import { createSqliteUnpublished } from './sqlite_unpublished.ts'

export const DATABASE_FILE = 'orders.db'

/** Rejects with a message that says what the operator has to do. */
export async function openStores(
  { DATABASE_URL, DATA_DIR, ...config }: StoresConfig & MoneyConfig & ExistingOnly,
  options: StoresOptions & WithClient,
): Promise<Audited<Stores>> {
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, DATABASE_FILE)}`
  if (url.startsWith('sqlite:'))
    return openSqliteStores(url.slice('sqlite:'.length), { ...config, ...options })
  // Loaded only here: the driver takes 20 MiB of memory.
  const { openMongoStores } = await import('./open_mongo.ts')
  const { existing } = config
  return openMongoStores(url, { money: createStoreMoney(config, 'the database'), existing, ...options })
}

/** `path` is a file or ':memory:'. */
export async function openSqliteStores(
  path: string,
  {
    CURRENCY,
    CURRENCY_DIGITS,
    existing,
    runtime,
    unreadableOf = IGNORE_UNREADABLE,
  }: MoneyConfig & ExistingOnly & StoresOptions,
): Promise<Audited<Stores>> {
  const money = createStoreMoney({ CURRENCY, CURRENCY_DIGITS }, path)
  const store = openSqlite({ path, migrations: MIGRATIONS, runtime, existing })
  try {
    await saveMoney(store, money)
  } catch (error) {
    await store.close()
    throw error
  }
  const onUnreadable = unreadableOf('an order')
  const auditLog = createSqliteAuditLog(store, runtime, unreadableOf)
  const orders = createSqliteOrderStore(store, runtime, auditLog, onUnreadable)
  return {
    orders,
    checkoutSettings: createSqliteCheckoutSettings(store, auditLog),
    auditLog,
    cases: createSqliteCases(store, auditLog, unreadableOf('a case')),
    caseLease: (kind) => createSqliteLease(store, `${kind}_relay_lease`, 2 * RELAY_LEASE_MS),
    ended: ENDED_STATUSES.map((status) => createSqliteEndedOrders(store, onUnreadable, status)),
    erasures: createSqliteErasures(store),
    personal: createSqlitePersonalOrders(store, onUnreadable),
    retentionLease: createSqliteLease(store, 'retention_lease'),
    unpublished: createSqliteUnpublished(store, onUnreadable),
    relayLease: createSqliteLease(store, 'relay_lease', 2 * RELAY_LEASE_MS),
    digits: money.digits,
    close: () => orders.close(),
  }
}
