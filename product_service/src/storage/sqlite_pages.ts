/**
 * Pages of the catalogue on SQLite, for any connection and thread.
 *
 * A list without words walks an index in the order of the page and stops when the page is full, so it costs the same at any
 * size. A search by price or name reads everything it finds. A search by relevance or newest stops when the page is full;
 * words that are common alone but rare together are read to the end.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Page, PageKey } from '../domain/page.ts'
import { matchAll, orderOf, pageOf, type Rank, readRanks, type WordMatch } from '../domain/pages.ts'
import type { CatalogueQuery } from '../domain/ports.ts'
import type { Product } from '../domain/product.ts'
import type { Sort } from '../domain/sorts.ts'
import {
  PRODUCT_COLUMNS,
  prepareAnyNumbers,
  prepareQuery,
  type Query,
  type ReadProducts,
} from './sqlite_rows.ts'

export type SqlitePages = {
  /** A search needs a connection with the index (sqlite_index.ts). */
  list(query: CatalogueQuery): Promise<Page<Product>>
}

type PageQuery = Pick<Query, 'all'>

export function createSqlitePages(db: DatabaseSync, reading: ReadProducts): SqlitePages {
  const seq = prepareQuery(db, 'SELECT seq FROM products WHERE id = ?')
  const pages = new Map<string, PageQuery>()

  /** Caches at most 32 statements: 4 sorts, with or without words, stock and cursor. */
  const pageQuery = (sort: Sort, search: boolean, inStock: boolean, continued: boolean): PageQuery => {
    const shape = `${sort} ${search} ${inStock} ${continued}`
    let query = pages.get(shape)
    if (!query) {
      query = prepareAnyNumbers(db, pageSql(sort, search, inStock, continued))
      pages.set(shape, query)
    }
    return query
  }

  /** The values of the cursor, or undefined after a product that never existed. */
  const startOf = (sort: Sort, search: boolean, after: PageKey | undefined) => {
    if (!after) return []
    if (sort !== 'newest') return [...after]
    const row = seq.get(after[0]!)
    return row && [search ? -(row[0] as number) : (row[0] as number)]
  }

  const read = (
    sort: Sort,
    rank: Rank | undefined,
    { inStock, after, limit }: Omit<CatalogueQuery, 'sort' | 'words'>,
  ) => {
    const start = startOf(sort, rank !== undefined, after)
    if (!start) return Promise.resolve([])
    const match = rank ? [matchOf(rank)] : []
    const query = pageQuery(sort, rank !== undefined, inStock, after !== undefined)
    return reading.fill(limit, (count, { length }) =>
      query.all(...match, ...start, length + count).slice(length),
    )
  }

  return {
    async list(query) {
      const { words, inStock, after, limit } = query
      const sort = orderOf(query)
      if (sort !== 'relevance') {
        const rank = words.length > 0 ? matchAll(words) : undefined
        return pageOf(await read(sort, rank, { inStock, after, limit: limit + 1 }), sort, limit)
      }
      return readRanks(query, (rank, id, count) =>
        read('newest', rank, { inStock, after: id === undefined ? undefined : [id], limit: count }),
      )
    },
  }
}

/** Does any product have a word that matches this one? */
export function prepareIsKnown(db: DatabaseSync): (word: string) => boolean {
  const known = prepareQuery(db, 'SELECT 1 FROM product_words WHERE product_words MATCH ? LIMIT 1')
  return (word) => known.get(matchOf(matchAll([word]))) !== undefined
}

/** Words contain only letters, digits and marks (domain/search.ts), so quoting them needs no escape. */
export function matchOf({ every, some, notAll, none }: Rank): string {
  const all = (matches: readonly WordMatch[]) => `(${matches.map(oneOf).join(' AND ')})`
  const any = (matches: readonly WordMatch[]) => `(${matches.map(oneOf).join(' OR ')})`
  const match = some ? `(${all(every)} AND ${any(some)})` : all(every)
  if (notAll) return `${match} NOT ${all(notAll)}`
  return none ? `${match} NOT ${any(none)}` : match
}

const oneOf = ({ prefix, exact }: WordMatch): string =>
  `(${[`"${prefix}"*`, ...exact.map((word) => `"${word}"`)].join(' OR ')})`

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
