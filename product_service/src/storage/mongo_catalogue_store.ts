/**
 * The catalogue on MongoDB. The domain decides each change inside the transaction that writes it. Searches: mongo_search.ts.
 */
import type { AuditEntry } from '@shop/service_kit/audit/entry'
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import {
  OPERATOR,
  productCreated,
  productDeleted,
  productEdited,
  productsImported,
  SYSTEM,
} from '../domain/audit.ts'
import { editProduct, isRemoved, newProduct, removeProduct } from '../domain/change_product.ts'
import { isDue } from '../domain/details.ts'
import { DomainError } from '../domain/errors.ts'
import type { Catalogue, ProductDraft } from '../domain/ports.ts'
import type { AuditStamp, Product, ProductFields, SeenVersions } from '../domain/product.ts'
import { createMongoAnyPages } from './mongo_any_pages.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { createMongoPages } from './mongo_pages.ts'
import { NOT_REMOVED, type ProductDocument } from './mongo_product_documents.ts'
import { apply, copyOf, joined, movedSlug, readsFor, referencesOf } from './mongo_references.ts'
import { createMongoSearch } from './mongo_search.ts'
import type { Ledger, State } from './mongo_work.ts'

export function createMongoCatalogueStore(
  store: MongoStore,
  runtime: Runtime,
  ledger: Ledger,
  audit: MongoAudit,
  reading: Readings,
): Catalogue {
  const { products, slugs } = collectionsOf(store)
  const pages = createMongoPages(store, reading)
  const search = createMongoSearch(store, runtime, pages)

  const findOne = (filter: Filter<ProductDocument>) =>
    store.repeat(async () => {
      const document = await products.findOne(filter, WITHOUT_WORDS)
      return document ? reading.product.one(document) : undefined
    })

  const created = (stamp: AuditStamp) => {
    const entryOf = audit.entries(stamp.by, stamp.at)
    return (made: readonly Product[]) => made.flatMap((product) => productCreated(product).map(entryOf))
  }

  const addAll = (
    drafts: readonly ProductDraft[],
    stamp: AuditStamp,
    entriesOf: (products: readonly Product[]) => readonly AuditEntry[],
  ): Promise<readonly Product[]> =>
    ledger({
      reads: joined(
        drafts.map(({ id, fields }) => readsFor({ id, name: fields.name }, fields.details ?? {})),
      ),
      decide(state) {
        const own = copyOf(state)
        const changes = drafts.map(({ id, fields }) => {
          const { product, movement } = newProduct(id, fields, stamp, referencesOf(own))
          const slugs = movedSlug(null, product.details.slug, id, 'product')
          apply(own, { products: [product], slugs })
          return { product, movement, slugs }
        })
        const made = changes.map(({ product }) => product)
        return {
          answer: made,
          products: made,
          movements: changes.flatMap(({ movement }) => movement ?? []),
          slugs: changes.flatMap(({ slugs }) => slugs),
          entries: entriesOf(made),
        }
      },
    })

  const edit = (
    id: string,
    fields: Partial<ProductFields>,
    seen: SeenVersions,
    stamp: AuditStamp,
    isWanted: (product: Product) => boolean = () => true,
  ): Promise<Product> => {
    const entryOf = audit.entries(stamp.by, stamp.at)
    return ledger({
      reads: { productIds: [id] },
      readsAfter(state) {
        const before = state.products.get(id)
        if (!before || !fields.details) return {}
        return readsFor({ id, name: fields.name ?? before.name, before: before.details }, fields.details)
      },
      decide(state) {
        const before = live(state, id)
        if (!isWanted(before)) throw new NotDue()
        const { product, movement } = editProduct(before, fields, seen, stamp, referencesOf(state))
        return {
          answer: product,
          products: product === before ? [] : [product],
          movements: movement ? [movement] : [],
          slugs: movedSlug(before.details.slug, product.details.slug, id, 'product'),
          entries: productEdited(before, product).map(entryOf),
        }
      },
    })
  }

  return {
    /** Other replicas change products without notice. */
    revision: () => undefined,
    create: async (draft, stamp) => (await addAll([draft], stamp, created(stamp)))[0]!,
    createAll: (drafts, stamp) => addAll(drafts, stamp, created(stamp)),
    async importProducts(drafts, stamp) {
      const entryOf = audit.entries(OPERATOR, stamp.at)
      await addAll(drafts, stamp, ([first]) =>
        first ? [entryOf(productsImported(first, drafts.length))] : [],
      )
    },
    find: (id) => findOne({ _id: id, listed: true }),
    findAny: (id) => findOne({ _id: id, ...NOT_REMOVED }),
    findMany: (ids) =>
      store.repeat(async () => {
        const found = await products.find({ _id: { $in: [...ids] }, listed: true }, WITHOUT_WORDS).toArray()
        const byId = new Map(reading.product.many(found).map((product) => [product.id, product]))
        return ids.flatMap((id) => byId.get(id) ?? [])
      }),
    listAny: createMongoAnyPages(store, reading),
    list: (query) => (query.words.length > 0 ? search(query) : pages.list(query)),
    edit: (id, fields, seen, stamp) => edit(id, fields, seen, stamp),
    remove(id, seen, stamp) {
      const entryOf = audit.entries(stamp.by, stamp.at)
      return ledger({
        reads: { productIds: [id] },
        readsAfter: (state) => slugOfProduct(state, id),
        decide(state) {
          const product = live(state, id)
          return {
            answer: undefined,
            products: [removeProduct(product, seen, stamp)],
            slugs: movedSlug(product.details.slug, null, id, 'product'),
            entries: [entryOf(productDeleted(product))],
          }
        },
      })
    },
    slugOwner: (slug) =>
      store.repeat(async () => {
        const found = await slugs.findOne({ _id: slug })
        return found ? { kind: found.kind, id: found.owner, current: found.current } : undefined
      }),
    due: (at, limit) =>
      store.repeat(async () => {
        const options = { projection: { _id: 1 }, sort: { publishAt: 1 }, limit } as const
        const found = await products.find({ draft: true, publishAt: { $lte: at } }, options).toArray()
        return found.map(({ _id }) => _id)
      }),
    publish: (id, at) =>
      edit(id, { details: { draft: false } }, undefined, { by: SYSTEM, at }, ({ details }) =>
        isDue(details, at),
      ).then(
        () => true,
        (error) => {
          if (error instanceof NotDue || error.code === 'product_not_found') return false
          throw error
        },
      ),
  }
}

class NotDue extends Error {}

const WITHOUT_WORDS = { projection: { words: 0 } } as const

const slugOfProduct = ({ products }: State, id: string) => {
  const slug = products.get(id)?.details.slug
  return slug ? { slugs: [slug] } : {}
}

/** The product, if it was not removed. Fails with `product_not_found`. */
export function live({ products }: State, id: string): Product {
  const product = products.get(id)
  if (product && !isRemoved(product)) return product
  throw new DomainError('product_not_found', 'There is no product of this id, or it has left the catalogue.')
}
