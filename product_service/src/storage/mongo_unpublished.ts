/**
 * Unpublished products in MongoDB (domain/unpublished.ts): those with a mark, `productDue` or `stockDue`, which a write of this release
 * sets to AT_ONCE.
 */
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import { AT_ONCE, type EventKind, type UnpublishedProducts } from '../domain/unpublished.ts'
import { createSweep } from './event_sweep.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { EVENT_FIELDS, UNPUBLISHED } from './mongo_event_marks.ts'
import type { ProductDocument } from './mongo_product_documents.ts'

/** Counted for the metrics. */
const COUNTED_MAX = 10_000
/** Sorts after every UUID. */
const LAST = '~'

export function createMongoUnpublished(
  store: MongoStore,
  { product: reading }: Pick<Readings, 'product'>,
  kind: EventKind,
): UnpublishedProducts {
  const { products } = collectionsOf(store)
  const { number, published, due } = EVENT_FIELDS[kind]
  const index = UNPUBLISHED[kind]
  let listed: readonly string[] = []
  let after = ''

  const find = (filter: object, sort: Record<string, 1>, limit: number) =>
    products
      .find(filter as Filter<ProductDocument>, { projection: { words: 0 } })
      .hint(index)
      .sort(sort)
      .limit(limit)
      .toArray()
  const atOnce = (behind: string, limit: number) =>
    find({ [due]: AT_ONCE, _id: { $gt: behind } }, { [due]: 1, _id: 1 }, limit)

  return {
    list: (now, limit) =>
      store.repeat(async () => {
        const [postponed, next] = await Promise.all([
          find({ [due]: { $gt: AT_ONCE, $lte: now } }, { [due]: 1 }, limit),
          atOnce(after, limit),
        ])
        const first = next.length < limit && after !== '' ? await atOnce('', limit - next.length) : []
        const byId = new Map([...postponed, ...next, ...first].map((document) => [document._id, document]))
        const found = [...byId.values()].slice(0, limit)
        listed = found.map(({ _id }) => _id)
        return found.map((document) => ({
          id: document._id,
          number: Number(document[number]),
          published: document[published] ?? 0,
          updatedAt: String(document.updatedAt),
          product: () => reading.one(document),
        }))
      }),
    async markPublished(marked) {
      if (marked.length === 0) return
      const operations = marked.map(({ id, number: last }) => ({
        updateOne: {
          filter: { _id: id, [number]: last } as Filter<ProductDocument>,
          update: { $set: { [published]: last }, $unset: { [due]: '' as const } },
        },
      }))
      await store.repeat(() => products.bulkWrite(operations, { ordered: false }))
      const ids = new Set(marked.map(({ id }) => id))
      after = listed.findLast((id) => ids.has(id)) ?? after
    },
    async postpone(ids, until) {
      const filter = { _id: { $in: [...ids] }, [due]: { $exists: true } } as Filter<ProductDocument>
      await store.repeat(() => products.updateMany(filter, { $set: { [due]: until } }))
    },
    backlog: () =>
      store.repeat(async () => {
        const filter = { [due]: { $exists: true } } as Filter<ProductDocument>
        const [count, oldest] = await Promise.all([
          products.countDocuments(filter, { hint: index, limit: COUNTED_MAX }),
          find(filter, { [due]: 1, _id: 1 }, 1),
        ])
        return { count, oldestAt: oldest[0]?.updatedAt }
      }),
    sweep: createSweep<string>({
      last: LAST,
      read: (before, limit) =>
        store.repeat(async () => {
          const found = await products
            .find({ _id: { $lt: before } })
            .sort({ _id: -1 })
            .limit(limit)
            .project<Pick<ProductDocument, '_id' | typeof number | typeof published | typeof due>>({
              ...{ [number]: 1, [published]: 1, [due]: 1 },
            })
            .toArray()
          return found.map((document) => ({
            ...{ position: document._id, number: document[number], published: document[published] },
            isMarked: document[due] !== undefined,
          }))
        }),
      async mark(ids) {
        const filter = { _id: { $in: [...ids] }, [due]: { $exists: false } } as Filter<ProductDocument>
        await store.repeat(() => products.updateMany(filter, { $set: { [due]: AT_ONCE } }))
      },
    }),
  }
}
