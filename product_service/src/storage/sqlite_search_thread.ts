/** The thread that searches, with its own read-only connection to store and index. */
import { DatabaseSync } from 'node:sqlite'
import { serveReads } from '@shop/service_kit/runtime/reader_thread'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { isDamage, isDamageOfVirtualTable } from '@shop/service_kit/sqlite/faults'
import type { CataloguePage, CatalogueQuery } from '../domain/ports.ts'
import { currentIndex, type DamageReport } from './sqlite_index_file.ts'
import { readProducts } from './sqlite_rows.ts'
import { createSqliteSearch, type SqliteSearch } from './sqlite_search.ts'

/** How long to wait for a lock. In WAL mode only the recovery of a file blocks a reader. */
const BUSY_MS = 1_000
const CACHE_KIB = 4 * 1024

/** `damaged` is the error of a damaged index or store. */
export type Found = CataloguePage | { readonly damaged: string; readonly damage: DamageReport }

/** Reports nothing: unreadable products are reported by lists and by reads of a single product. */
const reading = readProducts(() => {})

const NOTHING_YET: CataloguePage = { items: [], next: undefined, behind: true }

type Opened = { readonly identity: string; readonly db: DatabaseSync; readonly search: SqliteSearch }

serveReads((path: string) => {
  let opened: Opened | undefined

  const close = () => {
    opened?.db.close()
    opened = undefined
  }
  const open = (file: string, identity: string): Opened => {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
    try {
      db.exec(`PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${CACHE_KIB}`)
      db.prepare('ATTACH ? AS words').run(file)
      return { identity, db, search: createSqliteSearch(db, reading, systemRuntime) }
    } catch (error) {
      db.close()
      throw error
    }
  }

  return async (query: CatalogueQuery): Promise<Found> => {
    const index = currentIndex(path)
    if (opened?.identity !== index?.identity) close()
    if (!index) return NOTHING_YET
    try {
      opened ??= open(index.file, index.identity)
      return await opened.search(query)
    } catch (error) {
      close()
      if (!isDamage(error)) throw error
      const damage = { file: index.file, certain: isDamageOfVirtualTable(error) }
      return { damaged: (error as Error).message, damage }
    }
  }
})
