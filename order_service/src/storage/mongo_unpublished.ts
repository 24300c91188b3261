/** Unpublished orders in MongoDB (domain/unpublished.ts): those with `publishDue`, which a write of this release sets to AT_ONCE. */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import type { UnpublishedOrders } from '../domain/unpublished.ts'
import { AT_ONCE, type Document, ORDERS, toOrder, UNPUBLISHED } from './mongo_order_documents.ts'

/** Counted for the metrics. */
const COUNTED_MAX = 10_000
/** Sorts after every UUID. */
const LAST = '~'
/** Orders that one step of a sweep reads. */
export const SWEEP_STEP = 500
/** Steps of a short pass: the newest orders are those that another release most likely wrote. */
export const SHORT_PASS = 10
/** One pass of so many reads all orders, the first one too. */
export const FULL_PASS_EVERY = 144

export function createMongoUnpublished(store: MongoStore, onUnreadable: OnUnreadable): UnpublishedOrders {
  const reading = createReading(toOrder, ({ _id }: Document) => _id, onUnreadable)
  const orders = () => store.collection<Document>(ORDERS)
  let passes = 0
  let steps = 0
  let before = LAST

  const atOnce = (direction: 1 | -1, limit: number) =>
    limit === 0
      ? []
      : orders()
          .find({ publishDue: AT_ONCE })
          .hint(UNPUBLISHED)
          .sort({ publishDue: direction, _id: direction })
          .limit(limit)
          .toArray()

  return {
    list: (now, limit) =>
      store.repeat(async () => {
        const older = Math.ceil(limit / 2)
        const due = orders()
          .find({ publishDue: { $gt: AT_ONCE, $lte: now } })
          .hint(UNPUBLISHED)
          .sort({ publishDue: 1 })
          .limit(limit)
          .toArray()
        const found = (await Promise.all([due, atOnce(1, older), atOnce(-1, limit - older)])).flat()
        const byId = new Map(found.map((document) => [document._id, document]))
        return [...byId.entries()].slice(0, limit).map(([id, document]) => ({
          id,
          version: Number(document.version),
          publishedVersion: document.publishedVersion ?? 0,
          updatedAt: String(document.updatedAt),
          order: () => reading.one(document).order,
        }))
      }),
    async markPublished(published) {
      if (published.length === 0) return
      const operations = published.map(({ id, version }) => ({
        updateOne: {
          filter: { _id: id, version },
          update: { $set: { publishedVersion: version }, $unset: { publishDue: '' as const } },
        },
      }))
      await store.repeat(() => orders().bulkWrite(operations, { ordered: false }))
    },
    async postpone(ids, until) {
      const filter = { _id: { $in: [...ids] }, publishDue: { $exists: true } }
      await store.repeat(() => orders().updateMany(filter, { $set: { publishDue: until } }))
    },
    backlog: () =>
      store.repeat(async () => {
        const filter = { publishDue: { $exists: true } }
        const [count, oldest] = await Promise.all([
          orders().countDocuments(filter, { hint: UNPUBLISHED, limit: COUNTED_MAX }),
          orders()
            .find(filter)
            .hint(UNPUBLISHED)
            .sort({ publishDue: 1, _id: 1 })
            .limit(1)
            .project({ updatedAt: 1 })
            .toArray(),
        ])
        return { count, oldestAt: oldest[0]?.updatedAt as string | undefined }
      }),
    async sweep() {
      const found = await store.repeat(() =>
        orders()
          .find({ _id: { $lt: before } })
          .sort({ _id: -1 })
          .limit(SWEEP_STEP)
          .project<Pick<Document, '_id' | 'version' | 'publishedVersion' | 'publishDue'>>({
            ...{ version: 1, publishedVersion: 1, publishDue: 1 },
          })
          .toArray(),
      )
      const unmarked = found.filter(
        ({ version, publishedVersion = 0, publishDue }) =>
          publishDue === undefined && version > publishedVersion,
      )
      if (unmarked.length > 0) {
        const filter = { _id: { $in: unmarked.map(({ _id }) => _id) }, publishDue: { $exists: false } }
        await store.repeat(() => orders().updateMany(filter, { $set: { publishDue: AT_ONCE } }))
      }
      steps += 1
      const full = passes % FULL_PASS_EVERY === 0
      if (found.length === SWEEP_STEP && (full || steps < SHORT_PASS)) {
        before = found.at(-1)!._id
        return true
      }
      passes += 1
      steps = 0
      before = LAST
      return false
    },
  }
}
