/** Opens the stores that DATABASE_URL names; the scheme decides the technology. */
import { join } from 'node:path'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { keepMoney } from '@shop/service_kit/sqlite/money'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { createStoreMoney, type MoneyConfig } from '@shop/service_kit/storage/store_money'
import type { UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { Stores } from '../domain/ports.ts'
import { createSqliteAuditStore } from './sqlite_audit_store.ts'
import { createSqliteCatalogueStore } from './sqlite_catalogue_store.ts'
import { readProducts } from './sqlite_rows.ts'
import { type Searching, startSearching } from './sqlite_searching.ts'
import { createSqliteStockStore } from './sqlite_stock_store.ts'
import { inSteps } from './stock_in_steps.ts'

export const DATABASE_FILE = 'products.db'

export type StoreOptions = MoneyConfig & {
  /** Without one: sqlite in DATA_DIR. */
  readonly DATABASE_URL?: string | undefined
  readonly DATA_DIR: string
  /** A SQLite file is opened only if it is there, and not noted as made here. */
  readonly existing?: boolean
}

/** Told what is done to a store that takes a while. */
export type Notice = (text: string) => void

/** Rejects with a sentence an operator can act on. */
export async function openStores(
  { DATABASE_URL, DATA_DIR, ...config }: StoreOptions,
  runtime: Runtime,
  notice?: Notice,
  unreadableOf?: UnreadableOf,
): Promise<Stores> {
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, DATABASE_FILE)}`
  if (url.startsWith('sqlite:')) {
    return openSqliteStores(
      url.slice('sqlite:'.length),
      config.CURRENCY,
      runtime,
      notice,
      config,
      unreadableOf,
    )
  }
  // Loaded only here: the driver takes 20 MiB that a shop on SQLite need not have.
  const { openMongoStores } = await import('./open_mongo.ts')
  return openMongoStores(url, createStoreMoney(config, 'the database'), runtime, notice, unreadableOf)
}

/** `path` is a file or ':memory:'. */
export async function openSqliteStores(
  path: string,
  CURRENCY: string,
  runtime: Runtime,
  notice: Notice = () => {},
  { CURRENCY_DIGITS, existing }: Pick<StoreOptions, 'CURRENCY_DIGITS' | 'existing'> = {},
  unreadableOf: UnreadableOf = () => () => {},
): Promise<Stores> {
  const money = createStoreMoney({ CURRENCY, CURRENCY_DIGITS }, path)
  const store = openSqlite({ path, migrations: new URL('./migrations/', import.meta.url), runtime, existing })
  const reading = readProducts(unreadableOf('a product'))
  let searching: Searching
  try {
    await keepMoney(store, money)
    searching = await startSearching(store, path, reading, runtime, notice, existing)
  } catch (error) {
    await store.close()
    throw error
  }
  return {
    catalogue: createSqliteCatalogueStore(store, reading, searching.search, searching.reached),
    stock: inSteps(createSqliteStockStore(store)),
    audit: createSqliteAuditStore(store, runtime),
    digits: money.digits,
    check: store.check,
    async close() {
      await searching.close()
      await store.close()
    },
  }
}
