/** Opens the stores of DATABASE_URL; its scheme selects the technology. */
import { join } from 'node:path'
import type { Audited } from '@shop/service_kit/audit/entry'
import { createSqliteAuditLog } from '@shop/service_kit/audit/sqlite_log'
import type { WithClient } from '@shop/service_kit/mongo/client'
import { createSqliteLease } from '@shop/service_kit/sqlite/lease'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import type { ExistingOnly, StoresConfig, StoresOptions } from '@shop/service_kit/storage/opening'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import type { Stores } from '../domain/ports.ts'
import { createSqliteEventLog, createSqliteOldEvents } from './sqlite_event_log.ts'
import { createSqliteMailStore, createSqliteOldMails } from './sqlite_mail_store.ts'
import { MIGRATIONS } from './sqlite_migrations.ts'
import { createSqliteWebhookStore } from './sqlite_webhook_store.ts'

export const DATABASE_FILE = 'notifications.db'

/** Rejects with a message that says what the operator has to do. */
export async function openStores(
  { DATABASE_URL, DATA_DIR, existing }: StoresConfig & ExistingOnly,
  options: StoresOptions & WithClient,
): Promise<Audited<Stores>> {
  const url = DATABASE_URL ?? `sqlite:${join(DATA_DIR, DATABASE_FILE)}`
  if (url.startsWith('sqlite:'))
    return openSqliteStores(url.slice('sqlite:'.length), { existing, ...options })
  // Loaded only here: the driver takes 20 MiB of memory.
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
    webhooks: createSqliteWebhookStore(store, auditLog),
    events: createSqliteEventLog(store, unreadableOf('an event')),
    oldEvents: createSqliteOldEvents(store),
    mails: createSqliteMailStore(store, unreadableOf('a mail')),
    oldMails: createSqliteOldMails(store),
    retentionLease: createSqliteLease(store, 'retention_lease'),
    check: store.check,
    close: () => store.close(),
  }
}
