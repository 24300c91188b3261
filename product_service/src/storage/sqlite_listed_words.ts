/** What the words of a list find on SQLite, as numbers of the catalogue in memory (sqlite_listings.ts). */
import type { DatabaseSync } from 'node:sqlite'
import type { FoundWords } from '../domain/catalogue/listing_filters.ts'
import { matchAll, ranksOf } from '../domain/pages.ts'
import { matchOf } from './sqlite_pages.ts'
import { prepareQuery } from './sqlite_rows.ts'

/** Products that words may find, the newest of them: further ones are not in the answer, which says so (lowerBoundsOf). */
export const MATCHES_MAX = 100_000

/** A connection that has the index of words, and whether it lacks changes; undefined if there is none. */
export type OpenWords = () => { readonly db: DatabaseSync; readonly behind: boolean } | undefined

/** With `some` the words match more than was read; `found` is undefined without words. */
type FoundByWords = {
  readonly found: FoundWords | undefined
  readonly behind: boolean
  readonly some: boolean
}

/** `numberOf` gives the number + 1 by seq, 0 for a product that is not in the catalogue. */
export function createWordsFinder(
  search: OpenWords,
  numberOf: (seq: number) => number,
  matchesMax: number,
): (words: readonly string[], byRank: boolean) => FoundByWords {
  let matches: { db: DatabaseSync; find: ReturnType<typeof prepareQuery> } | undefined
  return (words, byRank) => {
    if (words.length === 0) return { found: undefined, behind: false, some: false }
    const opened = search()
    if (!opened) return { found: [], behind: true, some: false }
    let some = false
    if (matches?.db !== opened.db) {
      const sql = `SELECT -rowid FROM product_words WHERE product_words MATCH ? ORDER BY rowid LIMIT ${matchesMax + 1}`
      matches = { db: opened.db, find: prepareQuery(opened.db, sql) }
    }
    const found = (byRank ? ranksOf(words) : [matchAll(words)]).map((rank) => {
      const known: number[] = []
      let matched = 0
      for (const [seq] of matches!.find.iterate(matchOf(rank))) {
        matched += 1
        if (matched > matchesMax) some = true
        const n = numberOf(Number(seq))
        if (n > 0 && matched <= matchesMax) known.push(n - 1)
      }
      return known
    })
    return { found, behind: opened.behind, some }
  }
}
