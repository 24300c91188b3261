/** Pages of everything that was not removed, oldest first. */
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import type { Exported } from '../domain/import_ports.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { PAGE_TIMEOUT_MS } from './mongo_pages.ts'
import { NOT_REMOVED, type ProductDocument } from './mongo_product_documents.ts'

export function createMongoExported(store: MongoStore, reading: Readings): Exported {
  const { products, groups } = collectionsOf(store)
  const limits = { maxTimeMS: PAGE_TIMEOUT_MS } as const
  const page = (filter: Filter<ProductDocument>, after: string | undefined, limit: number) =>
    store.repeat(() =>
      reading.product.page(limit, after ?? '', (count, from) =>
        products
          .find({ ...filter, _id: { $gt: from } }, { ...limits, projection: { words: 0 } })
          .sort({ _id: 1 })
          .limit(count)
          .toArray(),
      ),
    )
  return {
    products: (after, limit) => page({ ...NOT_REMOVED }, after, limit),
    variants: (groupId, after, limit) => page({ groupId, live: true, ...NOT_REMOVED }, after, limit),
    groups: (after, limit) =>
      store.repeat(() =>
        reading.group.page(limit, after ?? '', (count, from) =>
          groups
            .find({ listed: true, _id: { $gt: from } }, limits)
            .sort({ _id: 1 })
            .limit(count)
            .toArray(),
        ),
      ),
  }
}
