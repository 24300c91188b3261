/** The SQLite stores: all contracts, in memory and by two connections on one file, and the rules of the tables. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { openSqliteStores, openStores } from '../../src/storage/open_stores.ts'
import { auditContract } from '../audit_contract.ts'
import { auditAtomicityContract, auditLogContract } from '../audit_log_contract.ts'
import { catalogueContract } from '../catalogue_contract.ts'
import { importsContract } from '../imports_contract.ts'
import { compactionRaceContract, retentionContract } from '../retention_contract.ts'
import { shopContract, shopRaceContract } from '../shop_contract.ts'
import { stockContract } from '../stock_contract.ts'
import { AT, add, folder, inMemory, onOneFile, order, STAMP } from '../worlds.ts'

for (const [name, makeStores] of [
  ['SQLite in memory', inMemory],
  ['two connections on one SQLite file', onOneFile],
] as const) {
  catalogueContract(name, makeStores)
  stockContract(name, makeStores)
  importsContract(name, makeStores)
  shopContract(name, makeStores)
  shopRaceContract(name, makeStores)
  auditContract(name, makeStores)
  retentionContract(name, makeStores)
  compactionRaceContract(name, makeStores)
  auditLogContract(name, makeStores)
}

auditAtomicityContract('SQLite', async (t) => {
  const path = join(folder(t), 'products.db')
  const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
  t.after(() => stores.close())
  return {
    stores,
    async refuseEntries() {
      const db = new DatabaseSync(path)
      db.exec("CREATE TRIGGER refuse BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'refused'); END")
      db.close()
    },
  }
})

suite('opening', () => {
  test('a store keeps its currency', async (t) => {
    const path = join(folder(t), 'products.db')
    await (await openSqliteStores(path, { CURRENCY: 'EUR', runtime: systemRuntime })).close()
    await assert.rejects(
      openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime }),
      /CURRENCY is USD, but the prices in .* are EUR/,
    )
    assert.equal(existsSync(`${path}-wal`), false, 'who was refused holds nothing open')
    await (await openSqliteStores(path, { CURRENCY: 'EUR', runtime: systemRuntime })).close()
  })

  test('a store from before digits were stored keeps its amounts: 1990 forints stay 1990 (9)', async (t) => {
    const path = join(folder(t), 'products.db')
    await makeOld(t, path, 'HUF')
    for (const _ of ['first', 'again']) {
      const stores = await openSqliteStores(path, { CURRENCY: 'HUF', runtime: systemRuntime })
      assert.equal(stores.digits(), 0)
      await stores.close()
    }
    await assert.rejects(
      openSqliteStores(path, { CURRENCY: 'HUF', runtime: systemRuntime, ...{ CURRENCY_DIGITS: 2 } }),
      /CURRENCY_DIGITS is 2, but/,
    )
  })

  test('the scheme of DATABASE_URL selects the store; without it the file is in DATA_DIR', async (t) => {
    const DATA_DIR = folder(t)
    const stores = await openStores({ DATA_DIR, CURRENCY: 'USD' }, { runtime: systemRuntime })
    const tea = await add(stores)
    await stores.close()
    const again = await openStores(
      {
        DATABASE_URL: `sqlite:${join(DATA_DIR, 'products.db')}`,
        DATA_DIR,
        CURRENCY: 'USD',
      },
      { runtime: systemRuntime },
    )
    t.after(() => again.close())
    assert.deepEqual(await again.catalogue.find(tea.id), tea)
  })
})

suite('the database repeats the invariants', () => {
  const columns =
    'order_id, status, lines, total_minor, reason, shortages, unknown_products, created_at, updated_at'
  const damages: [string, string, RegExp][] = [
    ['1: stock below zero', 'UPDATE products SET stock = -1, in_stock = 0', /CHECK/],
    ['2: reserved below zero', 'UPDATE products SET reserved = -1', /CHECK/],
    ['in_stock apart from stock', 'UPDATE products SET in_stock = 0', /CHECK/],
    ['an edit of the future', 'UPDATE products SET edit_version = 99', /CHECK/],
    ['2: changing the ledger', 'UPDATE movements SET delta = 1', /append-only/],
    ['2: removing from the ledger', 'DELETE FROM movements', /append-only/],
    ['2: two movements of one version', 'INSERT INTO movements SELECT * FROM movements LIMIT 1', /UNIQUE/],
    ['7: settings of a version that is not the next', 'UPDATE shop SET version = 9', /next version/],
    ['an unknown status', "UPDATE reservations SET status = 'lost'", /CHECK/],
    ['9: another currency', "UPDATE settings SET value = 'EUR' WHERE name = 'currency'", /relabelled/],
    ['9: other digits', "UPDATE settings SET value = 0 WHERE name = 'currency_digits'", /relabelled/],
    ['9: forgotten digits', "DELETE FROM settings WHERE name = 'currency_digits'", /relabelled/],
    ['a rejection without a reason', "UPDATE reservations SET status = 'rejected'", /CHECK/],
    [
      '6: a second reservation of an order',
      `INSERT INTO reservations (seq, ${columns}) SELECT seq + 9, ${columns} FROM reservations`,
      /UNIQUE/,
    ],
  ]
  for (const [what, sql, refusal] of damages) {
    test(`and refuses ${what}`, async (t) => {
      const path = join(folder(t), 'products.db')
      const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
      t.after(() => stores.close())
      const tea = await add(stores)
      await stores.stock.reserve([order({ [tea.id]: 1 })], AT)
      await stores.shop.change({ name: 'Hare' }, undefined, STAMP)
      const db = new DatabaseSync(path)
      t.after(() => db.close())
      assert.throws(() => db.exec(sql), refusal)
    })
  }

  const drifts: [string, string, object][] = [
    ['stock', 'UPDATE products SET stock = 5', { stock: 5, movementsSum: 9, reserved: 1, heldUnits: 1 }],
    [
      'reserved',
      'UPDATE products SET reserved = 3',
      { stock: 9, movementsSum: 9, reserved: 3, heldUnits: 1 },
    ],
    [
      'a hold',
      "UPDATE reservations SET status = 'shipped'",
      { stock: 9, movementsSum: 9, reserved: 1, heldUnits: 0 },
    ],
  ]
  for (const [what, sql, numbers] of drifts) {
    test(`and the audit detects ${what} that was changed from outside (invariant 2)`, async (t) => {
      const path = join(folder(t), 'products.db')
      const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
      t.after(() => stores.close())
      const tea = await add(stores)
      await stores.stock.reserve([order({ [tea.id]: 1 })], AT)
      const db = new DatabaseSync(path)
      t.after(() => db.close())
      db.exec(sql)
      const { mismatches } = await stores.audit.ledgerMismatches(undefined, 10)
      assert.deepEqual(mismatches, [{ productId: tea.id, ...numbers }])
    })
  }

  for (const [operation, status] of [
    ['release', 'released'],
    ['ship', 'shipped'],
  ] as const) {
    test(`and a reservation that stops being held during a ${operation} ends once, or nothing is written (6)`, async (t) => {
      const path = join(folder(t), 'products.db')
      const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
      t.after(() => stores.close())
      const tea = await add(stores)
      const [held, other] = [order({ [tea.id]: 1 }), order({ [tea.id]: 2 })]
      await stores.stock.reserve([held, other], AT)
      const before = await stores.catalogue.find(tea.id)
      const db = new DatabaseSync(path)
      t.after(() => db.close())
      db.exec(`CREATE TRIGGER meanwhile AFTER UPDATE ON products BEGIN
        UPDATE reservations SET status = 'shipped' WHERE order_id = '${held.orderId}'; END`)
      await assert.rejects(stores.stock[operation]([held.orderId], AT), /is not held/)
      db.exec('DROP TRIGGER meanwhile')
      assert.deepEqual(await stores.catalogue.find(tea.id), before)
      assert.equal((await stores.stock[operation]([held.orderId], AT))[0]?.status, status)
      assert.deepEqual((await stores.audit.ledgerMismatches(undefined, 10)).mismatches, [])
    })
  }
})

/** A store with only the first migration. */
async function makeOld(t: TestContext, path: string, currency: string) {
  const migrations = join(folder(t), 'migrations')
  mkdirSync(migrations)
  const first = '0001_products.sql'
  copyFileSync(join(import.meta.dirname, '../../src/storage/migrations', first), join(migrations, first))
  const store = openSqlite({ runtime: systemRuntime, path, migrations })
  store.writer.prepare(`INSERT INTO settings VALUES ('currency', ?)`).run(currency)
  await store.close()
}
