/** A lease of a service: a document of `settings`. */
import type { Lease } from '../storage/retention.ts'
import { takeLease } from './lease.ts'
import type { Setting } from './settings.ts'
import type { MongoStore } from './store.ts'

export const createMongoLease = (store: MongoStore, id: string): Lease => ({
  take: (owner, now, until) =>
    store.repeat(() => takeLease(store.collection<Setting>('settings'), id, owner, now, until)),
})
