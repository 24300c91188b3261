/** The kind of each migration of a SQLite file is in its name, and is true (kit, sqlite/migrations.ts). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { migrationsIn } from '@shop/service_kit/sqlite/migrations'
import { faultsOfAddition } from '@shop/service_kit/test_support/sqlite_additions'
import { SERVICES } from '../scripts/services.ts'

/** Those of release 1.0 have no kind in their names. */
const WITHOUT_KIND = {
  auth_service: 3,
  product_service: 5,
  notification_service: 0,
  payment_service: 0,
  order_service: 4,
}

suite('migrations of SQLite files', () => {
  for (const { name, migrations: folder } of SERVICES) {
    const migrations = migrationsIn(folder)
    const textOf = (file: string) => readFileSync(new URL(file, folder), 'utf8')

    test(`each of ${name} since release 1.0 says whether it only adds`, () => {
      const without = migrations.filter(({ file }) => !/\.(adds|breaking)\.sql$/.test(file))
      assert.deepEqual(without, migrations.slice(0, WITHOUT_KIND[name]))
    })

    for (const [i, { file, onlyAdds }] of migrations.entries()) {
      if (!onlyAdds) continue
      test(`${file} of ${name} only adds`, () => {
        const earlier = migrations.slice(0, i).map((migration) => textOf(migration.file))
        assert.deepEqual(faultsOfAddition(earlier, textOf(file)), [])
      })
    }
  }
})

suite('what is no addition', () => {
  const TABLE = `CREATE TABLE orders (
      id TEXT PRIMARY KEY, status TEXT CHECK (status IN ('new', 'done')), note TEXT
    ) STRICT;
    CREATE INDEX orders_by_status ON orders (status);
    CREATE TRIGGER kept BEFORE DELETE ON orders
    BEGIN SELECT RAISE(ABORT, 'orders are kept'); END;`
  const faultsOf = (sql: string) => faultsOfAddition([TABLE], sql)

  test('tables, indexes and columns are additions', () => {
    assert.deepEqual(
      faultsOf(`CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
        CREATE UNIQUE INDEX audit_by_time ON audit (at);
        INSERT INTO audit SELECT rowid, 0 FROM orders;
        ALTER TABLE orders ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX orders_by_time ON orders (at)`),
      [],
    )
  })

  test('a trigger may get a condition, so that it refuses less', () => {
    const again = (event: string, when: string, sentence: string) =>
      faultsOf(`DROP TRIGGER kept; CREATE TRIGGER kept BEFORE ${event} ON orders
${when}BEGIN SELECT RAISE(ABORT, '${sentence}'); END;`)
    const condition = "WHEN old.status = 'new'\n    "
    assert.deepEqual(again('DELETE', condition, 'orders are kept'), [])
    for (const faults of [
      again('UPDATE', condition, 'orders are kept'),
      again('DELETE', condition, 'others are kept'),
      again('UPDATE', '    ', 'orders are kept'),
    ]) {
      assert.deepEqual(faults, ['It changes the trigger kept.'])
    }
    assert.deepEqual(faultsOf('DROP TRIGGER kept'), ['It removes the trigger kept.'])
  })

  test('so are columns before the constraints of a table', () => {
    const table = 'CREATE TABLE carts (id TEXT, units INTEGER, CHECK (units > 0 AND units < 9)) STRICT'
    assert.deepEqual(faultsOfAddition([table], 'ALTER TABLE carts ADD COLUMN note TEXT'), [])
    const narrower =
      "DROP TABLE carts; CREATE TABLE carts (id TEXT, units INTEGER, CHECK (units > 0 AND units < 9 AND id <> 'x, TEXT')) STRICT"
    assert.ok(faultsOfAddition([table], narrower).includes('It changes the table carts.'))
  })

  test('a unique index of a new column is one, for the release before leaves the column NULL', () => {
    const index = 'CREATE UNIQUE INDEX one ON orders (number)'
    assert.deepEqual(faultsOf(`ALTER TABLE orders ADD COLUMN number INTEGER; ${index}`), [])
    const withDefault = `ALTER TABLE orders ADD COLUMN number INTEGER NOT NULL DEFAULT 0; ${index}`
    assert.deepEqual(faultsOf(withDefault), ['It adds the unique index one to orders.'])
  })

  test('so is a trigger that follows a write, and writes only what is new', () => {
    const after = (event: string, body: string) =>
      faultsOf(`CREATE TABLE notes (id TEXT PRIMARY KEY) STRICT;
        CREATE TRIGGER follows ${event} ON orders BEGIN ${body}; END;`)
    assert.deepEqual(after('AFTER INSERT', 'INSERT OR IGNORE INTO notes VALUES (new.id)'), [])
    assert.deepEqual(after('AFTER UPDATE', 'UPDATE OR IGNORE notes SET id = new.id'), [])
    assert.deepEqual(after('AFTER DELETE', 'DELETE FROM notes WHERE id = old.id'), [])
    for (const [event, body] of [
      ['BEFORE INSERT', 'INSERT OR IGNORE INTO notes VALUES (new.id)'],
      ['AFTER INSERT', 'INSERT INTO notes VALUES (new.id)'],
      ['AFTER INSERT', "UPDATE OR IGNORE orders SET note = ''"],
      ['AFTER INSERT', 'UPDATE notes SET id = new.id'],
      ['AFTER INSERT', "UPDATE orders SET note = ''"],
      ['AFTER INSERT', 'INSERT OR IGNORE INTO notes VALUES (new.id); DELETE FROM orders'],
      ['AFTER DELETE', "SELECT RAISE(ABORT, 'kept')"],
    ] as const) {
      assert.deepEqual(after(event, body), ['It adds the trigger follows to orders.'], body)
    }
  })

  for (const [sql, fault] of [
    ['DROP TABLE orders', 'It removes the table orders.'],
    ['DROP INDEX orders_by_status', 'It removes the index orders_by_status.'],
    ['ALTER TABLE orders DROP COLUMN note', 'It changes the table orders.'],
    ['ALTER TABLE orders RENAME COLUMN status TO state', 'It changes the table orders.'],
    ['ALTER TABLE orders RENAME TO purchases', 'It removes the table orders.'],
    [
      "DROP TABLE orders; CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT CHECK (status IN ('new', 'done')), note TEXT NOT NULL) STRICT",
      'It changes the table orders.',
    ],
    ["UPDATE orders SET status = 'done'", 'It changes rows of orders.'],
    ['DELETE FROM orders', 'It removes rows of orders.'],
    ["INSERT INTO orders VALUES ('1', 'new', NULL)", 'It adds rows to orders.'],
    ['CREATE UNIQUE INDEX one ON orders (status)', 'It adds the unique index one to orders.'],
    [
      'CREATE TRIGGER never BEFORE INSERT ON orders BEGIN SELECT 1; END',
      'It adds the trigger never to orders.',
    ],
  ] as const) {
    test(sql, () => {
      assert.ok(faultsOf(sql).includes(fault), faultsOf(sql).join())
    })
  }
})
