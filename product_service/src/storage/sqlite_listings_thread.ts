/** The thread that has the catalogue in memory, with its own read-only connection to store and index of words. */
import { DatabaseSync } from 'node:sqlite'
import { serveReads } from '@shop/service_kit/runtime/reader_thread'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { currentIndex } from './sqlite_index_file.ts'
import { createSqliteListings, type ListingsAnswer, type ListingsQuestion } from './sqlite_listings.ts'
import { prepareIsBehind } from './sqlite_search.ts'

/** How long to wait for a lock. In WAL mode only the recovery of a file blocks a reader. */
const BUSY_MS = 1_000
const CACHE_KIB = 4 * 1024

type Words = { readonly identity: string; readonly db: DatabaseSync; isBehind(): boolean }

serveReads((path: string) => {
  const open = () => {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
    db.exec(`PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${CACHE_KIB}`)
    return db
  }
  let words: Words | undefined
  /** A connection of its own: a damaged index does not end the reading of the catalogue. */
  const openWords = () => {
    const index = currentIndex(path)
    if (words?.identity !== index?.identity) {
      words?.db.close()
      words = undefined
    }
    if (!index) return undefined
    if (!words) {
      const db = open()
      try {
        db.prepare('ATTACH ? AS words').run(index.file)
        words = { identity: index.identity, db, isBehind: prepareIsBehind(db) }
      } catch (error) {
        db.close()
        throw error
      }
    }
    return { db: words.db, behind: words.isBehind() }
  }
  let answer: ((question: ListingsQuestion) => ListingsAnswer) | undefined

  return (question: ListingsQuestion): ListingsAnswer => {
    answer ??= createSqliteListings(open(), openWords, systemRuntime.monotonic)
    try {
      return answer(question)
    } catch (error) {
      // What it has in memory may be half of a change.
      answer = undefined
      words?.db.close()
      words = undefined
      throw error
    }
  }
})
