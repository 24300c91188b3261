/** Details, groups, categories and lists with filters on SQLite, in memory and by two connections on one file. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSqliteAuditLog } from '@shop/service_kit/audit/sqlite_log'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { VARIANTS_AT_ONCE } from '../../src/domain/change_group.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { createSqliteGroupStore } from '../../src/storage/sqlite_group_store.ts'
import { createIndexedWrite } from '../../src/storage/sqlite_indexed_writes.ts'
import { MIGRATIONS } from '../../src/storage/sqlite_migrations.ts'
import { readProducts } from '../../src/storage/sqlite_rows.ts'
import { anyProductsContract } from '../any_products_contract.ts'
import { categoriesContract, categoryRaceContract } from '../categories_contract.ts'
import { detailsContract } from '../details_contract.ts'
import { groupsContract } from '../groups_contract.ts'
import { listingsContract } from '../listings_contract.ts'
import { AT, folder, inMemory, nextId, onOneFile, order, STAMP } from '../worlds.ts'

for (const [name, makeStores] of [
  ['SQLite in memory', inMemory],
  ['two connections on one SQLite file', onOneFile],
] as const) {
  anyProductsContract(name, makeStores)
  detailsContract(name, makeStores)
  groupsContract(name, makeStores)
  categoriesContract(name, makeStores)
  categoryRaceContract(name, makeStores)
  listingsContract(name, makeStores)
}

test('a change of a group reaches its variants a few at a time, and one that stopped is finished after a restart', async (t) => {
  const path = join(folder(t), 'products.db')
  const count = 2 * VARIANTS_AT_ONCE + 7
  const sizes = Array.from({ length: count }, (_, i) => String(i))
  const open = () => openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
  const before = await open()
  const fields = { name: 'Shirt', description: '', options: [{ name: 'Size', values: sizes }] }
  const { id } = await before.groups.create({ id: nextId(), fields }, STAMP)
  const fieldsOf = (size: string) => ({
    ...{ name: size, description: '', priceMinor: 100, stock: 1 },
    details: { groupId: id, optionValues: [size], sku: size },
  })
  const made = await before.catalogue.createAll(
    sizes.map((size) => ({ id: nextId(), fields: fieldsOf(size) })),
    STAMP,
  )
  await before.close()

  // A process that dies after some writes.
  const store = openSqlite({ path, migrations: MIGRATIONS, runtime: systemRuntime })
  let writesLeft = 2
  const write = createIndexedWrite(
    store,
    createSqliteAuditLog(store, systemRuntime, () => () => {}),
    async () => {},
  )
  const groups = createSqliteGroupStore(
    store,
    async (stamp, work) => {
      if (writesLeft-- === 0) throw new Error('died')
      return write(stamp, work)
    },
    readProducts(() => {}),
    () => () => {},
  )
  await groups.edit(id, { draft: true }, undefined, STAMP)
  const shown = () =>
    store.reader.prepare('SELECT count(*) AS n FROM products WHERE deleted_at IS NULL').get()!.n as number
  assert.equal(shown(), count - VARIANTS_AT_ONCE, 'one step was made')
  writesLeft = 1
  await groups.remove(id, undefined, STAMP)
  assert.equal(shown(), count - VARIANTS_AT_ONCE, 'none was made')
  await store.close()

  const after = await open()
  t.after(after.close)
  const last = made.at(-1)!.id
  assert.ok(await after.catalogue.find(last), 'it does not follow its group yet')
  assert.equal((await after.stock.reserve([order({ [last]: 1 })], AT))[0]!.status, 'rejected')
  assert.equal(await after.groups.find(id), undefined)
  assert.deepEqual(await after.groups.due(AT, 10), [id])
  assert.equal(await after.groups.publish(id, AT), false)
  assert.deepEqual(await after.groups.due(AT, 10), [])
  const left = await after.catalogue.listAny({}, { after: undefined, limit: 5 })
  assert.deepEqual(left.items, [])
  const other = await after.groups.create({ id: nextId(), fields }, STAMP)
  const again = { ...fieldsOf('1'), details: { groupId: other.id, optionValues: ['1'], sku: '1' } }
  await after.catalogue.create({ id: nextId(), fields: again }, STAMP)
})
