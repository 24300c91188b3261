import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { ascending } from '../../src/audit/entry.ts'
import { AUDIT_COLUMNS, createSqliteAuditLog } from '../../src/audit/sqlite_log.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'
import { openSqlite } from '../../src/sqlite/store.ts'
import { AT, auditLogContract, type OpenedLog } from '../../test_support/audit_log_contract.ts'

const TABLES = ['auth_service', 'product_service', 'order_service'].map((service) => {
  const [found] = globSync(
    join(import.meta.dirname, `../../../${service}/src/storage/migrations/*_audit_log.adds.sql`),
  )
  return found!
})
const SERVICES_MIGRATIONS = join(TABLES[0]!, '..')

function folder(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'shop-audit-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function openAt(t: TestContext, path: string): OpenedLog {
  const store = openSqlite({ path, migrations: SERVICES_MIGRATIONS, runtime: systemRuntime })
  t.after(() => store.close())
  const log = createSqliteAuditLog(store, systemRuntime, () => () => {})
  const add = store.writer.prepare(
    "INSERT INTO throttle (key, tries, forget_at) VALUES ('k', 1, 1) ON CONFLICT (key) DO UPDATE SET tries = tries + 1 RETURNING tries",
  )
  const read = store.reader.prepare("SELECT tries FROM throttle WHERE key = 'k'")
  return {
    log,
    write: (by, at, record, fail) =>
      log.write(by, at, (add_) => {
        const { tries } = add.get() as { tries: number }
        add_(record)
        if (fail) throw fail
        return tries
      }),
    counted: async () => Number(read.get()?.tries ?? 0),
  }
}

auditLogContract('SQLite', async (t) => openAt(t, join(folder(t), 'auth.db')))
auditLogContract('SQLite in memory', async (t) => openAt(t, ':memory:'))

suite('the table audit_log', () => {
  const filled = async (t: TestContext) => {
    const path = join(folder(t), 'auth.db')
    const { log, write } = openAt(t, path)
    await write('root', AT, { action: 'key.added', subject: { type: 'key', id: 'k' }, changes: [] })
    const db = new DatabaseSync(path)
    t.after(() => db.close())
    const [entry] = await log.page({ filter: undefined, before: undefined, limit: 9 })
    return { db, log, entry: entry! }
  }
  const VALUES = "'at', 'eve', 'key.added', 'key', 'k', NULL, '[]', NULL, NULL"

  for (const [what, sql, why] of [
    ['a change', "UPDATE audit_log SET made_by = 'eve'", /never changed/],
    ['a removal', 'DELETE FROM audit_log', /never removed/],
    [
      'a replacement',
      `INSERT OR REPLACE INTO audit_log (${AUDIT_COLUMNS}) VALUES (:id, ${VALUES})`,
      /never replaced/,
    ],
    [
      'a change by a conflict',
      `INSERT INTO audit_log (${AUDIT_COLUMNS}) VALUES (:id, ${VALUES}) ON CONFLICT (id) DO UPDATE SET made_by = 'eve'`,
      /never (replaced|changed)/,
    ],
  ] as const) {
    test(`2: SQLite refuses ${what}, by any program`, async (t) => {
      const { db, log, entry } = await filled(t)
      const run = db.prepare(sql)
      assert.throws(() => (sql.includes(':id') ? run.run({ id: entry.id }) : run.run()), why)
      assert.deepEqual(await log.page({ filter: undefined, before: undefined, limit: 9 }), [entry])
    })
  }

  test('is the same in every service', () => {
    const [first, ...others] = TABLES.map((path) => readFileSync(path, 'utf8'))
    for (const other of others) assert.equal(other, first)
  })

  test('an entry that cannot be read does not hide the others, and is reported', async (t) => {
    const path = join(folder(t), 'auth.db')
    const store = openSqlite({ path, migrations: SERVICES_MIGRATIONS, runtime: systemRuntime })
    t.after(() => store.close())
    const reported: string[] = []
    const log = createSqliteAuditLog(store, systemRuntime, (what) => (id) => reported.push(`${what} ${id}`))
    const record = { action: 'key.added', subject: { type: 'key', id: 'k' }, changes: [] }
    await log.write('root', AT, (add) => add(record))
    store.writer.exec(`INSERT INTO audit_log (${AUDIT_COLUMNS}) VALUES ('${'f'.repeat(36)}', ${VALUES})`)
    await log.write('root', AT, (add) => add(record))
    assert.equal((await log.page({ filter: undefined, before: undefined, limit: 2 })).length, 2)
    assert.deepEqual(reported, [`an entry of the audit log ${'f'.repeat(36)}`])
  })
})

test('ids ascend, also within a millisecond and when the clock is set back', () => {
  const made = [
    '0190-000000000001',
    '0190-000000000000',
    '0180-000000000009',
    '0190-0000000000ff',
    '0190-0000000000ff',
  ]
  const next = ascending(() => made.shift()!)
  assert.deepEqual(
    Array.from({ length: 5 }, () => next()),
    ['0190-000000000001', '0190-000000000002', '0190-000000000003', '0190-0000000000ff', '0190-000000000100'],
  )
})
