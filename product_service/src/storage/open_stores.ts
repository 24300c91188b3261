/**
 * Opens the stores that DATABASE_URL names; the scheme decides the technology. Prices in a store are amounts of
 * one currency, so it remembers the one it was made with and refuses another.
 */
import { join } from 'node:path'
import { openSqlite, type SqliteStore } from '@shop/service_kit/sqlite'
import type { Stores } from '../domain/ports.ts'
import { searchWords } from '../domain/search.ts'
import { createSqliteAuditStore } from './sqlite_audit_store.ts'
import { createSqliteCatalogueStore } from './sqlite_catalogue_store.ts'
import { createSqliteStockStore } from './sqlite_stock_store.ts'

export const DATABASE_FILE = 'products.db'

export type StoreOptions = {
  /** Without one: sqlite in DATA_DIR. */
  readonly DATABASE_URL?: string | undefined
  readonly DATA_DIR: string
  readonly CURRENCY: string
}

/** Rejects with a sentence an operator can act on. */
export async function openStores({ DATABASE_URL, DATA_DIR, CURRENCY }: StoreOptions): Promise<Stores> {
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, DATABASE_FILE)}`
  if (url.startsWith('sqlite:')) return openSqliteStores(url.slice('sqlite:'.length), CURRENCY)
  // Loaded only here: the driver takes 20 MiB that a shop on SQLite need not have.
  const { openMongoStores } = await import('./open_mongo.ts')
  return openMongoStores(url, CURRENCY)
}

/** `path` is a file or ':memory:'. */
export async function openSqliteStores(path: string, currency: string): Promise<Stores> {
  const store = openSqlite({
    path,
    migrations: new URL('./migrations/', import.meta.url),
    functions: FUNCTIONS,
  })
  const kept = await keepCurrency(store, currency)
  if (kept !== currency) {
    await store.close()
    throw new Error(`CURRENCY is ${currency}, but the prices in ${path} are ${kept}. Set CURRENCY=${kept}.`)
  }
  return {
    catalogue: createSqliteCatalogueStore(store),
    stock: createSqliteStockStore(store),
    audit: createSqliteAuditStore(store),
    check: store.check,
    close: store.close,
  }
}

/** For migrations that index products again. */
const FUNCTIONS = { search_words: (text: unknown) => searchWords(String(text)).join(' ') }

function keepCurrency(store: SqliteStore, currency: string): Promise<string> {
  const keep = store.writer.prepare(`INSERT OR IGNORE INTO settings VALUES ('currency', ?)`)
  const kept = store.writer.prepare(`SELECT value FROM settings WHERE name = 'currency'`)
  return store.write(() => {
    keep.run(currency)
    return String(kept.get()?.value)
  })
}
