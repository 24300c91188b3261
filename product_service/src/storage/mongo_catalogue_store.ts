/**
 * The catalogue on MongoDB. The domain decides each change inside the transaction that writes it. Searches: mongo_search.ts.
 */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { editProduct, newProduct, removeProduct } from '../domain/change_product.ts'
import { DomainError } from '../domain/errors.ts'
import type { Catalogue } from '../domain/ports.ts'
import type { Product } from '../domain/product.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { createMongoPages } from './mongo_pages.ts'
import { createMongoSearch } from './mongo_search.ts'
import type { Ledger, State } from './mongo_work.ts'

export function createMongoCatalogueStore(
  store: MongoStore,
  runtime: Runtime,
  ledger: Ledger,
  reading: Readings,
): Catalogue {
  const { products } = collectionsOf(store)
  const pages = createMongoPages(store, reading)
  const search = createMongoSearch(store, runtime, pages)

  return {
    /** Other replicas change products without notice. */
    revision: () => undefined,
    create({ id, fields }, stamp) {
      const { product, movement } = newProduct(id, fields, stamp)
      const movements = movement ? [movement] : []
      return ledger({ reads: {}, decide: () => ({ answer: product, products: [product], movements }) })
    },
    importProducts(drafts, stamp) {
      const changes = drafts.map(({ id, fields }) => newProduct(id, fields, stamp))
      return ledger({
        reads: {},
        decide: () => ({
          answer: undefined,
          products: changes.map(({ product }) => product),
          movements: changes.flatMap(({ movement }) => movement ?? []),
        }),
      })
    },
    find: (id) =>
      store.repeat(async () => {
        const document = await products.findOne({ _id: id, listed: true }, { projection: { words: 0 } })
        return document ? reading.product.one(document) : undefined
      }),
    list: (query) => (query.words.length > 0 ? search(query) : pages.list(query)),
    edit(id, fields, seen, stamp) {
      return ledger({
        reads: { productIds: [id] },
        decide(state) {
          const before = listed(state, id)
          const { product, movement } = editProduct(before, fields, seen, stamp)
          const products = product === before ? [] : [product]
          return { answer: product, products, movements: movement ? [movement] : [] }
        },
      })
    },
    remove(id, seen, stamp) {
      return ledger({
        reads: { productIds: [id] },
        decide: (state) => ({
          answer: undefined,
          products: [removeProduct(listed(state, id), seen, stamp)],
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
