/** Opens the stores on MongoDB. */

import type { Audited } from '@shop/service_kit/audit/entry'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { LEASE_MS as RELAY_LEASE_MS } from '@shop/service_kit/events/relay'
import type { WithClient } from '@shop/service_kit/mongo/client'
import { openMongo } from '@shop/service_kit/mongo/store'
import { createMongoLease } from '@shop/service_kit/mongo/store_lease'
import type { ExistingOnly, StoresOptions } from '@shop/service_kit/storage/opening'
import type { StoreMoney } from '@shop/service_kit/storage/store_money'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import type { MediaFiles } from '../domain/media_ports.ts'
import type { Stores } from '../domain/ports.ts'
import { createMongoAuditStore } from './mongo_audit_store.ts'
import { createMongoCatalogueStore } from './mongo_catalogue_store.ts'
import { createMongoCategoryStore } from './mongo_category_store.ts'
import { PRODUCT_INDEXES, readingsOf } from './mongo_documents.ts'
import { createMongoExported } from './mongo_exported.ts'
import { createMongoGroupStore } from './mongo_group_store.ts'
import { createMongoImports } from './mongo_imports.ts'
import { createMongoLedger } from './mongo_ledger.ts'
import { createMongoListings } from './mongo_listings.ts'
import { createMongoMediaFiles } from './mongo_media_files.ts'
import { createMongoMediaRecords } from './mongo_media_records.ts'
import { PRODUCT_MIGRATIONS } from './mongo_migrations.ts'
import { reindex } from './mongo_reindex.ts'
import {
  createMongoOldAttempts,
  createMongoOldMovements,
  createMongoOldReservations,
} from './mongo_retention.ts'
import { createMongoShopStore } from './mongo_shop_store.ts'
import { createMongoStockStore } from './mongo_stock_store.ts'
import { createMongoUnpublished } from './mongo_unpublished.ts'

/** The name of the database, unless the URL contains one. */
export const MONGO_DATABASE = 'shop_products'

/** Rejects with a message that says what the operator has to do. */
export async function openMongoStores(
  url: string,
  {
    money,
    existing,
    runtime,
    createClient,
    unreadableOf = IGNORE_UNREADABLE,
    notice = () => {},
    mediaFiles,
  }: {
    readonly money: StoreMoney
    readonly notice?: (text: string) => void
    readonly mediaFiles?: MediaFiles | undefined
  } & ExistingOnly &
    StoresOptions &
    WithClient,
): Promise<Audited<Stores>> {
  const store = await openMongo({
    url,
    database: MONGO_DATABASE,
    service: 'product_service',
    indexes: PRODUCT_INDEXES,
    migrations: PRODUCT_MIGRATIONS,
    money,
    existing,
    runtime,
    createClient,
  })
  const reading = readingsOf(unreadableOf)
  const auditLog = createMongoAuditLog(store, runtime, unreadableOf)
  const listings = createMongoListings(store, runtime)
  const decideAndWrite = createMongoLedger(store, runtime, auditLog, reading)
  const ledger: typeof decideAndWrite = (work) => decideAndWrite(work).finally(listings.changed)
  const reindexing = existing ? undefined : reindex(store, runtime, notice, unreadableOf)
  return {
    auditLog,
    catalogue: createMongoCatalogueStore(store, runtime, ledger, auditLog, reading),
    groups: createMongoGroupStore(store, ledger, auditLog, reading),
    categories: createMongoCategoryStore(store, runtime, ledger, auditLog, reading),
    listings,
    stock: createMongoStockStore(store, ledger, auditLog, reading),
    audit: createMongoAuditStore(store),
    media: {
      records: createMongoMediaRecords(store, reading),
      files: mediaFiles ?? createMongoMediaFiles(store),
    },
    shop: createMongoShopStore(store, runtime, auditLog),
    imports: createMongoImports(store),
    exported: createMongoExported(store, reading),
    importLease: createMongoLease(store, 'import_lease'),
    old: {
      // In this order: an attempt goes after its movement.
      movements: [createMongoOldMovements(store, reading), createMongoOldAttempts(store)],
      reservations: (['rejected', 'released'] as const).map((status) =>
        createMongoOldReservations(store, reading, status),
      ),
      lease: createMongoLease(store, 'retention_lease'),
    },
    unpublished: (kind) => createMongoUnpublished(store, reading, kind),
    relayLease: (kind) => createMongoLease(store, `${kind}_relay_lease`, 2 * RELAY_LEASE_MS),
    digits: money.digits,
    check: store.check,
    async close() {
      const stopped = reindexing?.stop()
      await listings.close()
      await store.close()
      await stopped
    },
  }
}
