/**
 * Which technology keeps the data: decided here, by the scheme of DATABASE_URL, and known nowhere else. Whatever
 * it is, it passes the contract suites of test/*_contract.ts.
 */
import { join } from 'node:path'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import type { UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { KeyStore, SessionStore, ThrottleStore, UserStore } from '../domain/ports.ts'
import { createSqliteKeyStore } from './sqlite_key_store.ts'
import { createSqliteSessionStore } from './sqlite_session_store.ts'
import { createSqliteThrottleStore } from './sqlite_throttle_store.ts'
import { createSqliteUserStore } from './sqlite_user_store.ts'

export const DATABASE_FILE = 'auth.db'

export type Stores = {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly keys: KeyStore
  readonly throttle: ThrottleStore
  /** Rejects with `store_unavailable` when the data can't be read or written. */
  check(): Promise<void>
  close(): Promise<void>
}

export type StoresConfig = { readonly DATABASE_URL?: string | undefined; readonly DATA_DIR: string }

/**
 * Opens the stores and brings their schema up to date. Fails with a sentence an operator can act on. `unreadableOf`
 * hears of what is in the store and cannot be read.
 */
export async function openStores(
  { DATABASE_URL, DATA_DIR }: StoresConfig,
  runtime: Runtime,
  unreadableOf: UnreadableOf = () => () => {},
): Promise<Stores> {
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, DATABASE_FILE)}`
  if (url.startsWith('sqlite:')) return openSqliteStores(url.slice('sqlite:'.length), runtime, unreadableOf)
  // Loaded only here: the driver takes 20 MiB that a shop on SQLite need not have.
  const { openMongoStores } = await import('./open_mongo.ts')
  return openMongoStores(url, runtime, unreadableOf)
}

export function openSqliteStores(
  path: string,
  runtime: Runtime,
  unreadableOf: UnreadableOf = () => () => {},
): Stores {
  const store = openSqlite({ path, migrations: new URL('./migrations/', import.meta.url), runtime })
  return {
    users: createSqliteUserStore(store, runtime, unreadableOf),
    sessions: createSqliteSessionStore(store, unreadableOf),
    keys: createSqliteKeyStore(store, unreadableOf),
    throttle: createSqliteThrottleStore(store, unreadableOf),
    check: store.check,
    close: store.close,
  }
}
