/** Opens the stores on a MongoDB server. */
import type { Audited } from '@shop/service_kit/audit/entry'
import { AUDIT_INDEXES, createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import type { WithClient } from '@shop/service_kit/mongo/client'
import { openMongo } from '@shop/service_kit/mongo/store'
import { createMongoLease } from '@shop/service_kit/mongo/store_lease'
import type { ExistingOnly, StoresOptions } from '@shop/service_kit/storage/opening'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import type { Stores } from '../domain/ports.ts'
import { createMongoEventLog, createMongoOldEvents, EVENT_INDEXES } from './mongo_event_log.ts'
import { createMongoMailStore, createMongoOldMails, MAIL_INDEXES } from './mongo_mail_store.ts'
import { NOTIFICATION_MIGRATIONS } from './mongo_migrations.ts'
import { WEBHOOK_INDEXES } from './mongo_webhook_documents.ts'
import { createMongoWebhookStore } from './mongo_webhook_store.ts'

/** Used unless the URL names one. */
export const MONGO_DATABASE = 'shop_notifications'

/** docs/operations.md says which query each serves. */
export const NOTIFICATION_INDEXES = {
  ...EVENT_INDEXES,
  ...WEBHOOK_INDEXES,
  ...MAIL_INDEXES,
  ...AUDIT_INDEXES,
}

/** Rejects with a message that says what the operator has to do. */
export async function openMongoStores(
  url: string,
  {
    existing,
    runtime,
    createClient,
    unreadableOf = IGNORE_UNREADABLE,
  }: ExistingOnly & StoresOptions & WithClient,
): Promise<Audited<Stores>> {
  const store = await openMongo({
    url,
    database: MONGO_DATABASE,
    service: 'notification_service',
    indexes: NOTIFICATION_INDEXES,
    migrations: NOTIFICATION_MIGRATIONS,
    existing,
    runtime,
    createClient,
  })
  const { madeAt, lastBackup, check, close } = store
  const auditLog = createMongoAuditLog(store, runtime, unreadableOf)
  return {
    auditLog,
    webhooks: createMongoWebhookStore(store, runtime, auditLog),
    events: createMongoEventLog(store, runtime, unreadableOf('an event')),
    oldEvents: createMongoOldEvents(store),
    mails: createMongoMailStore(store, runtime, unreadableOf('a mail')),
    oldMails: createMongoOldMails(store),
    retentionLease: createMongoLease(store, 'retention_lease'),
    madeAt,
    lastBackup,
    check,
    close,
  }
}
