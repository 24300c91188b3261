/** What the catalogue in memory needs from MongoDB (mongo_listings.ts). */
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import type { IndexedCategory } from '../domain/catalogue/catalogue_index.ts'
import type { Rank } from '../domain/pages.ts'
import { TREE_ID } from './mongo_category_documents.ts'
import { collectionsOf } from './mongo_documents.ts'
import type { GroupDocument } from './mongo_group_documents.ts'
import { conditionsOf, PAGE_TIMEOUT_MS } from './mongo_pages.ts'
import type { ProductDocument } from './mongo_product_documents.ts'

/** Documents in one page, and in one message. */
export const BATCH = 500
/** Products that words may find, the newest of them: their ids pass through the main thread. The answer says so (lowerBoundsOf). */
export const MATCHES_MAX = 10_000

export type ListedRow = { readonly _id: string }

const options = { maxTimeMS: PAGE_TIMEOUT_MS } as const
const PRODUCT = {
  ...{ nameKey: 1, priceMinor: 1, inStock: 1, listed: 1, groupId: 1, optionValues: 1, version: 1 },
  ...{ 'details.categories': 1, 'details.attributes': 1 },
} as const
const GROUP = {
  ...{ name: 1, priceFromMinor: 1, options: 1, version: 1, joins: 1 },
  ...{ 'details.categories': 1, 'details.attributes': 1 },
} as const

const VERSIONS = { ...options, projection: { version: 1, joins: 1 } } as const

/** Pages are in the order of ids, and begin after the id that is given. */
export function createListedReads(store: MongoStore) {
  const { products, groups, categories, categoryTree } = collectionsOf(store)
  const someProducts = (filter: Filter<ProductDocument>) =>
    store.repeat(() =>
      products
        .find(filter, { ...options, projection: PRODUCT })
        .sort({ _id: 1 })
        .limit(BATCH)
        .toArray(),
    )
  const someGroups = (filter: Filter<GroupDocument>) =>
    store.repeat(() =>
      groups
        .find(filter, { ...options, projection: GROUP })
        .sort({ _id: 1 })
        .limit(BATCH)
        .toArray(),
    )
  const after = (id: string) => ({ _id: { $gt: id } })

  return {
    products: (id: string) => someProducts({ listed: true, ...after(id) }),
    /** Removed ones too. */
    everyProduct: (id: string) => someProducts(after(id)),
    variants: (groupId: string, id: string) => someProducts({ groupId, listed: true, ...after(id) }),
    productsOf: (ids: readonly string[]) => someProducts({ _id: { $in: [...ids] } }),
    groups: (id: string) => someGroups({ listed: true, ...after(id) }),
    groupsOf: (ids: readonly string[]) => someGroups({ _id: { $in: [...ids] } }),
    changedProducts: (from: string) =>
      store.repeat(() => products.find({ changedAt: { $gte: from } }, VERSIONS).toArray()),
    changedGroups: (from: string) =>
      store.repeat(() => groups.find({ changedAt: { $gte: from } }, VERSIONS).toArray()),
    treeRevision: () =>
      store.repeat(async () => (await categoryTree.findOne({ _id: TREE_ID }, options))?.revision ?? 0),
    categories: () =>
      store.repeat(async (): Promise<IndexedCategory[]> => {
        const all = await categories.find({}, options).toArray()
        return all.map(({ _id, path }) => ({ id: _id, path }))
      }),
    /** Ids that words find, the newest first. */
    found: (rank: Rank, limit: number) =>
      store.repeat(async () => {
        const page = await products
          .find({ listed: true, $and: conditionsOf(rank) }, { ...options, projection: { _id: 1 } })
          .sort({ _id: -1 })
          .limit(limit)
          .toArray()
        return page.map(({ _id }) => _id)
      }),
  }
}

export const inBatches = (ids: readonly string[]) =>
  Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, i) => ids.slice(i * BATCH, (i + 1) * BATCH))
