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
      if (type === 'trigger') faults.add(`It adds the trigger ${name} to ${table}.`)
      if (/^CREATE UNIQUE/i.test(sql)) faults.add(`It adds the unique index ${name} to ${table}.`)
    }
    return [...faults]
  } finally {
    db.close()
  }
}

const shapes = (db: DatabaseSync) =>
  db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all() as Shape[]

/** ADD COLUMN puts the new column behind the others; everything else stays as it is written. */
function isExtended(before: string, after: string): boolean {
  const end = before.lastIndexOf(')')
  const head = before.slice(0, end).trimEnd()
  const isLonger = after.startsWith(head) && after.slice(head.length).trimStart().startsWith(',')
  return after === before || (isLonger && after.endsWith(before.slice(end)))
}

/** A trigger that had no condition, and has one now: it refuses less than before. */
function isNarrowed(type: string, before: string, after: string): boolean {
  const [head, ...body] = before.split(/\bBEGIN\b/)
  const end = `BEGIN${body.join('BEGIN')}`
  const had = /\bWHEN\b/i.test(head!)
  return type === 'trigger' && !had && after.startsWith(`${head!.trimEnd()}\nWHEN `) && after.endsWith(end)
}
