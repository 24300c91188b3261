/**
 * Searches on SQLite, with corrections. They run on their own thread (sqlite_search_thread.ts). A store in memory can be
 * read only by its own connection, so its searches run on the main thread.
 *
 * The vocabulary is read from the index when it is needed, and reused for VOCABULARY_REUSE_FACTOR times the duration of
 * reading it. So reading takes a small part of the time, and a small shop has an almost current vocabulary.
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
  // A virtual table of this connection: it lists the words of the index.
  db.exec(`CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (words, product_words, row)`)
  const terms = prepareQuery(db, 'SELECT term FROM temp.vocabulary')
  // The first changes with commits of other connections, the second with changes of this one.
  const version = prepareQuery(db, 'PRAGMA words.data_version')
  const ownChanges = prepareQuery(db, 'SELECT total_changes()')
  const isBehind = prepareIsBehind(db)
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
    const behind = isBehind()
    const page = await searchOrCorrect(query, {
      list: pages.list,
      isKnown: async (word) => isKnown(word),
      vocabulary: async () => read(),
    })
    return behind ? { ...page, behind } : page
  }
}

/** Does the index lack changes? Not a snapshot of both databases: a change after this query changes the revision anyway. */
export function prepareIsBehind(db: DatabaseSync): () => boolean {
  const inStep = prepareQuery(
    db,
    `SELECT 1 FROM index_state s WHERE s.below IS NULL
      AND s.opening = (SELECT id FROM openings ORDER BY number DESC LIMIT 1)
      AND s.number >= (SELECT coalesce(max(number), 0) FROM text_changes)`,
  )
  return () => inStep.get() === undefined
}
