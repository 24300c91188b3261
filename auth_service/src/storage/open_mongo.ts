/** Opens the stores of a MongoDB server. */
import { openMongo } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { createMongoKeyStore, KEY_INDEXES } from './mongo_key_store.ts'
import { createMongoSessionStore, SESSION_INDEXES } from './mongo_session_store.ts'
import { createMongoThrottleStore, THROTTLE_INDEXES } from './mongo_throttle_store.ts'
import { createMongoUserStore, USER_INDEXES } from './mongo_user_store.ts'
import type { Stores } from './open_stores.ts'

export const AUTH_INDEXES = { ...USER_INDEXES, ...SESSION_INDEXES, ...KEY_INDEXES, ...THROTTLE_INDEXES }

export async function openMongoStores(
  url: string,
  runtime: Runtime,
  unreadableOf: UnreadableOf,
): Promise<Stores> {
  const store = await openMongo({
    url,
    database: 'shop_auth',
    service: 'auth_service',
    indexes: AUTH_INDEXES,
    runtime,
  })
  return {
    users: createMongoUserStore(store, runtime, unreadableOf),
    sessions: createMongoSessionStore(store, unreadableOf),
    keys: createMongoKeyStore(store, unreadableOf),
    throttle: createMongoThrottleStore(store, runtime, unreadableOf),
    check: store.check,
    close: store.close,
  }
}
