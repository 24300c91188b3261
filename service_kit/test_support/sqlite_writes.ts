/** A SQLite store that counts how many rows each of its writes removes. */
import { StatementSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import type { SqliteStore } from '../src/sqlite/store.ts'

export function countRemovals(
  t: TestContext,
  store: SqliteStore,
): { store: SqliteStore; removals: number[] } {
  const removals: number[] = []
  let removed = 0
  const { run } = StatementSync.prototype
  t.mock.method(StatementSync.prototype, 'run', function (this: StatementSync, ...values: never[]) {
    const result = Reflect.apply(run, this, values)
    if (this.sourceSQL.startsWith('DELETE')) removed += Number(result.changes)
    return result
  })
  const write: SqliteStore['write'] = (work) =>
    store.write(() => {
      removed = 0
      const result = work()
      if (removed > 0) removals.push(removed)
      return result
    })
  return { store: { ...store, write }, removals }
}
