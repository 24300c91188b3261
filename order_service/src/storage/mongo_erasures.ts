/** Deleted accounts (domain/erasures.ts), and the erasing of their orders (domain/erase_orders.ts), in MongoDB. Each write may be repeated. */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { erasedCheckout } from '../domain/erased.ts'
import type { Erasure, Erasures, PersonalOrders } from '../domain/erasure_ports.ts'
import { type Document, ERASURES, ORDERS, TO_ERASE, toOrder } from './mongo_order_documents.ts'

type ErasureDocument = Omit<Erasure, 'userId'> & { _id: string }

export function createMongoErasures(store: MongoStore): Erasures {
  const { repeat } = store
  const erasures = () => store.collection<ErasureDocument>(ERASURES)
  const orders = () => store.collection<Document>(ORDERS)
  return {
    async add(userIds, at) {
      const operations = userIds.map((_id) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: { at, dueAt: at, passes: 0 } }, upsert: true },
      }))
      await repeat(() => erasures().bulkWrite(operations, { ordered: false }))
    },
    due: (now, limit) =>
      repeat(async () => {
        const found = await erasures()
          .find({ dueAt: { $lte: now } })
          .sort({ dueAt: 1 })
          .limit(limit)
          .toArray()
        return found.map(({ _id, ...fields }) => ({ userId: _id, ...fields }))
      }),
    async finish({ userId, passes }, dueAt) {
      const same = { _id: userId, passes }
      await repeat(async () => {
        if (dueAt === undefined) await erasures().deleteOne(same)
        else await erasures().updateOne(same, { $set: { dueAt, passes: passes + 1 } })
      })
    },
    async disown(userId, placed) {
      const operations = placed.map(({ id, userId: placedBy }) => ({
        updateOne: {
          filter: {
            ...{ _id: id, userId: placedBy, erasedAt: { $exists: false } },
            linkedTo: placedBy === userId ? { $exists: false } : userId,
          },
          update: { $set: { isOwnerless: true } },
        },
      }))
      if (operations.length > 0) await repeat(() => orders().bulkWrite(operations, { ordered: false }))
    },
  }
}

export function createMongoPersonalOrders(store: MongoStore, onUnreadable: OnUnreadable): PersonalOrders {
  const reading = createReading(toOrder, ({ _id }: Document) => _id, onUnreadable)
  const orders = () => store.collection<Document>(ORDERS)
  return {
    async list(after, end, limit) {
      const found = await store.repeat(() =>
        orders()
          .find({ isOwnerless: true, _id: { $gt: after, $lt: end } })
          .hint(TO_ERASE)
          .sort({ _id: 1 })
          .limit(limit)
          .toArray(),
      )
      return { items: reading.many(found), next: found.length < limit ? undefined : found.at(-1)!._id }
    },
    async erase(read, at) {
      if (read.length === 0) return 0
      const operations = read.map(({ order: { id, userId, version, checkout }, schedule: { fence } }) => ({
        updateOne: {
          filter: {
            ...{ _id: id, userId, version, fence, isOwnerless: true },
            ...{ dueAt: { $exists: false }, payDueAt: { $exists: false } },
          },
          update: {
            $set: {
              ...{ isOwnerless: false, erasedAt: at, fence: fence + 1 },
              ...(checkout && { checkout: erasedCheckout(checkout) }),
            },
            $unset: { tracking: '' as const },
          },
        },
      }))
      let erased = 0
      await store.repeat(async () => {
        erased += (await orders().bulkWrite(operations, { ordered: false })).matchedCount
      })
      return erased
    },
  }
}
