/**
 * Query plans of every prepared statement: for tests that tables which grow with the shop are searched by an index, and that
 * nothing is sorted.
 */
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'

export type Plan = { readonly sql: string; readonly steps: readonly string[] }

/** Transactions and pragmas have no plan. */
const HAS_PLAN = /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i
/** Tables of every store with few rows. */
const SMALL = ['sqlite_schema', 'schema_migrations', 'schema_additions', 'pragma_data_version', 'CONSTANT']

/** Records the statements that are prepared from now on. `plans` explains each on the file at `path`. */
export function noteStatements(t: TestContext) {
  const noted = new Set<string>()
  const { prepare } = DatabaseSync.prototype
  t.mock.method(DatabaseSync.prototype, 'prepare', function (this: DatabaseSync, sql: string) {
    noted.add(sql)
    return Reflect.apply(prepare, this, [sql])
  })
  const stepsOf = (db: DatabaseSync, sql: string) =>
    Reflect.apply(prepare, db, [`EXPLAIN QUERY PLAN ${sql}`])
      .all()
      .map((row) => String(row.detail))
  const reading = <T>(path: string, read: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(path, { readOnly: true })
    try {
      return read(db)
    } finally {
      db.close()
    }
  }
  const plansOf = (db: DatabaseSync): Plan[] =>
    [...noted].filter((sql) => HAS_PLAN.test(sql)).map((sql) => ({ sql, steps: stepsOf(db, sql) }))
  return {
    plans: (path: string): Plan[] => reading(path, plansOf),
    /** Indexes that SQLite uses for no statement: it reads more rows instead. */
    unusedIndexes: (path: string): string[] =>
      reading(path, (db) => {
        const used = new Set(
          plansOf(db).flatMap(({ steps }) => steps.flatMap((step) => /INDEX (\w+)/.exec(step)?.[1] ?? [])),
        )
        const all = Reflect.apply(prepare, db, [
          `SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT LIKE '%UNIQUE%' ORDER BY name`,
        ]).all()
        return all.map(({ name }) => String(name)).filter((name) => !used.has(name))
      }),
  }
}

/** Steps that scan a table or sort rows, with their statement. Scans of `small` tables are allowed. */
export const slowSteps = (plans: readonly Plan[], small: readonly string[]): string[] =>
  plans.flatMap(({ sql, steps }) =>
    steps
      .filter((step) => step.includes('TEMP B-TREE') || scansMuch(step, sql, [...SMALL, ...small]))
      .map((step) => `${step}: ${sql.replaceAll(/\s+/g, ' ')}`),
  )

function scansMuch(step: string, sql: string, small: readonly string[]) {
  const table = /^SCAN (\S+)/.exec(step)?.[1]
  if (table === undefined || small.includes(table)) return false
  // An index in its own order is read only up to the limit.
  return !(step.includes('INDEX') && /ORDER BY [^()]+ LIMIT \?( OFFSET \?)?$/.test(sql))
}
