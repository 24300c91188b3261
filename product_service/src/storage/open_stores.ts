/** Opens the stores of DATABASE_URL; its scheme selects the technology. */

import { dirname, join } from 'node:path'
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
import type { MediaFiles } from '../domain/media_ports.ts'
import type { Stores } from '../domain/ports.ts'
import { createMediaFolder } from './media_folder.ts'
import { type MediaSettings, openMediaFiles } from './open_media_files.ts'
import { createSqliteAuditStore } from './sqlite_audit_store.ts'
import { createSqliteCatalogueStore } from './sqlite_catalogue_store.ts'
import { createSqliteCategoryStore } from './sqlite_category_store.ts'
import { createSqliteExported } from './sqlite_exported.ts'
import { createSqliteGroupStore } from './sqlite_group_store.ts'
import { createSqliteImports } from './sqlite_imports.ts'
import { createIndexedWrite } from './sqlite_indexed_writes.ts'
import { startListings } from './sqlite_listings_service.ts'
import { createSqliteMediaRecords } from './sqlite_media_records.ts'
import { MIGRATIONS } from './sqlite_migrations.ts'
import { createSqliteOldMovements, createSqliteOldReservations } from './sqlite_retention.ts'
import { readProducts } from './sqlite_rows.ts'
import { type SearchService, startSearch } from './sqlite_search_service.ts'
import { createSqliteShopStore } from './sqlite_shop_store.ts'
import { createSqliteStockStore } from './sqlite_stock_store.ts'
import { createSqliteUnpublished } from './sqlite_unpublished.ts'
import { inChunks } from './stock_in_chunks.ts'

export const DATABASE_FILE = 'products.db'
/** Files of pictures, beside the file of the store: processes that share the store share them too. */
export const MEDIA_FOLDER = 'media'

/** `notice` is called with a sentence for the log when the store does something that takes a while. */
type Options = StoresOptions & {
  readonly notice?: (text: string) => void
  /** Where the files of pictures are, instead of the place that the configuration names. */
  readonly mediaFiles?: MediaFiles | undefined
}

/** Rejects with a message that says what the operator has to do. */
export async function openStores(
  { DATABASE_URL, DATA_DIR, ...config }: StoresConfig & MoneyConfig & ExistingOnly & MediaSettings,
  given: Options & WithClient,
): Promise<Audited<Stores>> {
  const options = { ...given, mediaFiles: given.mediaFiles ?? openMediaFiles(config, given.runtime) }
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, DATABASE_FILE)}`
  if (url.startsWith('sqlite:'))
    return openSqliteStores(url.slice('sqlite:'.length), { ...config, ...options })
  // Loaded on demand: the driver takes 20 MiB, which a shop on SQLite does not need.
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
    notice = () => {},
    mediaFiles: files = createMediaFolder(join(dirname(path), MEDIA_FOLDER)),
  }: MoneyConfig & ExistingOnly & Options,
): Promise<Audited<Stores>> {
  const money = createStoreMoney({ CURRENCY, CURRENCY_DIGITS }, path)
  const store = openSqlite({ path, migrations: MIGRATIONS, runtime, existing })
  const reading = readProducts(unreadableOf('a product'))
  let searchService: SearchService
  try {
    await saveMoney(store, money)
    searchService = await startSearch(store, path, reading, runtime, notice, existing)
  } catch (error) {
    await store.close()
    throw error
  }
  const listings = startListings(store, path, runtime)
  const auditLog = createSqliteAuditLog(store, runtime, unreadableOf)
  const write = createIndexedWrite(store, auditLog, searchService.waitUntilIndexed)
  return {
    auditLog,
    catalogue: createSqliteCatalogueStore(store, write, reading, searchService.search, runtime),
    groups: createSqliteGroupStore(store, write, reading, unreadableOf),
    categories: createSqliteCategoryStore(store, auditLog, unreadableOf),
    listings,
    stock: inChunks(createSqliteStockStore(store, auditLog)),
    audit: createSqliteAuditStore(store, runtime),
    media: { records: createSqliteMediaRecords(store, unreadableOf), files },
    shop: createSqliteShopStore(store, auditLog),
    imports: createSqliteImports(store),
    exported: createSqliteExported(store.reader, reading, unreadableOf),
    importLease: createSqliteLease(store, 'import_lease'),
    old: {
      movements: [createSqliteOldMovements(store, unreadableOf)],
      reservations: [createSqliteOldReservations(store, unreadableOf)],
      lease: createSqliteLease(store, 'retention_lease'),
    },
    unpublished: (kind) => createSqliteUnpublished(store, reading, kind),
    relayLease: (kind) => createSqliteLease(store, `${kind}_relay_lease`, 2 * RELAY_LEASE_MS),
    digits: money.digits,
    check: store.check,
    async close() {
      await Promise.all([listings.close(), searchService.close()])
      await store.close()
    },
  }
}
