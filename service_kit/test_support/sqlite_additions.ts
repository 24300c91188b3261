/** Does a migration of a SQLite file only add, so that the release before can work beside it? */
import { constants, DatabaseSync } from 'node:sqlite'

type Shape = { readonly type: string; readonly name: string; readonly tbl_name: string; readonly sql: string }

const CHANGES = new Map([
  [constants.SQLITE_INSERT, 'adds rows to'],
  [constants.SQLITE_UPDATE, 'changes rows of'],
  [constants.SQLITE_DELETE, 'removes rows of'],
])

/** How the migration `sql` touches what is there after `earlier` ones; empty if it only adds. */
export function faultsOfAddition(earlier: readonly string[], sql: string): string[] {
  const db = new DatabaseSync(':memory:')
  try {
    for (const each of earlier) db.exec(each)
    const before = shapes(db)
    const tables = new Set(before.filter(({ type }) => type === 'table').map(({ name }) => name))
    const columns = columnsOf(db, tables)
    const faults = new Set<string>()
    db.setAuthorizer((action, table) => {
      const change = CHANGES.get(action)
      if (change && tables.has(String(table))) faults.add(`It ${change} ${table}.`)
      return constants.SQLITE_OK
    })
    db.exec(sql)
    db.setAuthorizer(null)
    const after = shapes(db)
    for (const { type, name, sql } of before) {
      const now = after.find((other) => other.type === type && other.name === name)
      if (!now) faults.add(`It removes the ${type} ${name}.`)
      else if (!isExtended(sql, now.sql) && !isNarrowed(type, sql, now.sql))
        faults.add(`It changes the ${type} ${name}.`)
    }
    for (const { type, name, tbl_name: table, sql } of after) {
      if (!tables.has(table) || before.some((other) => other.name === name)) continue
      // Either can refuse a write of the release before.
      if (type === 'trigger' && !onlyFollows(sql, tables))
        faults.add(`It adds the trigger ${name} to ${table}.`)
      // The release before leaves a new column NULL, and NULL is never a duplicate.
      const ofNewColumn = indexed(db, name).some((column) => !columns.has(`${table}.${column}`))
      if (/^CREATE UNIQUE/i.test(sql) && !ofNewColumn)
        faults.add(`It adds the unique index ${name} to ${table}.`)
    }
    return [...faults]
  } finally {
    db.close()
  }
}

const shapes = (db: DatabaseSync) =>
  db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all() as Shape[]

/** ADD COLUMN puts the new column behind the others, before the constraints of the table; everything else stays as it is written. */
function isExtended(before: string, after: string): boolean {
  if (after === before) return true
  let same = 0
  while (same < before.length && before[same] === after[same]) same++
  const rest = before.slice(same)
  const added = after.slice(same, after.length - rest.length)
  const isColumn = /^\s*,?\s*\w+ (INTEGER|TEXT|REAL|BLOB|ANY)\b/.test(added) && added.includes(',')
  return after.endsWith(rest) && isColumn
}

/** A trigger that had no condition, and has one now: it refuses less than before. */
function isNarrowed(type: string, before: string, after: string): boolean {
  const [head, ...body] = before.split(/\bBEGIN\b/)
  const end = `BEGIN${body.join('BEGIN')}`
  const had = /\bWHEN\b/i.test(head!)
  return type === 'trigger' && !had && after.startsWith(`${head!.trimEnd()}\nWHEN `) && after.endsWith(end)
}

const columnsOf = (db: DatabaseSync, tables: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    [...tables].flatMap((table) =>
      db
        .prepare('SELECT name FROM pragma_table_info(?)')
        .all(table)
        .map(({ name }) => `${table}.${name}`),
    ),
  )

/** The columns of an index that may be NULL without a default: a column with one is the same in many rows. */
const indexed = (db: DatabaseSync, index: string): string[] =>
  db
    .prepare(
      `SELECT i.name FROM pragma_index_info(?1) i JOIN sqlite_schema s ON s.name = ?1
        JOIN pragma_table_info(s.tbl_name) c ON c.name = i.name WHERE c."notnull" = 0 AND c.dflt_value IS NULL`,
    )
    .all(index)
    .map(({ name }) => String(name))

/**
 * A trigger that comes after the write, never raises, and writes new tables alone, where it passes over what does not fit: it cannot
 * refuse a write.
 */
function onlyFollows(sql: string, tables: ReadonlySet<string>): boolean {
  const writes = [...sql.matchAll(/\b(INSERT OR IGNORE INTO|UPDATE OR IGNORE|DELETE FROM)\s+(\w+)/gi)]
  const verbs = sql.match(/\b(INSERT|UPDATE|DELETE|REPLACE|RAISE)\b/gi) ?? []
  // One more is the event in its head.
  return (
    /\bAFTER (INSERT|UPDATE|DELETE)\b/i.test(sql) &&
    verbs.length === writes.length + 1 &&
    writes.every(([, , table]) => !tables.has(table!))
  )
}
