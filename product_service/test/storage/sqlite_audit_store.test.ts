/** The audit on SQLite reads in steps while others write. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { createSqliteAuditStore } from '../../src/storage/sqlite_audit_store.ts'
import { AT, add, folder, inMemory, order } from '../worlds.ts'

test('a history of several steps is summed completely, each movement once (invariant 2)', async (t) => {
  const [{ stock, audit, ...stores }] = await inMemory(t)
  const tea = await add({ stock, audit, ...stores }, { stock: 200 })
  const orders = Array.from({ length: 130 }, () => order({ [tea.id]: 1 }))
  await stock.reserve(orders, AT)
  await stock.release(
    orders.slice(0, 125).map(({ orderId }) => orderId),
    AT,
  )
  assert.deepEqual(await audit.ledgerMismatches(undefined, 10), {
    mismatches: [],
    checked: 1,
    next: undefined,
  })
})

test('a product that keeps changing is left to the next pass after three attempts', async (t) => {
  const path = join(folder(t), 'products.db')
  const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
  t.after(() => stores.close())
  const [restless, still] = [await add(stores), await add(stores)]
  const reader = new DatabaseSync(path)
  t.after(() => reader.close())
  let looks = 0
  // Temporary tables of a connection hide the tables of the file.
  reader.function('changing', (version) => Number(version) + ++looks)
  reader.exec(`CREATE TEMP VIEW products AS SELECT seq, id, stock, reserved,
    iif(id = '${restless.id}', changing(version), version) AS version FROM main.products`)
  const audit = createSqliteAuditStore({ reader } as SqliteStore, systemRuntime)
  assert.deepEqual(await audit.ledgerMismatches(undefined, 2), { mismatches: [], checked: 1, next: still.id })
  assert.equal(looks, 3 * 2, 'before and after each')
})

test('movements that are compacted between two steps are no mismatch', async (t) => {
  const path = join(folder(t), 'products.db')
  const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
  t.after(() => stores.close())
  const tea = await add(stores, { stock: 5_000 })
  for (let i = 0; i < 6; i++) {
    const orders = Array.from({ length: 50 }, () => order({ [tea.id]: 1 }))
    await stores.stock.reserve(orders, AT)
    await stores.stock.ship(
      orders.map(({ orderId }) => orderId),
      AT,
    )
  }
  const reader = new DatabaseSync(path, { readOnly: true })
  t.after(() => reader.close())
  const [old] = stores.old.movements
  let compacted = 0
  // Between the first step of the audit and the second one, a run that reaches over the end of the step.
  const defer = (run: () => void) => {
    const compact = async () => {
      const { items } = await old!.due('9000-01-01', undefined, 260)
      compacted += await old!.remove(items)
    }
    void (compacted === 0 ? compact() : Promise.resolve()).then(run)
  }
  const audit = createSqliteAuditStore({ reader } as SqliteStore, { defer })
  assert.deepEqual((await audit.ledgerMismatches(undefined, 1)).mismatches, [])
  assert.equal(compacted, 260)
})

test('a movement that is missing in a long history is found (invariant 2)', async (t) => {
  const path = join(folder(t), 'products.db')
  const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
  t.after(() => stores.close())
  const tea = await add(stores, { stock: 5_000 })
  for (let i = 0; i < 6; i++) {
    await stores.stock.reserve(
      Array.from({ length: 50 }, () => order({ [tea.id]: 1 })),
      AT,
    )
  }
  const raw = new DatabaseSync(path)
  t.after(() => raw.close())
  raw.exec('DROP TRIGGER movements_are_not_removed; DELETE FROM movements WHERE version = 7')
  const { mismatches } = await stores.audit.ledgerMismatches(undefined, 1)
  assert.deepEqual(
    mismatches.map(({ stock, movementsSum }) => movementsSum - stock),
    [1],
  )
})
