/**
 * The file of a search index, in the folder of its store: for data/products.db it is data/products.db-words.1. It may be
 * deleted at any time, and is then built again from the products.
 *
 * A damaged index, or one that does not match the store, is replaced by an empty one with the next number. The new name
 * ensures that no process uses the log of the old file; a process with an older index open switches to the new one.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isDamage } from '@shop/service_kit/sqlite/faults'
import { identityOf, makePrivate } from '@shop/service_kit/sqlite/file'
import { IndexMismatch, makeIndexTables, type Progress, prepareIndexStep } from './sqlite_index.ts'

/** How long to wait for a lock of another process. */
const BUSY_MS = 500
const CACHE_KIB = 4 * 1024

export type IndexRequest = {
  /** The largest number of products in this step. */
  readonly limit: number
  readonly damage?: DamageReport | undefined
}

/** An index that a search found damaged. */
export type DamageReport = {
  readonly file: string
  /** False if the damage may be in the store instead. */
  readonly certain: boolean
}

export type IndexFile = {
  /** Indexes the next products. Throws if the index cannot be written; the next call continues from the stored state. */
  indexNext(request: IndexRequest): Progress
  close(): void
}

/** The files of all indexes of a store. */
export function indexFilesOf(path: string): string[] {
  const begin = `${basename(path)}-words.`
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(begin))
    .map((name) => join(dirname(path), name))
}

const numberOf = (file: string): number => Number(/-words\.(\d{1,9})$/.exec(file)?.[1] ?? 0)

/** The current index, or undefined. `identity` differs if the file was replaced by another of the same name. */
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
      // A power failure may lose the last transactions; then indexing continues from the stored state.
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
    // Another process may have replaced it already.
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
      // Rolls back a transaction that may be open.
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

/** Only tables are checked: to check the FTS5 data in their rows takes minutes in a large shop, as long as building it. */
const TABLES = ['index_state', 'product_words_data', 'product_words_idx', 'product_words_content']

function requireIntact(db: DatabaseSync, { certain }: DamageReport) {
  for (const table of TABLES) {
    const [found] = certain ? [] : db.prepare(`PRAGMA integrity_check(${table})`).all()
    if (found?.integrity_check === 'ok') continue
    throw Object.assign(new Error(`${found?.integrity_check ?? 'found by a search'}`), { errcode: CORRUPT })
  }
}
