/**
 * Pages of the catalogue on MongoDB. A list walks an index in the order of the page. A search finds products by their
 * words, which are made by the same functions as the words of the query (domain/search.ts).
 */
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import type { Page, PageKey } from '../domain/page.ts'
import { matchAll, orderOf, pageOf, type Rank, readRanks, type WordMatch } from '../domain/pages.ts'
import type { CatalogueQuery } from '../domain/ports.ts'
import type { Product } from '../domain/product.ts'
import type { Sort } from '../domain/sorts.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import type { ProductDocument } from './mongo_product_documents.ts'

/** The server's time limit for one page. */
export const PAGE_TIMEOUT_MS = 2_000

export type MongoPages = {
  list(query: CatalogueQuery): Promise<Page<Product>>
  /** Does any product have a word that matches this one? */
  isKnown(word: string): Promise<boolean>
}

export function createMongoPages(store: MongoStore, reading: Readings): MongoPages {
  const { products } = collectionsOf(store)
  const options = { projection: { words: 0 }, maxTimeMS: PAGE_TIMEOUT_MS }

  const read = async (
    sort: Sort,
    rank: Rank | undefined,
    { inStock, after, limit }: Omit<CatalogueQuery, 'sort' | 'words'>,
  ): Promise<readonly Product[]> => {
    const filter = {
      ...(inStock ? { inStock: true as const } : { listed: true as const }),
      ...(after ? ORDERS[sort].after(after) : {}),
    }
    const rowsAfter = (count: number, before: readonly ProductDocument[]) => {
      const conditions = [
        ...(rank ? conditionsOf(rank) : []),
        // Excluded by id, because the sort field of an unreadable document may be wrong.
        ...(before.length > 0 ? [{ _id: { $nin: before.map(({ _id }) => _id) } }] : []),
      ]
      const cursor = products
        .find(conditions.length > 0 ? { ...filter, $and: conditions } : filter, options)
        .sort(ORDERS[sort].order)
      if (!rank) cursor.hint(`${inStock ? 'in_stock' : 'listed'}_${ORDERS[sort].index}`)
      return cursor.limit(count).toArray()
    }
    const [found, known] = await Promise.all([
      reading.product.fill(limit, rowsAfter),
      after && sort === 'newest' ? products.countDocuments({ _id: String(after[0]) }, { limit: 1 }) : 1,
    ])
    // As on SQLite: after a product that never existed there is nothing.
    return known === 0 ? [] : found
  }

  return {
    list: (query) =>
      store.repeat(async () => {
        const { words, inStock, after, limit } = query
        const sort = orderOf(query)
        if (sort !== 'relevance') {
          const rank = words.length > 0 ? matchAll(words) : undefined
          return pageOf(await read(sort, rank, { inStock, after, limit: limit + 1 }), sort, limit)
        }
        return readRanks(query, (rank, id, count) =>
          read('newest', rank, { inStock, after: id === undefined ? undefined : [id], limit: count }),
        )
      }),
    isKnown: (word) =>
      store.repeat(async () => {
        const filter = { $and: conditionsOf(matchAll([word])) }
        return (
          (await products.findOne(filter, { projection: { _id: 1 }, maxTimeMS: PAGE_TIMEOUT_MS })) !== null
        )
      }),
  }
}

/** Words contain only letters, digits and marks, so they need no escape in a pattern. */
const matching = ({ prefix, exact }: WordMatch): Filter<ProductDocument> => ({
  words: { $in: [new RegExp(`^${prefix}`), ...exact] as string[] },
})

export function conditionsOf({ every, some, notAll, none }: Rank): Filter<ProductDocument>[] {
  return [
    ...every.map(matching),
    ...(some ? [{ $or: some.map(matching) }] : []),
    ...(notAll ? [{ $nor: [{ $and: notAll.map(matching) }] }] : []),
    ...(none ? [{ $nor: none.map(matching) }] : []),
  ]
}

type Order = {
  readonly index: 'newest' | 'price' | 'name'
  readonly order: Record<string, 1 | -1>
  after(key: PageKey): Filter<ProductDocument>
}

export const ORDERS: Readonly<Record<Sort, Order>> = {
  newest: { index: 'newest', order: { _id: -1 }, after: ([id]) => ({ _id: { $lt: String(id) } }) },
  price: {
    index: 'price',
    order: { priceMinor: 1, _id: 1 },
    after: ([value, id]) => ({
      priceMinor: { $gte: Number(value) },
      $or: [{ priceMinor: { $gt: Number(value) } }, { _id: { $gt: String(id) } }],
    }),
  },
  '-price': {
    index: 'price',
    order: { priceMinor: -1, _id: -1 },
    after: ([value, id]) => ({
      priceMinor: { $lte: Number(value) },
      $or: [{ priceMinor: { $lt: Number(value) } }, { _id: { $lt: String(id) } }],
    }),
  },
  name: {
    index: 'name',
    order: { nameKey: 1, _id: 1 },
    after: ([value, id]) => ({
      nameKey: { $gte: String(value) },
      $or: [{ nameKey: { $gt: String(value) } }, { _id: { $gt: String(id) } }],
    }),
  },
}
