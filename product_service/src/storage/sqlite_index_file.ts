/**
 * The file of a search index, beside the store whose products it has: of data/products.db it is
 * data/products.db-words.1. It may be deleted at any time, and is made again of the products.
 *
 * One that is damaged, or not of this store, is replaced by an empty one of the next number, so that no process takes the
 * log of the one for that of the other; whoever has an older one open goes over to it.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isDamage } from '@shop/service_kit/sqlite/faults'
import { identityOf, makePrivate } from '@shop/service_kit/sqlite/file'
import { IndexMismatch, makeIndexTables, type Progress, prepareIndexStep } from './sqlite_index.ts'

/** How long it waits for a lock that another process has. */
const BUSY_MS = 500
const CACHE_KIB = 4 * 1024

export type IndexRequest = {
  /** Products taken at most. */
  readonly limit: number
  readonly damage?: DamageReport | undefined
}

/** The index that somebody met damage with. */
export type DamageReport = {
  readonly file: string
  /** It is the index that is damaged; if not sure, it may be the store. */
  readonly certain: boolean
}

export type IndexFile = {
  /** Throws where nothing can be written; the next time begins with what is there then. */
  indexNext(request: IndexRequest): Progress
  close(): void
}

/** All files of all indexes of a store. */
export function indexFilesOf(path: string): string[] {
  const begin = `${basename(path)}-words.`
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(begin))
    .map((name) => join(dirname(path), name))
}

const numberOf = (file: string): number => Number(/-words\.(\d{1,9})$/.exec(file)?.[1] ?? 0)

/** The index in use, with what tells it from another of its name; undefined where there is none. */
export function currentIndex(path: string): { file: string; identity: string } | undefined {
  const file = indexFilesOf(path)
    .toSorted((a, b) => numberOf(a) - numberOf(b))
    .findLast((name) => numberOf(name) > 0)
  return file === undefined ? undefined : { file, identity: `${file} ${identitiesOf(file)}` }
}

const identitiesOf = (file: string) => [file, `${file}-wal`].map(identityOf).join(' ')

type Opened = { file: string; identity: string; db: DatabaseSync; indexNext(limit: number): Progress }

export function createIndexFile(path: string): IndexFile {
  let products: DatabaseSync | undefined
  let opened: Opened | undefined

  const open = (file: string): Opened => {
    if (!existsSync(path)) throw new Error(`${path} is gone`)
    makePrivate(file)
    const db = new DatabaseSync(file, { timeout: BUSY_MS })
    try {
      // A power cut may take the latest transactions; then it follows once more from where it is.
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -${CACHE_KIB}`)
      makeIndexTables(db, 'main')
      products ??= new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
      const indexNext = prepareIndexStep(products, db)
      return { file, identity: `${file} ${identitiesOf(file)}`, db, indexNext }
    } catch (error) {
      db.close()
      throw error
    }
  }

  const close = () => {
    opened?.db.close()
    products?.close()
    opened = undefined
    products = undefined
  }

  const current = (): Opened => {
    const found = currentIndex(path)
    if (opened && opened.identity !== found?.identity) close()
    opened ??= open(found?.file ?? `${path}-words.1`)
    return opened
  }

  const indexOnce = ({ limit, damage }: IndexRequest): Progress => {
    const { file, db, indexNext } = current()
    if (damage?.file === file) requireIntact(db, damage)
    db.exec('BEGIN IMMEDIATE')
    const progress = indexNext(limit)
    db.exec('COMMIT')
    return progress
  }

  const replace = (bad: string) => {
    // Another process may have done it.
    if (currentIndex(path)?.file !== bad) return
    const next = numberOf(bad) + 1
    makePrivate(`${path}-words.${next}`)
    for (const file of indexFilesOf(path)) {
      if (numberOf(file.replace(/-(wal|shm)$/, '')) < next) rmSync(file, { force: true })
    }
  }

  const indexOrClose = (request: IndexRequest): Progress => {
    try {
      return indexOnce(request)
    } catch (error) {
      // Ends a transaction that may be open.
      close()
      throw error
    }
  }

  return {
    indexNext(request) {
      const file = currentIndex(path)?.file
      try {
        return indexOrClose(request)
      } catch (error) {
        if (file === undefined || !(isDamage(error) || error instanceof IndexMismatch)) throw error
        replace(file)
      }
      return indexOrClose({ limit: request.limit })
    },
    close,
  }
}

const CORRUPT = 11

/** Tables alone: checking what FTS5 made of their rows takes as long as making it, minutes in a large shop. */
const TABLES = ['index_state', 'product_words_data', 'product_words_idx', 'product_words_content']

function requireIntact(db: DatabaseSync, { certain }: DamageReport) {
  for (const table of TABLES) {
    const [found] = certain ? [] : db.prepare(`PRAGMA integrity_check(${table})`).all()
    if (found?.integrity_check === 'ok') continue
    throw Object.assign(new Error(`${found?.integrity_check ?? 'met by a search'}`), { errcode: CORRUPT })
  }
}
