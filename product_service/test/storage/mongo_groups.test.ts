/** Details and groups on MongoDB. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMongo } from '@shop/service_kit/mongo/store'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { collectionsOf, PRODUCT_INDEXES } from '../../src/storage/mongo_documents.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { detailsContract } from '../details_contract.ts'
import { groupsContract } from '../groups_contract.ts'
import { AT, add, type MakeStores, nextId, order, STAMP } from '../worlds.ts'

mongoSuites('details and groups in MongoDB', (server) => {
  const opened =
    (count: 1 | 2): MakeStores =>
    async (t) => {
      const config = { DATABASE_URL: server.url(server.newDatabase()), DATA_DIR: '', CURRENCY: 'USD' }
      const stores = await Promise.all(
        Array.from({ length: count }, () => openStores(config, server.opening)),
      )
      t.after(() => Promise.all(stores.map((each) => each.close())))
      return [stores[0]!, stores.at(-1)!]
    }
  detailsContract('MongoDB', opened(1), { conflicts: server.honest })
  groupsContract('MongoDB', opened(1), { many: server.honest })
  test('what the release before removed stays removed, and keeps neither its SKU nor its values', async (t) => {
    const database = server.newDatabase()
    const config = { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' }
    const stores = await openStores(config, server.opening)
    t.after(() => stores.close())
    const { catalogue, groups, stock } = stores
    const options = [{ name: 'Colour', values: ['red', 'blue'] }]
    const group = await groups.create(
      { id: nextId(), fields: { name: 'Shirt', description: '', options } },
      STAMP,
    )
    const details = { sku: 'X', groupId: group.id, optionValues: ['red'] }
    const removed = await add(stores, { details })
    const raw = await openMongo({
      ...server.opening,
      ...{ service: 'product_service', database, indexes: PRODUCT_INDEXES, url: server.url(database) },
    })
    t.after(() => raw.close())
    // It knows neither `live` nor `sku`.
    await collectionsOf(raw).products.updateOne(
      { _id: removed.id },
      {
        $set: { version: 2, editVersion: 2, deletedAt: AT, updatedAt: AT },
        $unset: { inStock: '', listed: '', words: '' },
      },
    )
    await groups.edit(group.id, { draft: true }, undefined, STAMP)
    await groups.edit(group.id, { draft: false }, undefined, STAMP)
    assert.equal(await catalogue.find(removed.id), undefined)
    assert.equal((await stock.reserve([order({ [removed.id]: 1 })], AT))[0]!.status, 'rejected')
    const again = await add(stores, { details })
    const { items } = await catalogue.listAny({ groupId: group.id }, { after: undefined, limit: 5 })
    assert.deepEqual(
      items.map(({ id }) => id),
      [again.id],
    )
  })

  // Races of two processes are overlapping transactions.
  if (!server.honest) return
  detailsContract('MongoDB, two connections', opened(2))
  groupsContract('MongoDB, two connections', opened(2))
})
