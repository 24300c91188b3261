/** Removes documents whose time is over, a few at a time: by `expiresAt`, which each of these collections has an index of. */
import type { MongoStore } from '@shop/service_kit/mongo/store'

type Expiring = { _id: string; expiresAt?: Date }

/** Resolves how many were removed. The end is asked again, because one may have been given more time meanwhile. */
export function createMongoPurge(
  { collection, repeat }: MongoStore,
  name: string,
): (now: Date, limit: number) => Promise<number> {
  const documents = collection<Expiring>(name)
  return (now, limit) =>
    repeat(async () => {
      const expired = await documents
        .find({ expiresAt: { $lte: now } })
        .sort({ expiresAt: 1 })
        .limit(limit)
        .project<{ _id: string }>({ _id: 1 })
        .toArray()
      if (expired.length === 0) return 0
      const ids = expired.map(({ _id }) => _id)
      return (await documents.deleteMany({ _id: { $in: ids }, expiresAt: { $lte: now } })).deletedCount
    })
}
