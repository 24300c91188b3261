/** Opens the stores of DATABASE_URL; its scheme selects the technology. */

import { join } from 'node:path'
import type { Audited } from '@shop/service_kit/audit/entry'
import { createSqliteAuditLog } from '@shop/service_kit/audit/sqlite_log'
import type { WithClient } from '@shop/service_kit/mongo/client'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import type { ExistingOnly, StoresConfig, StoresOptions } from '@shop/service_kit/storage/opening'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import type { Stores } from '../domain/ports.ts'
import { createSqliteCredentialStore } from './sqlite_credential_store.ts'
import { createSqliteDeletionStore } from './sqlite_deletions.ts'
import { createSqliteKeyStore } from './sqlite_key_store.ts'
import { createSqliteEmailStore, createSqliteMailStore } from './sqlite_mail_store.ts'
import { MIGRATIONS } from './sqlite_migrations.ts'
import { createSqliteSessionStore } from './sqlite_session_store.ts'
import { createSqliteThrottleStore } from './sqlite_throttle_store.ts'
import { createSqliteUserStore } from './sqlite_user_store.ts'

export const DATABASE_FILE = 'auth.db'

/** Rejects with a message that says what the operator has to do. */
export async function openStores(
  { DATABASE_URL, DATA_DIR, existing }: StoresConfig & ExistingOnly,
  options: StoresOptions & WithClient,
): Promise<Audited<Stores>> {
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, DATABASE_FILE)}`
  if (url.startsWith('sqlite:'))
    return openSqliteStores(url.slice('sqlite:'.length), { existing, ...options })
  // Loaded on demand: the driver takes 20 MiB, which a shop on SQLite does not need.
  const { openMongoStores } = await import('./open_mongo.ts')
  return openMongoStores(url, { existing, ...options })
}

/** `path` is a file or ':memory:'. */
export function openSqliteStores(
  path: string,
  { existing, runtime, unreadableOf = IGNORE_UNREADABLE }: ExistingOnly & StoresOptions,
): Audited<Stores> {
  const store = openSqlite({ path, migrations: MIGRATIONS, runtime, existing })
  const auditLog = createSqliteAuditLog(store, runtime, unreadableOf)
  return {
    auditLog,
    users: createSqliteUserStore(store, runtime, auditLog, unreadableOf),
    sessions: createSqliteSessionStore(store, unreadableOf),
    keys: createSqliteKeyStore(store, auditLog, unreadableOf),
    throttle: createSqliteThrottleStore(store, auditLog, unreadableOf),
    emails: createSqliteEmailStore(store),
    credentials: createSqliteCredentialStore(store, auditLog, unreadableOf),
    mails: createSqliteMailStore(store, unreadableOf),
    deletions: createSqliteDeletionStore(store),
    check: store.check,
    close: store.close,
  }
}
