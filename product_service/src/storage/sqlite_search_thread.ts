/** The thread that searches: its own connection to the same file, which can't write. */
import { DatabaseSync } from 'node:sqlite'
import { serveReads } from '@shop/service_kit/reader_thread'
import { createSqliteSearch } from './sqlite_search.ts'

/** How long it waits for a lock, which in WAL only the recovery of a file takes. */
const BUSY_MS = 1_000
const CACHE_KIB = 4 * 1024

serveReads((path: string) => {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
  db.exec(`PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${CACHE_KIB}`)
  return createSqliteSearch(db)
})
