/** DeletionStore on MongoDB. */
import type { ClientSession, IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import type { Deletion, DeletionStore } from '../domain/deletions.ts'

type DeletionDocument = Omit<Deletion, 'userId'> & { _id: string; createdAt: Date; dueAt: Date }

export const DELETIONS = 'deletions'
export const DELETION_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [DELETIONS]: [{ name: 'deletions_due', key: { dueAt: 1, _id: 1 } }],
}

/** In the transaction that deletes the account. */
export const addDeletion = async (
  store: MongoStore,
  _id: string,
  at: Date,
  options: { session?: ClientSession },
): Promise<void> => {
  const document = { _id, createdAt: at, dueAt: at, attempts: 0, fence: 0 }
  await store.collection<DeletionDocument>(DELETIONS).insertOne(document, options)
}

export function createMongoDeletionStore(store: MongoStore): DeletionStore {
  const { repeat } = store
  const deletions = store.collection<DeletionDocument>(DELETIONS)
  return {
    claim: (now, until, limit) =>
      repeat(async () => {
        const due = await deletions
          .find({ dueAt: { $lte: now } })
          .sort({ dueAt: 1, _id: 1 })
          .limit(limit)
          .toArray()
        const claimed: Deletion[] = []
        for (const { _id, fence, attempts } of due) {
          const next = { attempts: attempts + 1, fence: fence + 1 }
          // Claimed by a lost attempt, it is due again at the end of that claim.
          const { matchedCount } = await deletions.updateOne(
            { _id, fence, dueAt: { $lte: now } },
            { $set: { dueAt: until, ...next } },
          )
          if (matchedCount === 1) claimed.push({ userId: _id, ...next })
        }
        return claimed
      }),
    postpone: (_id, fence, dueAt) =>
      repeat(async () => void (await deletions.updateOne({ _id, fence }, { $set: { dueAt } }))),
    remove: (_id, fence) => repeat(async () => void (await deletions.deleteOne({ _id, fence }))),
  }
}
