/**
 * Searches in SQLite, and what was meant by words that nothing fits. It runs where it may take its time: on a thread
 * of its own (sqlite_search_thread.ts), or, over a store in memory, which no other connection can see, in place.
 *
 * The vocabulary is read from the index when it is needed and may be older than the catalogue by VOCABULARY_REST
 * times what reading it took; so reading it takes at most a part of the time, and a small shop always has it new.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { searchOrCorrect } from '../domain/correction.ts'
import type { CataloguePage, CatalogueQuery } from '../domain/ports.ts'
import { isCorrectable, VOCABULARY_MAX } from '../domain/spelling.ts'
import { createSqlitePages, prepareIsKnown } from './sqlite_pages.ts'
import { prepareQuery, type ReadProducts } from './sqlite_rows.ts'

const VOCABULARY_REUSE_FACTOR = 20

export type SqliteSearch = (query: CatalogueQuery) => Promise<CataloguePage>

export function createSqliteSearch(
  db: DatabaseSync,
  reading: ReadProducts,
  { monotonic }: Pick<Runtime, 'monotonic'>,
): SqliteSearch {
  const pages = createSqlitePages(db, reading)
  const isKnown = prepareIsKnown(db)
  // A table of this connection alone: what it lists is in the index.
  db.exec(`CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (words, product_words, row)`)
  const terms = prepareQuery(db, 'SELECT term FROM temp.vocabulary')
  // Of other connections, and of this one.
  const version = prepareQuery(db, 'PRAGMA words.data_version')
  const ownChanges = prepareQuery(db, 'SELECT total_changes()')
  // Without both numbers of one moment: a change after the question moves the revision anyway.
  const inStep = prepareQuery(
    db,
    `SELECT 1 FROM index_state s WHERE s.below IS NULL
      AND s.opening = (SELECT id FROM openings ORDER BY number DESC LIMIT 1)
      AND s.number >= (SELECT coalesce(max(number), 0) FROM text_changes)`,
  )
  let vocabulary: readonly string[] = []
  let seen: string | undefined
  let reuseUntil = 0

  const read = () => {
    const startedAt = monotonic()
    const changed = `${version.get()} ${ownChanges.get()}`
    if (seen !== undefined && (changed === seen || startedAt < reuseUntil)) return vocabulary
    const words: string[] = []
    for (const [term] of terms.iterate()) {
      if (isCorrectable(term as string) && words.push(term as string) === VOCABULARY_MAX) break
    }
    vocabulary = words
    seen = changed
    const endedAt = monotonic()
    reuseUntil = endedAt + VOCABULARY_REUSE_FACTOR * (endedAt - startedAt)
    return vocabulary
  }

  return async (query) => {
    const behind = inStep.get() === undefined
    const page = await searchOrCorrect(query, {
      list: pages.list,
      isKnown: async (word) => isKnown(word),
      vocabulary: async () => read(),
    })
    return behind ? { ...page, behind } : page
  }
}
