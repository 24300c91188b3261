/** Pages of all products that were not removed, hidden ones too, newest first: for admins. Each walks one index. */
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import { pageOf } from '../domain/pages.ts'
import type { AnyProducts, Catalogue } from '../domain/ports.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { PAGE_TIMEOUT_MS } from './mongo_pages.ts'
import { NOT_REMOVED, type ProductDocument } from './mongo_product_documents.ts'

export function createMongoAnyPages(store: MongoStore, reading: Readings): Catalogue['listAny'] {
  const { products } = collectionsOf(store)
  const options = { projection: { words: 0 }, maxTimeMS: PAGE_TIMEOUT_MS } as const

  return (which, { after, limit }) =>
    store.repeat(async () => {
      const filter = filterOf(which)
      const [known] = after
        ? await products.find({ _id: String(after[0]) }, { ...options, limit: 1 }).toArray()
        : [true]
      // As on SQLite: after a product that never existed there is nothing.
      if (!known) return { items: [], next: undefined }
      const found = await reading.product.page(limit + 1, after ? String(after[0]) : undefined, (count, at) =>
        products
          .find(at === undefined ? filter : { ...filter, _id: { $lt: at } }, options)
          .sort({ _id: -1 })
          .limit(count)
          .toArray(),
      )
      return pageOf(found, 'newest', limit)
    })
}

function filterOf(which: AnyProducts): Filter<ProductDocument> {
  if ('hidden' in which) return { hidden: true }
  const live: Filter<ProductDocument> = { live: true, ...NOT_REMOVED }
  return 'sku' in which ? { sku: which.sku, ...live } : { groupId: which.groupId, ...live }
}
