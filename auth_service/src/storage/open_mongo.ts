/** Opens the stores on MongoDB. */

import type { Audited } from '@shop/service_kit/audit/entry'
import { AUDIT_INDEXES, createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import type { WithClient } from '@shop/service_kit/mongo/client'
import { openMongo } from '@shop/service_kit/mongo/store'
import type { ExistingOnly, StoresOptions } from '@shop/service_kit/storage/opening'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import type { Stores } from '../domain/ports.ts'
import { CREDENTIAL_INDEXES, createMongoCredentialStore } from './mongo_credential_store.ts'
import { createMongoDeletionStore, DELETION_INDEXES } from './mongo_deletions.ts'
import { createMongoKeyStore, KEY_INDEXES } from './mongo_key_store.ts'
import { createMongoEmailStore, createMongoMailStore, MAIL_INDEXES } from './mongo_mail_store.ts'
import { AUTH_MIGRATIONS } from './mongo_migrations.ts'
import { createMongoSessionStore, SESSION_INDEXES } from './mongo_session_store.ts'
import { createMongoThrottleStore, THROTTLE_INDEXES } from './mongo_throttle_store.ts'
import { USER_INDEXES } from './mongo_user_documents.ts'
import { createMongoUserStore } from './mongo_user_store.ts'

/** The name of the database, unless the URL contains one. */
export const MONGO_DATABASE = 'shop_auth'

export const AUTH_INDEXES = {
  ...USER_INDEXES,
  ...SESSION_INDEXES,
  ...KEY_INDEXES,
  ...THROTTLE_INDEXES,
  ...CREDENTIAL_INDEXES,
  ...MAIL_INDEXES,
  ...DELETION_INDEXES,
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
    service: 'auth_service',
    indexes: AUTH_INDEXES,
    migrations: AUTH_MIGRATIONS,
    existing,
    runtime,
    createClient,
  })
  const auditLog = createMongoAuditLog(store, runtime, unreadableOf)
  return {
    auditLog,
    users: createMongoUserStore(store, runtime, auditLog, unreadableOf),
    sessions: createMongoSessionStore(store, unreadableOf),
    keys: createMongoKeyStore(store, runtime, auditLog, unreadableOf),
    throttle: createMongoThrottleStore(store, runtime, auditLog, unreadableOf),
    emails: createMongoEmailStore(store),
    credentials: createMongoCredentialStore(store, auditLog, unreadableOf),
    mails: createMongoMailStore(store, unreadableOf),
    deletions: createMongoDeletionStore(store),
    check: store.check,
    close: store.close,
  }
}
