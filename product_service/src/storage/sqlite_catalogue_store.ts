/**
 * The catalogue in SQLite. Edits are decided by the domain inside the transaction that writes them.
 *
 * Lists walk an index in the order of the page and stop when it is full, so they cost the same at any size;
 * that holds for searches newest first too. A search sorted by price or name reads all it finds.
 */
import type { SqliteStore } from '@shop/service_kit/sqlite'
import { DomainError } from '../domain/errors.ts'
import { pageOf } from '../domain/pages.ts'
import type { Catalogue, CatalogueQuery, PageKey, Sort } from '../domain/ports.ts'
import { editProduct, newProduct, removeProduct } from '../domain/product.ts'
import { PRODUCT_COLUMNS, prepareQuery, prepareWrites, productOf, type Query, seqOf } from './sqlite_rows.ts'

export function createSqliteCatalogueStore(store: SqliteStore): Catalogue {
  const writes = prepareWrites(store.writer)
  const find = prepareQuery(
    store.reader,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.id = ? AND p.deleted_at IS NULL`,
  )
  const seq = prepareQuery(store.reader, 'SELECT seq FROM products WHERE id = ?')
  const pages = new Map<string, Query>()

  /** At most 32 statements: 4 sorts, with or without words, stock and cursor. */
  const pageQuery = ({ sort, words, inStock, after }: CatalogueQuery): Query => {
    const shape = `${sort} ${words.length > 0} ${inStock} ${after !== undefined}`
    let query = pages.get(shape)
    if (!query) {
      query = prepareQuery(store.reader, pageSql(sort, words.length > 0, inStock, after !== undefined))
      pages.set(shape, query)
    }
    return query
  }

  const startOf = (sort: Sort, after: PageKey): (string | number)[] | undefined => {
    if (sort !== 'newest') return [...after]
    const row = seq.get(after[0]!)
    return row && [row[0] as number]
  }

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
    async list(query) {
      const { sort, words, after, limit } = query
      const start = after ? startOf(sort, after) : []
      if (!start) return { items: [], next: undefined }
      if (words.length > 0 && sort === 'newest' && after) start[0] = -(start[0] as number)
      const rows = pageQuery(query).all(...(words.length > 0 ? [matchOf(words)] : []), ...start, limit + 1)
      return pageOf(rows.map(productOf), sort, limit)
    },
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

/** Words hold letters, digits and marks only (domain/search.ts), so quoting them needs no escape. */
const matchOf = (words: readonly string[]) => words.map((word) => `"${word}"*`).join(' ')

function pageSql(sort: Sort, search: boolean, inStock: boolean, continued: boolean): string {
  const { order, after } = search && sort === 'newest' ? NEWEST_FOUND : ORDERS[sort]
  const from = search ? 'product_words w CROSS JOIN products p ON p.seq = -w.rowid' : 'products p'
  const where = ['p.deleted_at IS NULL']
  if (search) where.unshift('w.product_words MATCH ?')
  if (continued) where.push(after)
  if (inStock) where.push('p.in_stock = 1')
  return `SELECT ${PRODUCT_COLUMNS} FROM ${from} WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT ?`
}

const ORDERS: Readonly<Record<Sort, { order: string; after: string }>> = {
  newest: { order: 'p.seq DESC', after: 'p.seq < ?' },
  price: { order: 'p.price_minor, p.id', after: '(p.price_minor, p.id) > (?, ?)' },
  '-price': { order: 'p.price_minor DESC, p.id DESC', after: '(p.price_minor, p.id) < (?, ?)' },
  name: { order: 'p.name_key, p.id', after: '(p.name_key, p.id) > (?, ?)' },
}
const NEWEST_FOUND = { order: 'w.rowid', after: 'w.rowid > ?' }
