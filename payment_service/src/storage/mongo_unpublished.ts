/** Unpublished payments in MongoDB (domain/unpublished.ts): those with `publishDue`, which every write sets to AT_ONCE. */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import type { UnpublishedPayments } from '../domain/unpublished.ts'
import { AT_ONCE, type Document, PAYMENTS, toStored, UNPUBLISHED } from './mongo_payment_documents.ts'

/** Counted for the metrics. */
const COUNTED_MAX = 10_000

export function createMongoUnpublished(store: MongoStore, onUnreadable: OnUnreadable): UnpublishedPayments {
  const reading = createReading(toStored, ({ _id }: Document) => _id, onUnreadable)
  const payments = () => store.collection<Document>(PAYMENTS)

  const atOnce = (direction: 1 | -1, limit: number) =>
    limit === 0
      ? []
      : payments()
          .find({ publishDue: AT_ONCE })
          .hint(UNPUBLISHED)
          .sort({ publishDue: direction, _id: direction })
          .limit(limit)
          .toArray()

  return {
    list: (now, limit) =>
      store.repeat(async () => {
        const older = Math.ceil(limit / 2)
        const due = payments()
          .find({ publishDue: { $gt: AT_ONCE, $lte: now } })
          .hint(UNPUBLISHED)
          .sort({ publishDue: 1 })
          .limit(limit)
          .toArray()
        const found = (await Promise.all([due, atOnce(1, older), atOnce(-1, limit - older)])).flat()
        const byId = new Map(found.map((document) => [document._id, document]))
        return [...byId.entries()].slice(0, limit).map(([orderId, document]) => ({
          orderId,
          version: Number(document.version),
          publishedVersion: document.publishedVersion ?? 0,
          updatedAt: String(document.updatedAt),
          payment: () => reading.one(document).payment,
        }))
      }),
    async markPublished(published) {
      if (published.length === 0) return
      const operations = published.map(({ orderId, version }) => ({
        updateOne: {
          filter: { _id: orderId, version },
          update: { $set: { publishedVersion: version }, $unset: { publishDue: '' as const } },
        },
      }))
      await store.repeat(() => payments().bulkWrite(operations, { ordered: false }))
    },
    async postpone(orderIds, until) {
      const filter = { _id: { $in: [...orderIds] }, publishDue: { $exists: true } }
      await store.repeat(() => payments().updateMany(filter, { $set: { publishDue: until } }))
    },
    backlog: () =>
      store.repeat(async () => {
        const filter = { publishDue: { $exists: true } }
        const [count, oldest] = await Promise.all([
          payments().countDocuments(filter, { hint: UNPUBLISHED, limit: COUNTED_MAX }),
          payments()
            .find(filter)
            .hint(UNPUBLISHED)
            .sort({ publishDue: 1, _id: 1 })
            .limit(1)
            .project({ updatedAt: 1 })
            .toArray(),
        ])
        return { count, oldestAt: oldest[0]?.updatedAt as string | undefined }
      }),
  }
}
