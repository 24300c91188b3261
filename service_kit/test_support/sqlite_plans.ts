/**
 * How SQLite will find the rows of every statement that is prepared: for tests that nothing is looked for in a table
 * that grows with the shop but by an index, and that nothing is sorted.
 */
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'

export type Plan = { readonly sql: string; readonly steps: readonly string[] }

/** Transactions and pragmas look for nothing. */
const FINDS = /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i
/** Of every store (sqlite.ts): a row for each migration, and one. */
const SMALL = ['schema_migrations', 'pragma_data_version', 'CONSTANT']

/** Notes what is prepared from now on; `plans` asks for the plan of each, over the file at `path`. */
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
  return {
    plans(path: string): Plan[] {
      const db = new DatabaseSync(path, { readOnly: true })
      try {
        return [...noted].filter((sql) => FINDS.test(sql)).map((sql) => ({ sql, steps: stepsOf(db, sql) }))
      } finally {
        db.close()
      }
    },
  }
}

/** Steps that read from the beginning, or sort what they found, with their statement; those of `small` tables may. */
export const slowSteps = (plans: readonly Plan[], small: readonly string[]): string[] =>
  plans.flatMap(({ sql, steps }) =>
    steps
      .filter((step) => step.includes('TEMP B-TREE') || scansMuch(step, sql, [...SMALL, ...small]))
      .map((step) => `${step}: ${sql.replaceAll(/\s+/g, ' ')}`),
  )

function scansMuch(step: string, sql: string, small: readonly string[]) {
  const table = /^SCAN (\S+)/.exec(step)?.[1]
  if (table === undefined || small.includes(table)) return false
  // An index that is walked in its own order is left at the limit.
  return !(step.includes('INDEX') && /ORDER BY [^()]+ LIMIT \?$/.test(sql))
}
