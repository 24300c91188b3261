/**
 * The catalogue in SQLite. Edits are decided by the domain inside the transaction that writes them.
 *
 * Lists cost the same at any size and are read here. Searches may take long: `search` says where they run.
 */
import type { SqliteStore } from '@shop/service_kit/sqlite'
import { DomainError } from '../domain/errors.ts'
import type { Catalogue } from '../domain/ports.ts'
import { editProduct, newProduct, removeProduct } from '../domain/product.ts'
import { createSqlitePages } from './sqlite_pages.ts'
import { PRODUCT_COLUMNS, prepareQuery, prepareWrites, productOf, seqOf } from './sqlite_rows.ts'
import type { SqliteSearch } from './sqlite_search.ts'

export function createSqliteCatalogueStore(store: SqliteStore, search: SqliteSearch): Catalogue {
  const writes = prepareWrites(store.writer)
  const find = prepareQuery(
    store.reader,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.id = ? AND p.deleted_at IS NULL`,
  )
  const pages = createSqlitePages(store.reader)

  const loaded = (id: string) => {
    const row = writes.product.get(id)
    const product = row && productOf(row)
    if (!product || product.deletedAt !== null) throw new DomainError('product_not_found', NOT_FOUND)
    return { seq: seqOf(row), product }
  }

  return {
    revision: store.revision,
    create({ id, fields }, act) {
      const { product, movement } = newProduct(id, fields, act)
      return store.write(() => {
        const seq = writes.addProduct(product)
        writes.words.add(seq, product)
        if (movement) writes.addMovement(seq, movement)
        return product
      })
    },
    importProducts(drafts, act) {
      const changes = drafts.map(({ id, fields }) => newProduct(id, fields, act))
      return store.write(() => {
        const seqs = changes.map(({ product }) => writes.addProduct(product))
        changes.forEach(({ movement }, i) => {
          if (movement) writes.addMovement(seqs[i]!, movement)
        })
        // Backwards, because rowids are -seq and the search index takes ascending ones in one go.
        for (let i = seqs.length - 1; i >= 0; i--) writes.words.add(seqs[i]!, changes[i]!.product)
      })
    },
    async find(id) {
      const row = find.get(id)
      return row && productOf(row)
    },
    list: (query) => (query.words.length > 0 ? search(query) : pages.list(query)),
    edit(id, fields, seen, act) {
      return store.write(() => {
        const { seq, product: before } = loaded(id)
        const { product, movement } = editProduct(before, fields, seen, act)
        if (product !== before) writes.replaceProduct(seq, before, product)
        if (movement) writes.addMovement(seq, movement)
        return product
      })
    },
    remove(id, seen, act) {
      return store.write(() => {
        const { seq, product } = loaded(id)
        writes.replaceProduct(seq, product, removeProduct(product, seen, act))
      })
    },
  }
}

const NOT_FOUND = 'There is no product of this id, or it has left the catalogue.'
