/**
 * The catalogue on SQLite. The domain decides each edit inside the transaction that writes it.
 *
 * Lists cost the same at any size and are read here. Searches may take long and run in `search`. Words are indexed in the
 * background (sqlite_indexer.ts): an edit of a text is answered after `waitUntilIndexed`.
 */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import {
  type AuditRecord,
  OPERATOR,
  productCreated,
  productDeleted,
  productEdited,
  productsImported,
} from '../domain/audit.ts'
import { editProduct, newProduct, removeProduct } from '../domain/change_product.ts'
import { DomainError } from '../domain/errors.ts'
import type { Catalogue } from '../domain/ports.ts'
import type { AuditStamp } from '../domain/product.ts'
import type { Indexer } from './sqlite_indexer.ts'
import { createSqlitePages } from './sqlite_pages.ts'
import {
  PRODUCT_COLUMNS,
  prepareAnyNumbers,
  prepareQuery,
  prepareWrites,
  productOf,
  type ReadProducts,
  seqOf,
} from './sqlite_rows.ts'
import type { SqliteSearch } from './sqlite_search.ts'

export function createSqliteCatalogueStore(
  store: SqliteStore,
  audit: SqliteAudit,
  reading: ReadProducts,
  search: SqliteSearch,
  waitUntilIndexed: Indexer['waitUntilIndexed'],
): Catalogue {
  const writes = prepareWrites(store.writer)
  const find = prepareAnyNumbers(
    store.reader,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.id = ? AND p.deleted_at IS NULL`,
  )
  const pages = createSqlitePages(store.reader, reading)
  const latestChange = prepareQuery(store.writer, 'SELECT coalesce(max(number), 0) FROM text_changes')

  const loaded = (id: string) => {
    const row = writes.product.get(id)
    const product = row && productOf(row)
    if (!product || product.deletedAt !== null) throw new DomainError('product_not_found', NOT_FOUND)
    return { seq: seqOf(row), product }
  }

  const write = async <T>(
    { by, at }: AuditStamp,
    work: (record: (record: AuditRecord) => void) => T,
  ): Promise<T> => {
    const { value, before, after } = await audit.write(by, at, (record) => {
      const before = Number(latestChange.get()![0])
      const value = work(record)
      return { value, before, after: Number(latestChange.get()![0]) }
    })
    if (after > before) await waitUntilIndexed(after)
    return value
  }

  return {
    revision: store.revision,
    create({ id, fields }, stamp) {
      const { product, movement } = newProduct(id, fields, stamp)
      return write(stamp, (record) => {
        const seq = writes.addProduct(product)
        if (movement) writes.addMovement(seq, movement)
        record(productCreated(product))
        return product
      })
    },
    importProducts(drafts, stamp) {
      const changes = drafts.map(({ id, fields }) => newProduct(id, fields, stamp))
      return write({ ...stamp, by: OPERATOR }, (record) => {
        const seqs = changes.map(({ product }) => writes.addProduct(product))
        changes.forEach(({ movement }, i) => {
          if (movement) writes.addMovement(seqs[i]!, movement)
        })
        if (changes[0]) record(productsImported(changes[0].product, changes.length))
      })
    },
    async find(id) {
      const row = find.get(id)
      return row && reading.one(row)
    },
    list: (query) => (query.words.length > 0 ? search(query) : pages.list(query)),
    edit(id, fields, seen, stamp) {
      return write(stamp, (record) => {
        const { seq, product: before } = loaded(id)
        const { product, movement } = editProduct(before, fields, seen, stamp)
        if (product !== before) writes.replaceProduct(seq, before, product)
        if (movement) writes.addMovement(seq, movement)
        productEdited(before, product).forEach(record)
        return product
      })
    },
    remove(id, seen, stamp) {
      return write(stamp, (record) => {
        const { seq, product } = loaded(id)
        writes.replaceProduct(seq, product, removeProduct(product, seen, stamp))
        record(productDeleted(product))
      })
    },
  }
}

const NOT_FOUND = 'There is no product of this id, or it has left the catalogue.'
