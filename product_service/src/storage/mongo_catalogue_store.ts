/**
 * The catalogue on MongoDB. The domain decides each change inside the transaction that writes it. Searches: mongo_search.ts.
 */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { OPERATOR, productCreated, productDeleted, productEdited, productsImported } from '../domain/audit.ts'
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
  audit: MongoAudit,
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
      const entries = [audit.entries(stamp.by, stamp.at)(productCreated(product))]
      return ledger({
        reads: {},
        decide: () => ({ answer: product, products: [product], movements, entries }),
      })
    },
    importProducts(drafts, stamp) {
      const changes = drafts.map(({ id, fields }) => newProduct(id, fields, stamp))
      const entryOf = audit.entries(OPERATOR, stamp.at)
      const [first] = changes
      return ledger({
        reads: {},
        decide: () => ({
          answer: undefined,
          products: changes.map(({ product }) => product),
          movements: changes.flatMap(({ movement }) => movement ?? []),
          entries: first ? [entryOf(productsImported(first.product, changes.length))] : [],
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
      const entryOf = audit.entries(stamp.by, stamp.at)
      return ledger({
        reads: { productIds: [id] },
        decide(state) {
          const before = listed(state, id)
          const { product, movement } = editProduct(before, fields, seen, stamp)
          const products = product === before ? [] : [product]
          const entries = productEdited(before, product).map(entryOf)
          return { answer: product, products, movements: movement ? [movement] : [], entries }
        },
      })
    },
    remove(id, seen, stamp) {
      const entryOf = audit.entries(stamp.by, stamp.at)
      return ledger({
        reads: { productIds: [id] },
        decide(state) {
          const product = listed(state, id)
          return {
            answer: undefined,
            products: [removeProduct(product, seen, stamp)],
            entries: [entryOf(productDeleted(product))],
          }
        },
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
