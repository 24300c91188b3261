import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { openStores } from '../../src/storage/open_stores.ts'
import { auditAtomicityContract, auditLogContract } from '../audit_log_contract.ts'
import { casesContract } from '../cases_contract.ts'
import { checkoutSettingsContract } from '../checkout_settings_contract.ts'
import { endedOrdersContract } from '../ended_orders_contract.ts'
import { erasuresContract } from '../erasures_contract.ts'
import { guestOrdersContract } from '../guest_orders_contract.ts'
import { orderNumbersContract } from '../order_numbers_contract.ts'
import { orderStoreContract } from '../order_store_contract.ts'
import { order } from '../samples.ts'
import { unreadableContract } from '../unreadable_contract.ts'

function folder(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'shop-orders-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function openAll(t: TestContext, DATA_DIR: string, changes: object = {}) {
  const stores = await openStores({ DATA_DIR, CURRENCY: 'USD', ...changes }, { runtime: systemRuntime })
  t.after(() => stores.close())
  return stores
}
auditLogContract('SQLite in memory', async (t) => {
  const stores = await openAll(t, '', { DATABASE_URL: 'sqlite::memory:' })
  return [stores, stores]
})
for (const contract of [auditLogContract, casesContract, checkoutSettingsContract])
  contract('SQLite on file, two connections', async (t) => {
    const path = folder(t)
    return [await openAll(t, path), await openAll(t, path)]
  })
auditAtomicityContract('SQLite', async (t) => {
  const DATA_DIR = folder(t)
  const path = join(DATA_DIR, 'orders.db')
  return {
    stores: await openAll(t, DATA_DIR),
    async refuseEntries() {
      const db = new DatabaseSync(path)
      db.exec("CREATE TRIGGER refuse BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'refused'); END")
      db.close()
    },
  }
})

const open = async (...args: Parameters<typeof openAll>) => (await openAll(...args)).orders

orderStoreContract('SQLite in memory', async (t) => {
  const store = await open(t, '', { DATABASE_URL: 'sqlite::memory:' })
  return [store, store]
})

const twoConnections = async (t: TestContext) => {
  const path = folder(t)
  return [await open(t, path), await open(t, path)] as const
}
orderStoreContract('SQLite on file, two connections', twoConnections)
guestOrdersContract('SQLite on file, two connections', twoConnections)

erasuresContract('SQLite', async (t) => {
  const path = folder(t)
  return [await openAll(t, path), await openAll(t, path)]
})

endedOrdersContract('SQLite', async (t) => {
  const path = folder(t)
  return [await openAll(t, path), await openAll(t, path)]
})

orderNumbersContract('SQLite', async (t) => {
  const path = folder(t)
  return {
    open: () => openAll(t, path),
    async forget(id) {
      const db = new DatabaseSync(join(path, 'orders.db'))
      db.prepare('UPDATE orders SET number = NULL WHERE id = ?').run(id)
      db.prepare('DELETE FROM order_products WHERE order_id = ?').run(id)
      db.close()
    },
  }
})

unreadableContract('SQLite', async (t) => {
  const path = folder(t)
  const reported: string[] = []
  const stores = await openStores(
    { DATA_DIR: path, CURRENCY: 'USD' },
    { runtime: systemRuntime, unreadableOf: () => (id) => reported.push(id) },
  )
  t.after(() => stores.close())
  const db = new DatabaseSync(join(path, 'orders.db'))
  t.after(() => db.close())
  return {
    store: stores.orders,
    reported,
    async corrupt(id, field, json) {
      // SQLite also accepts JSON5: a comma at the end of a list.
      const value = field === 'attempts' ? BigInt(json) : json.replace(']', ',]')
      db.prepare(`UPDATE orders SET ${field} = ? WHERE id = ?`).run(value, id)
    },
  }
})

suite('checks of the database', () => {
  const wrong: [string, string][] = [
    ['a status that does not exist', "status = 'lost'"],
    ['c: a version that is not the length of the history', 'version = 2'],
    ['d: a pending order that is never due', 'due_at = NULL'],
    ['d: a confirmed order that is due', "status = 'confirmed'"],
    ['a rejected order without a reason', "status = 'rejected', due_at = NULL"],
    ['an order without lines', "lines = '[]'"],
    ['9: a fraction of a minor unit', 'total_minor = 1.5'],
    ['a negative total', 'total_minor = -1'],
    ['an empty key', "idempotency_key = ''"],
  ]
  for (const [what, change] of wrong) {
    test(`the database refuses ${what}`, async (t) => {
      const path = folder(t)
      const store = await open(t, path)
      await store.addOnce(order())
      const db = new DatabaseSync(join(path, 'orders.db'))
      t.after(() => db.close())
      assert.throws(() => db.exec(`UPDATE orders SET ${change}`), /constraint failed|cannot store/)
      db.exec('UPDATE orders SET attempts = 1')
    })
  }
})

suite('opening', () => {
  test('orders are still there when the file is opened again', async (t) => {
    const path = folder(t)
    const first = await openStores({ DATA_DIR: path, CURRENCY: 'USD' }, { runtime: systemRuntime })
    const kept = order({ idempotencyKey: 'k' })
    await first.orders.addOnce(kept)
    await first.close()
    assert.deepEqual(await (await open(t, path)).find(kept.order.id), kept)
  })

  test('another currency is refused, and the file does not change', async (t) => {
    const path = folder(t)
    await (await openStores({ DATA_DIR: path, CURRENCY: 'USD' }, { runtime: systemRuntime })).close()
    await assert.rejects(
      openStores({ DATA_DIR: path, CURRENCY: 'EUR' }, { runtime: systemRuntime }),
      /CURRENCY is EUR, but the prices in .* are USD/,
    )
    assert.equal(existsSync(join(path, 'orders.db-wal')), false, 'who was refused holds nothing open')
    await open(t, path)
  })

  test('a file older than the setting of digits keeps its amounts: 1990 forints stay 1990 (9)', async (t) => {
    const path = folder(t)
    const migrations = join(path, 'migrations')
    mkdirSync(migrations)
    const first = '0001_orders.sql'
    copyFileSync(join(import.meta.dirname, '../../src/storage/migrations', first), join(migrations, first))
    const old = openSqlite({ runtime: systemRuntime, path: join(path, 'orders.db'), migrations })
    old.writer.prepare(`INSERT INTO shop VALUES (1, 'HUF')`).run()
    await old.close()
    for (const _ of ['first', 'again']) {
      const stores = await openStores({ DATA_DIR: path, CURRENCY: 'HUF' }, { runtime: systemRuntime })
      assert.equal(stores.digits(), 0)
      await stores.close()
    }
    await assert.rejects(
      openStores({ DATA_DIR: path, CURRENCY: 'USD' }, { runtime: systemRuntime }),
      /are HUF/,
    )
  })

  for (const [what, sql] of [
    ['another currency', "UPDATE settings SET value = 'EUR' WHERE name = 'currency'"],
    ['other digits', "UPDATE settings SET value = 0 WHERE name = 'currency_digits'"],
    ['forgotten digits', "DELETE FROM settings WHERE name = 'currency_digits'"],
  ] as const) {
    test(`the database refuses ${what} (9)`, async (t) => {
      const path = folder(t)
      await open(t, path)
      const db = new DatabaseSync(join(path, 'orders.db'))
      t.after(() => db.close())
      assert.throws(() => db.exec(sql), /relabelled/)
    })
  }

  test('lists, claims and keys use their indexes', async (t) => {
    const path = folder(t)
    await open(t, path)
    const db = new DatabaseSync(join(path, 'orders.db'))
    t.after(() => db.close())
    const plans: [string, RegExp][] = [
      ["SELECT * FROM orders WHERE user_id = 'a' ORDER BY rowid DESC LIMIT 5", /orders_by_user/],
      [
        `SELECT * FROM orders WHERE user_id = 'a' AND rowid < (SELECT rowid FROM orders WHERE id = 'b')
          ORDER BY rowid DESC LIMIT 5`,
        /orders_by_user \(user_id=\? AND rowid<\?\)/,
      ],
      ["SELECT * FROM orders WHERE status = 'a' AND id < 'b' ORDER BY id DESC LIMIT 5", /orders_by_status/],
      [
        "SELECT * FROM orders WHERE user_id = 'a' AND idempotency_key = 'b'",
        /orders_by_key \(idempotency_key=\? AND user_id=\?\)/,
      ],
      ["SELECT rowid FROM orders WHERE due_at <= 'a' ORDER BY due_at LIMIT 5", /COVERING INDEX orders_due/],
      [
        "SELECT count(*), min(updated_at) FROM orders WHERE due_at > 'a' AND due_at <= 'b'",
        /COVERING INDEX orders_due/,
      ],
    ]
    for (const [query, index] of plans) {
      const plan = db
        .prepare(`EXPLAIN QUERY PLAN ${query}`)
        .all()
        .map((row) => String(row.detail))
        .join('; ')
      assert.match(plan, index)
      assert.doesNotMatch(plan, /TEMP B-TREE/)
    }
  })
})
