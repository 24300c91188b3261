/**
 * The catalogue in MongoDB. Changes are decided by the domain inside the transaction that writes them.
 *
 * Lists walk an index in the order of the page. A search looks up each word's beginning among the words of the
 * products, which are made by the same function as those of the query (domain/search.ts).
 */
import type { Filter, MongoStore } from '@shop/service_kit/mongo'
import { DomainError } from '../domain/errors.ts'
import { pageOf } from '../domain/pages.ts'
import type { Catalogue, CatalogueQuery, PageKey, Sort } from '../domain/ports.ts'
import { editProduct, newProduct, type Product, removeProduct } from '../domain/product.ts'
import { collectionsOf, type ProductDocument, productOf } from './mongo_documents.ts'
import type { Ledger, State } from './mongo_ledger.ts'

export function createMongoCatalogueStore(store: MongoStore, ledger: Ledger): Catalogue {
  const { products } = collectionsOf(store)
  const projection = { words: 0 }

  return {
    /** Other replicas change products without our knowing. */
    revision: () => undefined,
    create({ id, fields }, act) {
      const { product, movement } = newProduct(id, fields, act)
      const movements = movement ? [movement] : []
      return ledger({ needs: {}, decide: () => ({ answer: product, products: [product], movements }) })
    },
    importProducts(drafts, act) {
      const changes = drafts.map(({ id, fields }) => newProduct(id, fields, act))
      return ledger({
        needs: {},
        decide: () => ({
          answer: undefined,
          products: changes.map(({ product }) => product),
          movements: changes.flatMap(({ movement }) => movement ?? []),
        }),
      })
    },
    find: (id) =>
      store.repeat(async () => {
        const document = await products.findOne({ _id: id, listed: true }, { projection })
        return document ? productOf(document) : undefined
      }),
    async list(query) {
      const { sort, words, after, limit } = query
      const index = `${query.inStock ? 'in_stock' : 'listed'}_${ORDERS[sort].index}`
      return store.repeat(async () => {
        const cursor = products.find(filterOf(query), { projection }).sort(ORDERS[sort].order)
        if (words.length === 0) cursor.hint(index)
        const [found, known] = await Promise.all([
          cursor.limit(limit + 1).toArray(),
          after && sort === 'newest' ? products.countDocuments({ _id: String(after[0]) }, { limit: 1 }) : 1,
        ])
        // As on SQLite: behind a product that never was there is nothing.
        return known === 0 ? { items: [], next: undefined } : pageOf(found.map(productOf), sort, limit)
      })
    },
    edit(id, fields, seen, act) {
      return ledger({
        needs: { productIds: [id] },
        decide(state) {
          const before = listed(state, id)
          const { product, movement } = editProduct(before, fields, seen, act)
          const products = product === before ? [] : [product]
          return { answer: product, products, movements: movement ? [movement] : [] }
        },
      })
    },
    remove(id, seen, act) {
      return ledger({
        needs: { productIds: [id] },
        decide: (state) => ({
          answer: undefined,
          products: [removeProduct(listed(state, id), seen, act)],
        }),
      })
    },
  }
}

/** The product, if it is for sale. Fails with `product_not_found`. */
export function listed({ products }: State, id: string): Product {
  const product = products.get(id)
  if (product?.deletedAt === null) return product
  throw new DomainError('product_not_found', 'There is no product of this id, or it has left the catalogue.')
}

type Order = {
  readonly index: 'newest' | 'price' | 'name'
  readonly order: Record<string, 1 | -1>
  after(key: PageKey): Filter<ProductDocument>
}

const ORDERS: Readonly<Record<Sort, Order>> = {
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

/** Words hold letters, digits and marks only, so they need no escape in a pattern. */
export function filterOf({ sort, words, inStock, after }: CatalogueQuery): Filter<ProductDocument> {
  const every = words.map((word) => ({ words: { $regex: `^${word}` } }))
  return {
    ...(inStock ? { inStock: true as const } : { listed: true as const }),
    ...(after ? ORDERS[sort].after(after) : {}),
    ...(every.length > 0 ? { $and: every } : {}),
  }
}

export const orderOf = (sort: Sort) => ORDERS[sort].order
