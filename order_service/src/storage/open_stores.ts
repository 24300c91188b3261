/** Opens the stores DATABASE_URL names. Throws with one sentence an operator can act on. */
import { join } from 'node:path'
import { openSqlite, type SqliteStore } from '@shop/service_kit/sqlite'
import type { OrderStore } from '../domain/ports.ts'
import { createSqliteOrderStore } from './sqlite_order_store.ts'

export type StoresConfig = {
  readonly DATABASE_URL?: string | undefined
  readonly DATA_DIR: string
  readonly CURRENCY: string
}

export type Stores = { readonly orders: OrderStore; close(): Promise<void> }

const MIGRATIONS = new URL('./migrations/', import.meta.url)

export async function openStores({ DATABASE_URL, DATA_DIR, CURRENCY }: StoresConfig): Promise<Stores> {
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, 'orders.db')}`
  if (!url.startsWith('sqlite:')) {
    // Loaded only here: the driver takes 20 MiB that a shop on SQLite need not have.
    const { openMongoOrders } = await import('./open_mongo.ts')
    const orders = await openMongoOrders(url, CURRENCY)
    return { orders, close: () => orders.close() }
  }
  const path = url.slice('sqlite:'.length)
  const store = openSqlite({ path, migrations: MIGRATIONS })
  try {
    await keepCurrency(store, CURRENCY, path)
  } catch (error) {
    await store.close()
    throw error
  }
  const orders = createSqliteOrderStore(store)
  return { orders, close: () => orders.close() }
}

async function keepCurrency({ writer, write }: SqliteStore, currency: string, path: string) {
  const kept = await write(() => {
    writer.prepare('INSERT INTO shop (only, currency) VALUES (1, ?) ON CONFLICT DO NOTHING').run(currency)
    return writer.prepare('SELECT currency FROM shop').get()!.currency
  })
  if (kept !== currency) {
    throw new Error(
      `${path} holds orders in ${String(kept)}, but CURRENCY is ${currency}; amounts can't be relabelled.`,
    )
  }
}
