/** A lease of a service: a document of `settings`. */
import type { Lease } from '../storage/retention.ts'
import { takeLease } from './lease.ts'
import type { Setting } from './settings.ts'
import type { MongoStore } from './store.ts'

/** An end more than `aheadMaxMs` ahead was written by a clock that was wrong. */
export function createMongoLease(store: MongoStore, id: string, aheadMaxMs?: number): Lease {
  const settings = () => store.collection<Setting>('settings')
  return {
    take: (owner, now, until) => store.repeat(() => takeLease(settings(), id, owner, now, until, aheadMaxMs)),
    end: () => store.repeat(async () => (await settings().findOne({ _id: id }))?.until),
  }
}
