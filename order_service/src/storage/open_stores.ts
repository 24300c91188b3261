/** Opens the stores DATABASE_URL names. Throws with one sentence an operator can act on. */
import { join } from 'node:path'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { keepMoney } from '@shop/service_kit/sqlite/money'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { createStoreMoney, type MoneyConfig } from '@shop/service_kit/storage/store_money'
import type { OnUnreadable } from '@shop/service_kit/storage/unreadable'
import type { OrderStore } from '../domain/ports.ts'
import { createSqliteOrderStore } from './sqlite_order_store.ts'

export type StoresConfig = MoneyConfig & {
  readonly DATABASE_URL?: string | undefined
  readonly DATA_DIR: string
  /** A SQLite file is opened only if it is there, and not noted as made here. */
  readonly existing?: boolean
}

export type Stores = {
  readonly orders: OrderStore
  /** Digits its amounts count. Throws `store_unavailable` while the store was not reached yet. */
  digits(): number
  /** When the database was made, if that is known; of a file inspectSqlite tells. */
  madeAt?(): Promise<Date | undefined>
  close(): Promise<void>
}

const MIGRATIONS = new URL('./migrations/', import.meta.url)

/** `onUnreadable` hears of orders that are in the store and cannot be read. */
export async function openStores(
  { DATABASE_URL, DATA_DIR, existing, ...config }: StoresConfig,
  runtime: Runtime,
  onUnreadable: OnUnreadable = () => {},
): Promise<Stores> {
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, 'orders.db')}`
  if (!url.startsWith('sqlite:')) {
    // Loaded only here: the driver takes 20 MiB that a shop on SQLite need not have.
    const { openMongoOrders } = await import('./open_mongo.ts')
    const money = createStoreMoney(config, 'the database')
    const { orders, madeAt } = await openMongoOrders(url, money, runtime, onUnreadable)
    return { orders, madeAt, digits: money.digits, close: () => orders.close() }
  }
  const path = url.slice('sqlite:'.length)
  const money = createStoreMoney(config, path)
  const store = openSqlite({ path, migrations: MIGRATIONS, runtime, existing })
  try {
    await keepMoney(store, money)
  } catch (error) {
    await store.close()
    throw error
  }
  const orders = createSqliteOrderStore(store, runtime, onUnreadable)
  return { orders, digits: money.digits, close: () => orders.close() }
}
