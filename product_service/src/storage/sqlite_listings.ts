/**
 * The catalogue in memory (domain/catalogue) of a SQLite store, for any connection and thread. It reads everything once, and
 * follows changes by their numbers (migration 0013), whichever process made them.
 *
 * Invariants
 *  1. Each answer includes every change that was committed before the question was read, or says that it is `behind`.
 *  2. An answer reads for at most STEP_MS. While the first reading is under way, it is `reading`, and the next question
 *     goes on with it.
 */
import type { DatabaseSync } from 'node:sqlite'
import { createCatalogueIndex, type IndexedProduct } from '../domain/catalogue/catalogue_index.ts'
import { createReusedQueries } from '../domain/catalogue/reused_queries.ts'
import type { Group } from '../domain/group.ts'
import {
  type Facets,
  type ListingFilter,
  type ListingPage,
  type ListingQuery,
  lowerBoundsOf,
} from '../domain/listings.ts'
import { nameKey } from '../domain/product.ts'
import type { StoredRest } from '../domain/stored_details.ts'
import { createWordsFinder, MATCHES_MAX, type OpenWords } from './sqlite_listed_words.ts'
import { prepareQuery, type Row } from './sqlite_rows.ts'

/** How long an answer reads changes, or the catalogue. */
export const STEP_MS = 1_000
/** Rows between two looks at the clock. */
const ROWS = 1_000
export type ListingsQuestion = { readonly list: ListingQuery } | { readonly facets: ListingFilter }
export type ListingsAnswer =
  | { readonly reading: true }
  | ({ readonly behind: boolean } & (
      | { readonly page: ListingPage; readonly facets?: undefined }
      | { readonly facets: Facets; readonly page?: undefined }
    ))

const PRODUCT =
  'SELECT p.seq, p.id, p.name_key, p.price_minor, p.in_stock, p.group_id, p.option_values, p.details, p.deleted_at FROM products p'
const GROUP = 'SELECT g.seq, g.id, g.name, g.price_from, g.options, g.details FROM groups g'

/** `search` gives a connection that has the index of words, and whether it lacks changes; undefined if there is none. */
export function createSqliteListings(
  db: DatabaseSync,
  search: OpenWords,
  monotonic: () => number,
  matchesMax = MATCHES_MAX,
): (question: ListingsQuestion) => ListingsAnswer {
  const index = createCatalogueIndex()
  const queries = createReusedQueries(index, monotonic)
  const latest = prepareQuery(db, 'SELECT coalesce(max(number), 0) FROM listing_changes')
  const changes = prepareQuery(
    db,
    'SELECT kind, seq, number FROM listing_changes WHERE number > ? ORDER BY number LIMIT ?',
  )
  const nextProducts = prepareQuery(db, `${PRODUCT} WHERE p.seq > ? ORDER BY p.seq LIMIT ${ROWS}`)
  const nextGroups = prepareQuery(db, `${GROUP} WHERE g.seq > ? ORDER BY g.seq LIMIT ${ROWS}`)
  const product = prepareQuery(db, `${PRODUCT} WHERE p.seq = ?`)
  const group = prepareQuery(db, `${GROUP} WHERE g.seq = ?`)
  const variants = prepareQuery(db, `${PRODUCT} WHERE p.group_id = ? AND p.deleted_at IS NULL`)
  const tree = prepareQuery(db, 'SELECT revision FROM category_tree')
  const categories = prepareQuery(db, 'SELECT id, path FROM categories ORDER BY path')
  /** Number in the index + 1, by seq. */
  let numbers = new Uint32Array(1024)
  let number: number | undefined
  let treeRevision = 0
  let productSeq = 0
  let groupSeq = 0
  let isRead = false
  const findWords = createWordsFinder(search, (seq) => numbers[seq] ?? 0, matchesMax)

  const putProduct = (row: Row) => {
    const [seq, id, key, priceMinor, inStock, groupId, optionValues, details, deletedAt] = row
    if (deletedAt !== null) {
      index.remove(id as string)
      return
    }
    let n: number
    try {
      const { categories = [], attributes = {} } = details === null ? NO_REST : JSON.parse(details as string)
      const options = optionValues === null ? [] : JSON.parse(optionValues as string)
      n = index.put({
        ...{ id, nameKey: key, priceMinor, groupId, inStock: inStock === 1 },
        ...{ optionValues: options, categories, attributes },
      } as IndexedProduct)
    } catch {
      // An unreadable one is in no list; reads of it are reported.
      index.remove(id as string)
      return
    }
    if (Number(seq) >= numbers.length) {
      const larger = new Uint32Array(Math.max(numbers.length * 2, Number(seq) + 1))
      larger.set(numbers)
      numbers = larger
    }
    numbers[Number(seq)] = n + 1
  }
  const putGroup = (row: Row) => {
    const [, id, name, priceFromMinor, options, details] = row
    const shown = {
      id: id as string,
      nameKey: nameKey(name as string),
      priceFromMinor: priceFromMinor as number | null,
    }
    let others: boolean
    try {
      const { categories = [], attributes = {} } = JSON.parse(details as string) as StoredRest
      const names = (JSON.parse(options as string) as Group['options']).map((option) => option.name)
      others = index.putGroup({ ...shown, options: names, categories, attributes })
    } catch {
      others = index.putGroup({ ...shown, options: [], categories: [], attributes: {} })
    }
    if (others) for (const variant of variants.all(id as string)) putProduct(variant)
  }
  const readCategories = () => {
    const revision = Number(tree.get()?.[0] ?? 0)
    if (revision === treeRevision) return
    treeRevision = revision
    index.setCategories(
      categories
        .all()
        .map(([id, path]) => ({ id: id as string, path: String(path).split('/').filter(Boolean) })),
    )
  }

  /** Reads a few rows; false if there are none. */
  const readNext = (): boolean => {
    const groups = nextGroups.all(groupSeq)
    for (const row of groups) putGroup(row)
    groupSeq = Number(groups.at(-1)?.[0] ?? groupSeq)
    if (groups.length === ROWS) return true
    const products = nextProducts.all(productSeq)
    for (const row of products) putProduct(row)
    productSeq = Number(products.at(-1)?.[0] ?? productSeq)
    return products.length === ROWS
  }
  const followNext = (): boolean => {
    const changed = changes.all(number!, ROWS)
    for (const [kind, seq, changeNumber] of changed) {
      const row = kind === 'product' ? product.get(seq!) : kind === 'group' ? group.get(seq!) : undefined
      if (row && kind === 'product') putProduct(row)
      if (row && kind === 'group') putGroup(row)
      number = Number(changeNumber)
    }
    return changed.length === ROWS
  }
  /** True if everything was read. */
  const read = (until: number): boolean => {
    if (number === undefined) {
      // First: what changes while the rest is read is read again.
      number = Number(latest.get()![0])
    }
    for (;;) {
      // In one transaction: a variant is not read without the group that was added with it.
      db.exec('BEGIN')
      let more: boolean
      try {
        readCategories()
        more = readNext() || followNext()
      } finally {
        db.exec('COMMIT')
      }
      if (!more) return true
      if (monotonic() > until) return false
    }
  }

  return (question) => {
    const done = read(monotonic() + STEP_MS)
    if (done) isRead = true
    if (!isRead) return { reading: true }
    const asked = 'list' in question ? question.list : question.facets
    const { words, ...filter } = asked
    const byRank = 'list' in question && question.list.sort === 'relevance'
    const { found, behind, some } = findWords(words, byRank)
    if ('list' in question) {
      const page = queries.list(question.list, found)
      return { page: some ? lowerBoundsOf.page(page) : page, behind: behind || !done }
    }
    const facets = queries.facets(filter, found, JSON.stringify(words))
    const isBehind = behind || !done || facets.behind === true
    return { facets: some ? lowerBoundsOf.facets(facets) : facets, behind: isBehind }
  }
}

const NO_REST: StoredRest = {}
