/**
 * The search index of a SQLite store: the words of each product. It is built from the products and follows their changes.
 *
 * Promises
 *  1. One transaction indexes some products and stores the number of the last change that is included. So a crash, a
 *     repetition, or another process on the same file loses nothing, and the store itself contains no index data.
 *  2. It stores which store it belongs to, and the state of that store. An index of another store, of another version of
 *     the words, or of a state that the store never had (a backup was restored) is not used further.
 *  3. An empty index indexes all products, newest first; changes made meanwhile come first.
 */
import type { DatabaseSync } from 'node:sqlite'
import { indexWords, WORDS_VERSION } from '../domain/search.ts'
import { prepareQuery, type Row } from './sqlite_rows.ts'

/** Increased with each change of the tables below. `index_state` itself must never change. */
const LAYOUT = 1
const VERSION = LAYOUT * 1_000 + Number(WORDS_VERSION)
/** Openings of the store that are stored. An index that missed more of them is built again. */
export const OPENINGS_MAX = 100
/** Letters of texts in one step, unless a single product has more. In Chinese each letter gives a word. */
export const STEP_LETTERS_MAX = 50_000

/** The index does not match the store. It must be replaced by an empty one. */
export class IndexMismatch extends Error {
  override readonly name = 'IndexMismatch'
}

export type Progress = {
  /** The index includes all changes of texts up to this one. */
  readonly number: number
  /** Products that still have to be indexed again. */
  readonly left: number
  /** More changes are waiting than fit into this step. */
  readonly more: boolean
}

/**
 * One row per product, with rowid = -seq: the index is read in ascending order, which is newest first. The words of the
 * domain are joined by spaces; `ascii` splits only there, because it treats all other characters as part of a word.
 * Prefixes of up to 10 letters have their own lists (words of names begin with a mark), so a common prefix costs no more
 * than a rare one. The table stores the words: a contentless table would store a removed product under a rowid above
 * 2^53, and node:sqlite would throw after the next statement took effect.
 */
export function makeIndexTables(db: DatabaseSync, schema: string): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS ${schema}.index_state (
      only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
      version  INTEGER NOT NULL,
      opening  TEXT    NOT NULL,
      number   INTEGER NOT NULL,
      below    INTEGER
    ) STRICT;
    CREATE VIRTUAL TABLE IF NOT EXISTS ${schema}.product_words USING fts5 (
      words, detail = 'none', columnsize = 0, tokenize = 'ascii', prefix = '1 2 3 4 5 6 7 8 9 10 11'
    )`)
}

/** Records that the store was opened for writing. Call the result inside `SqliteStore.write`. */
export function prepareOpening(db: DatabaseSync): () => void {
  const add = db.prepare(
    'INSERT INTO openings (id, changes) SELECT hex(randomblob(16)), coalesce(max(number), 0) FROM text_changes',
  )
  const forget = db.prepare('DELETE FROM openings WHERE number <= (SELECT max(number) FROM openings) - ?')
  return () => {
    add.run()
    forget.run(OPENINGS_MAX)
  }
}

/**
 * Returns a function that indexes the next products: first changes, then the remaining ones. It takes at most `limit`, and
 * fewer if their texts are long, which bounds the duration of a step. `products` is the store; `index`, possibly the same
 * connection, has the tables of the index. Call it in a transaction of `index`. Throws IndexMismatch.
 */
export function prepareIndexStep(products: DatabaseSync, index: DatabaseSync) {
  const read = prepareReads(products)
  const findState = prepareQuery(index, 'SELECT version, opening, number, below FROM index_state')
  const saveState = index.prepare(
    'INSERT OR REPLACE INTO index_state (only_one, version, opening, number, below) VALUES (1, ?, ?, ?, ?)',
  )
  const addWords = index.prepare('INSERT INTO product_words (rowid, words) VALUES (?, ?)')
  const removeWords = index.prepare('DELETE FROM product_words WHERE rowid = ?')

  const stateOf = () => {
    const row = findState.get()
    if (!row) return undefined
    const [version, opening, number, below] = row as [number, string, number, number | null]
    if (version > VERSION) throw new Error('it was made by a newer version of this service')
    if (version !== VERSION || !read.hadState(opening, number)) throw new IndexMismatch()
    return { opening, number, below }
  }

  const begin = () => {
    // In this order: a product added between the two reads is indexed by its change.
    const number = read.latestChange()
    const seq = read.newestSeq()
    return { opening: '', number, below: seq === 0 ? null : seq + 1 }
  }

  const indexNext = (rows: readonly Row[]) => {
    // By ascending rowid (-seq), which FTS5 adds in one pass.
    for (const [seq, name, description, deletedAt] of rows.toSorted((a, b) => Number(b[0]) - Number(a[0]))) {
      removeWords.run(-Number(seq))
      if (deletedAt !== null) continue
      const words = indexWords({ name: name as string, description: description as string })
      addWords.run(-Number(seq), words.join(' '))
    }
  }

  return (limit: number): Progress => {
    const before = stateOf()
    const state = before ?? begin()
    const opening = read.latestOpening()
    // Read before the changes: each change up to it is among them or is replaced by a newer one.
    const latest = read.latestChange()
    const waiting = read.changes(state.number, limit)
    const changed = rowsOfStep(waiting)
    indexNext(changed)
    const more = waiting.length === limit || changed.length < waiting.length
    const last = Number(changed.at(-1)?.[4] ?? 0)
    const number = more ? last : Math.max(latest, last)
    let { below } = state
    if (below !== null && !more) {
      const older = read.productsBelow(below, limit - changed.length)
      const indexed = rowsOfStep(older)
      indexNext(indexed)
      const isLast = older.length < limit - changed.length && indexed.length === older.length
      below = isLast ? null : Number(indexed.at(-1)![0])
    }
    const left = below === null ? 0 : below - 1
    // Another process opened the store meanwhile, perhaps with fewer changes than `number`, so the state would look like
    // that of another store. The same products are indexed again.
    if (read.latestOpening() !== opening) return { number: state.number, left, more: true }
    if (before?.opening !== opening || before.number !== number || before.below !== below) {
      saveState.run(VERSION, opening, number, below)
    }
    return { number, left, more }
  }
}

/** The rows of one step; at least one. */
function rowsOfStep(rows: readonly Row[]): readonly Row[] {
  let letters = 0
  const end = rows.findIndex(([, name, description]) => {
    letters += String(name).length + String(description).length
    return letters > STEP_LETTERS_MAX
  })
  return end === -1 ? rows : rows.slice(0, Math.max(1, end))
}

/** The queries of the store. Their errors are wrapped, so that they do not count as damage of the index. */
function prepareReads(db: DatabaseSync) {
  const query = (sql: string) => {
    const statement = prepareQuery(db, sql)
    return (...values: (string | number)[]) => {
      try {
        return statement.all(...values)
      } catch (cause) {
        throw new Error(`the products cannot be read: ${(cause as Error).message}`, { cause })
      }
    }
  }
  const latestChange = query('SELECT coalesce(max(number), 0) FROM text_changes')
  const latestOpening = query('SELECT id FROM openings ORDER BY number DESC LIMIT 1')
  // Between an opening and the next one, the store had exactly the changes between their numbers.
  const stateQuery = query(
    `SELECT 1 FROM openings o WHERE o.id = ?1 AND o.changes <= ?2 AND ?2 <= coalesce(
       (SELECT n.changes FROM openings n WHERE n.number > o.number ORDER BY n.number LIMIT 1),
       (SELECT max(number) FROM text_changes), 0)`,
  )
  const newest = query('SELECT coalesce(max(seq), 0) FROM products')
  const columns = 'p.seq, p.name, p.description, p.deleted_at'
  return {
    latestChange: () => Number(latestChange()[0]![0]),
    latestOpening: () => String(latestOpening()[0]?.[0] ?? ''),
    hadState: (opening: string, number: number) => stateQuery(opening, number).length > 0,
    newestSeq: () => Number(newest()[0]![0]),
    changes: query(
      `SELECT ${columns}, c.number FROM text_changes c JOIN products p ON p.seq = c.seq
        WHERE c.number > ? ORDER BY c.number LIMIT ?`,
    ),
    productsBelow: query(`SELECT ${columns} FROM products p WHERE p.seq < ? ORDER BY p.seq DESC LIMIT ?`),
  }
}
