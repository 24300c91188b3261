/**
 * The catalogue on SQLite. The domain decides each edit inside the transaction that writes it.
 *
 * Lists cost the same at any size and are read here. Searches may take long and run in `search`. Words are indexed in the
 * background: an edit of a text is answered after that (sqlite_indexed_writes.ts).
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import {
  type AuditRecord,
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
import { prepareAnyPages } from './sqlite_any_pages.ts'
import type { IndexedWrite } from './sqlite_indexed_writes.ts'
import { createSqlitePages } from './sqlite_pages.ts'
import { prepareReferences } from './sqlite_references.ts'
import {
  LIVE,
  type Place,
  PRODUCT_COLUMNS,
  placeOf,
  prepareAnyNumbers,
  prepareQuery,
  prepareWrites,
  productOf,
  type ReadProducts,
} from './sqlite_rows.ts'
import type { SqliteSearch } from './sqlite_search.ts'

export function createSqliteCatalogueStore(
  store: SqliteStore,
  write: IndexedWrite,
  reading: ReadProducts,
  search: SqliteSearch,
  runtime: Pick<Runtime, 'defer'>,
): Catalogue {
  const writes = prepareWrites(store.writer)
  const find = prepareAnyNumbers(
    store.reader,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.id = ? AND p.deleted_at IS NULL`,
  )
  const pages = createSqlitePages(store.reader, reading)

  const findAny = prepareAnyNumbers(
    store.reader,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.id = ? AND ${LIVE}`,
  )
  const readSlug = prepareQuery(
    store.reader,
    'SELECT owner, of_group, of_category, current FROM slugs WHERE slug = ?',
  )
  const references = prepareReferences(store.writer)
  const any = prepareAnyPages(store.reader, reading, runtime)
  const due = prepareQuery(
    store.reader,
    `SELECT id FROM products WHERE publish_at <= ? AND publish_at IS NOT NULL AND draft = 1 ORDER BY publish_at LIMIT ?`,
  )

  const loaded = (id: string) => {
    const row = writes.product.get(id)
    const product = row && productOf(row)
    if (!product || isRemoved(product)) throw new DomainError('product_not_found', NOT_FOUND)
    return { place: placeOf(row), product }
  }

  const add = ({ id, fields }: ProductDraft, stamp: AuditStamp): Product => {
    const { product, movement } = newProduct(id, fields, stamp, references)
    const seq = writes.addProduct(product)
    if (movement) writes.addMovement(seq, movement)
    references.moveSlug(null, product.details.slug, id, 'product')
    references.showMedia(id, [], product.details.media, stamp.at)
    return product
  }

  const replace = (place: Place, before: Product, after: Product) => {
    if (after === before) return
    writes.replaceProduct(place, before, after)
    const { slug, media } = isRemoved(after) ? { slug: null, media: [] } : after.details
    references.moveSlug(before.details.slug, slug, after.id, 'product')
    references.showMedia(after.id, before.details.media, media, after.updatedAt)
  }

  const edit = (
    { place, product: before }: { place: Place; product: Product },
    fields: Partial<ProductFields>,
    seen: SeenVersions,
    stamp: AuditStamp,
    record: (record: AuditRecord) => void,
  ): Product => {
    const { product, movement } = editProduct(before, fields, seen, stamp, references)
    replace(place, before, product)
    if (movement) writes.addMovement(place.seq, movement)
    productEdited(before, product).forEach(record)
    return product
  }

  return {
    revision: store.revision,
    create: (draft, stamp) =>
      write(stamp, (record) => {
        const product = add(draft, stamp)
        productCreated(product).forEach(record)
        return product
      }),
    createAll: (drafts, stamp) =>
      write(stamp, (record) =>
        drafts.map((draft) => {
          const product = add(draft, stamp)
          productCreated(product).forEach(record)
          return product
        }),
      ),
    importProducts: (drafts, stamp) =>
      write({ ...stamp, by: OPERATOR }, (record) => {
        const [first] = drafts.map((draft) => add(draft, stamp))
        if (first) record(productsImported(first, drafts.length))
      }),
    async find(id) {
      const row = find.get(id)
      return row && reading.one(row)
    },
    async findAny(id) {
      const row = findAny.get(id)
      return row && reading.one(row)
    },
    async findMany(ids) {
      return reading.many(ids.map((id) => find.get(id)).filter((row) => row !== undefined))
    },
    listAny: any,
    list: (query) => (query.words.length > 0 ? search(query) : pages.list(query)),
    edit: (id, fields, seen, stamp) =>
      write(stamp, (record) => edit(loaded(id), fields, seen, stamp, record)),
    remove: (id, seen, stamp) =>
      write(stamp, (record) => {
        const { place, product } = loaded(id)
        replace(place, product, removeProduct(product, seen, stamp))
        record(productDeleted(product))
      }),
    async slugOwner(slug) {
      const [id, ofGroup, ofCategory, current] = readSlug.get(slug) ?? []
      if (id === undefined) return undefined
      const kind = ofGroup === 1 ? 'group' : ofCategory === 1 ? 'category' : 'product'
      return { kind, id: String(id), current: current === 1 }
    },
    async due(at, limit) {
      return due.all(at, limit).map(([id]) => String(id))
    },
    publish: (id, at) =>
      write({ by: SYSTEM, at }, (record) => {
        const row = writes.product.get(id)
        const product = row && productOf(row)
        if (!product || !isDue(product.details, at)) return false
        edit({ place: placeOf(row), product }, PUBLISH, undefined, { by: SYSTEM, at }, record)
        return true
      }),
  }
}

const PUBLISH = { details: { draft: false } }
const NOT_FOUND = 'There is no product of this id, or it has left the catalogue.'
