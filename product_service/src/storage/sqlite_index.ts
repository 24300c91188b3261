/**
 * The search index of a SQLite store: which product has which words. It is made of the products, and follows them.
 *
 * Promises
 *  1. In one transaction it takes the words of some products and notes up to which change of a text it has followed.
 *     So whoever dies, or does it twice, or shares the file with other processes, loses nothing; and nothing of it need
 *     be kept in the store that sells.
 *  2. It knows its store, and the moment of it: one of another store, of another version of the words, or of a moment
 *     that the store never had (a backup was put in place) is not gone on with.
 *  3. An empty one takes all products, newest first, and meanwhile the changes before them.
 */
import type { DatabaseSync } from 'node:sqlite'
import { indexWords, WORDS_VERSION } from '../domain/search.ts'
import { prepareQuery, type Row } from './sqlite_rows.ts'

/** Another one where the tables below change. `index_state` itself always stays so. */
const LAYOUT = 1
const VERSION = LAYOUT * 1_000 + Number(WORDS_VERSION)
/** Openings of the store that are remembered. An index that has not followed for as many begins anew. */
export const OPENINGS_MAX = 100
/** Letters of texts that are taken in one step, unless one product has more: of Chinese each brings a word. */
export const STEP_LETTERS_MAX = 50_000

/** The index is not to be gone on with: one that is empty takes its place. */
export class IndexMismatch extends Error {
  override readonly name = 'IndexMismatch'
}

export type Progress = {
  /** Every change of a text up to this one is in the index. */
  readonly number: number
  /** Products still to be taken anew. */
  readonly left: number
  /** More changes than were asked for are waiting. */
  readonly more: boolean
}

/**
 * One row a product, rowid = -seq: the index is read forwards, and forwards is newest first. The words come from the
 * domain separated by spaces; `ascii` takes everything else as part of a word, so it splits exactly there. Beginnings of
 * up to 10 letters have lists of their own (words of names begin with a mark), so a common one costs no more than a rare
 * one. It keeps the words it was given: one that does not remembers a removed product in a row whose rowid is beyond
 * 2^53, and node:sqlite throws at it after the next statement took effect.
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

/** Notes that the store is open to be changed. To be called inside `SqliteStore.write`. */
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
 * Gives what takes the next products: changes first, then those that are left, so many at most, and fewer where their
 * texts are long, so that a step ends in time whatever shops write. `products` has the store, `index` (perhaps the same)
 * the tables of the index. Call it in a transaction of `index`. Throws IndexMismatch.
 */
export function prepareIndexStep(products: DatabaseSync, index: DatabaseSync) {
  const read = reading(products)
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
    if (version !== VERSION || !read.hadMoment(opening, number)) throw new IndexMismatch()
    return { opening, number, below }
  }

  const begin = () => {
    // In this order: a product that comes between the two is taken by its change.
    const number = read.latestChange()
    const seq = read.newestSeq()
    return { opening: '', number, below: seq === 0 ? null : seq + 1 }
  }

  const indexNext = (rows: readonly Row[]) => {
    // Rowids are -seq, and ascending ones are taken in one go.
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
    // Before the changes are read: every one up to it is among these, or newer.
    const latest = read.latestChange()
    const waiting = read.changes(state.number, limit)
    const changed = firstOf(waiting)
    indexNext(changed)
    const more = waiting.length === limit || changed.length < waiting.length
    const last = Number(changed.at(-1)?.[4] ?? 0)
    const number = more ? last : Math.max(latest, last)
    let { below } = state
    if (below !== null && !more) {
      const older = read.productsBelow(below, limit - changed.length)
      const taken = firstOf(older)
      indexNext(taken)
      const isLast = older.length < limit - changed.length && taken.length === older.length
      below = isLast ? null : Number(taken.at(-1)![0])
    }
    const left = below === null ? 0 : below - 1
    // Opened by another process meanwhile: it may have had fewer changes then than are noted here, and would pass for
    // another store. What was taken is taken again.
    if (read.latestOpening() !== opening) return { number: state.number, left, more: true }
    if (before?.opening !== opening || before.number !== number || before.below !== below) {
      saveState.run(VERSION, opening, number, below)
    }
    return { number, left, more }
  }
}

/** As many of the rows as a step may take, one at least. */
function firstOf(rows: readonly Row[]): readonly Row[] {
  let letters = 0
  const end = rows.findIndex(([, name, description]) => {
    letters += String(name).length + String(description).length
    return letters > STEP_LETTERS_MAX
  })
  return end === -1 ? rows : rows.slice(0, Math.max(1, end))
}

/** What the index asks of the store. A fault of the store is none of the index. */
function reading(db: DatabaseSync) {
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
  // From an opening until the next the store has had the changes between them, and none else.
  const moment = query(
    `SELECT 1 FROM openings o WHERE o.id = ?1 AND o.changes <= ?2 AND ?2 <= coalesce(
       (SELECT n.changes FROM openings n WHERE n.number > o.number ORDER BY n.number LIMIT 1),
       (SELECT max(number) FROM text_changes), 0)`,
  )
  const newest = query('SELECT coalesce(max(seq), 0) FROM products')
  const columns = 'p.seq, p.name, p.description, p.deleted_at'
  return {
    latestChange: () => Number(latestChange()[0]![0]),
    latestOpening: () => String(latestOpening()[0]?.[0] ?? ''),
    hadMoment: (opening: string, number: number) => moment(opening, number).length > 0,
    newestSeq: () => Number(newest()[0]![0]),
    changes: query(
      `SELECT ${columns}, c.number FROM text_changes c JOIN products p ON p.seq = c.seq
        WHERE c.number > ? ORDER BY c.number LIMIT ?`,
    ),
    productsBelow: query(`SELECT ${columns} FROM products p WHERE p.seq < ? ORDER BY p.seq DESC LIMIT ?`),
  }
}
