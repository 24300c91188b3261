/** Lists of accounts in MongoDB. */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { createReading } from '@shop/service_kit/storage/unreadable'
import type { User, UserStore } from '../domain/ports.ts'
import { afterNamesWith } from '../domain/usernames.ts'
import type { Document } from './mongo_user_documents.ts'

export const NOT_DELETED = { deletedAt: { $exists: false } }

type Reading = ReturnType<typeof createReading<Document, User>>

export function createMongoUserLists(
  store: MongoStore,
  userOf: Reading,
): Pick<UserStore, 'list' | 'listNamed' | 'findMany'> {
  const users = store.collection<Document>('users')
  return {
    list: ({ after, limit }) =>
      store.repeat(() =>
        userOf.page(limit, after, (count, at) => {
          const filter = at === undefined ? NOT_DELETED : { _id: { $lt: at }, ...NOT_DELETED }
          return users.find(filter).hint('_id_').sort({ _id: -1 }).limit(count).toArray()
        }),
      ),
    listNamed: ({ prefix, after, limit }) =>
      store.repeat(() =>
        userOf.fill(limit, (count, before) => {
          const last = before.at(-1)?.canonicalName ?? after
          const from = last === undefined ? { $gte: prefix } : { $gt: last }
          const canonicalName = { ...from, $lt: afterNamesWith(prefix) }
          return users
            .find({ canonicalName, ...NOT_DELETED })
            .sort({ canonicalName: 1 })
            .limit(count)
            .toArray()
        }),
      ),
    findMany: (ids) =>
      store.repeat(async () => {
        if (ids.length === 0) return []
        return userOf.many(await users.find({ _id: { $in: [...ids] }, ...NOT_DELETED }).toArray())
      }),
  }
}
