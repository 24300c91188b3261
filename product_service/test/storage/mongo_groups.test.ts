/** Details, groups, categories and lists with filters on MongoDB. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMongo } from '@shop/service_kit/mongo/store'
import type { MongoServer } from '@shop/service_kit/test_support/mongo_server'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { KNOWN_FOR_MS } from '../../src/domain/category_ports.ts'
import { collectionsOf, PRODUCT_INDEXES } from '../../src/storage/mongo_documents.ts'
import { BATCH } from '../../src/storage/mongo_listed_reads.ts'
import { FOLLOW_EVERY_MS, OVERLAP_MS } from '../../src/storage/mongo_listings.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { anyProductsContract } from '../any_products_contract.ts'
import { categoriesContract, categoryRaceContract } from '../categories_contract.ts'
import { detailsContract } from '../details_contract.ts'
import { groupsContract } from '../groups_contract.ts'
import { listingsContract } from '../listings_contract.ts'
import { AT, add, type MakeStores, nextId, order, STAMP } from '../worlds.ts'

const openedOn =
  (server: MongoServer, count: 1 | 2): MakeStores =>
  async (t) => {
    const config = { DATABASE_URL: server.url(server.newDatabase()), DATA_DIR: '', CURRENCY: 'USD' }
    const stores = await Promise.all(Array.from({ length: count }, () => openStores(config, server.opening)))
    t.after(() => Promise.all(stores.map((each) => each.close())))
    return [stores[0]!, stores.at(-1)!]
  }

/** In a suite of its own each, because the wire-compatible server copies all its documents for each transaction. */
mongoSuites('details in MongoDB', (server) => {
  anyProductsContract('MongoDB', openedOn(server, 1))
  detailsContract('MongoDB', openedOn(server, 1), { conflicts: server.honest })
  if (server.honest) detailsContract('MongoDB, two connections', openedOn(server, 2))
})

mongoSuites('groups in MongoDB', (server) => {
  groupsContract('MongoDB', openedOn(server, 1), { many: server.honest })
  if (server.honest) groupsContract('MongoDB, two connections', openedOn(server, 2))
})

mongoSuites('categories and lists in MongoDB', (server) => {
  categoriesContract('MongoDB', openedOn(server, 1))
  test('what a replica knows of the categories is at most as old as the limit when it was renewed', async (t) => {
    const config = { DATABASE_URL: server.url(server.newDatabase()), DATA_DIR: '', CURRENCY: 'USD' }
    let clock = 0
    const runtime = { ...server.opening.runtime, monotonic: () => clock }
    const here = await openStores(config, { ...server.opening, runtime })
    const there = await openStores(config, server.opening)
    t.after(() => Promise.all([here.close(), there.close()]))
    const fields = { name: 'Mugs', description: '', parentId: null }
    const { id } = await there.categories.create({ id: nextId(), fields }, STAMP)
    const renewed = async () => {
      await here.categories.renew!()
      return [here.categories.has(id), here.categories.known().categories.length]
    }
    assert.equal(here.categories.has(id), false)
    assert.deepEqual(await renewed(), [true, 1])
    await there.categories.remove(id, undefined, STAMP)
    clock += KNOWN_FOR_MS - 1
    assert.deepEqual(await renewed(), [true, 1], 'not read again')
    clock += 1
    assert.deepEqual(await renewed(), [false, 0])
  })

  // The wire-compatible server scans all documents for most queries.
  if (server.honest) listingsContract('MongoDB', openedOn(server, 1), { settles: false })
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

  test('a process that dies after a group was hidden: no variant is sold, and another process hides them', async (t) => {
    const database = server.newDatabase()
    const config = { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' }
    const stores = await openStores(config, server.opening)
    t.after(() => stores.close())
    const { catalogue, groups, stock } = stores
    const options = [{ name: 'Colour', values: ['red'] }]
    const group = await groups.create(
      { id: nextId(), fields: { name: 'Shirt', description: '', options } },
      STAMP,
    )
    const { id } = await add(stores, { details: { groupId: group.id, optionValues: ['red'] } })
    const raw = await openMongo({
      ...server.opening,
      ...{ service: 'product_service', database, indexes: PRODUCT_INDEXES, url: server.url(database) },
    })
    t.after(() => raw.close())
    const sell = async () => (await stock.reserve([order({ [id]: 1 })], AT))[0]!.status
    const stopped = async (set: object, unset: Partial<Record<'draft' | 'listed', ''>> = {}) => {
      const update = { $set: { ...set, behind: true as const }, $unset: unset as Record<string, ''> }
      await collectionsOf(raw).groups.updateOne({ _id: group.id }, update)
    }
    const resume = async () => {
      assert.deepEqual(await groups.due(AT, 10), [group.id])
      assert.equal(await groups.publish(group.id, AT), false)
      assert.deepEqual(await groups.due(AT, 10), [])
    }
    assert.equal(await sell(), 'held')
    await stopped({ draft: true })
    assert.ok(await catalogue.find(id), 'it does not follow its group yet')
    assert.equal(await sell(), 'rejected')
    await resume()
    assert.equal(await catalogue.find(id), undefined)
    await stopped({}, { draft: '' })
    await resume()
    assert.equal(await sell(), 'held')
    await stopped({ deletedAt: AT }, { listed: '' })
    assert.equal(await sell(), 'rejected')
    await resume()
    assert.equal(await catalogue.findAny(id), undefined)
  })

  // Races of two processes are overlapping transactions.
  if (!server.honest) return
  test('lists notice what another replica wrote in a transaction that ended late, and what the release before wrote', async (t) => {
    const database = server.newDatabase()
    const config = { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' }
    // Only this test changes the time since the last reading of changes.
    let later = 0
    const runtime = { ...server.opening.runtime, monotonic: () => server.opening.runtime.monotonic() + later }
    const stores = await openStores(config, { ...server.opening, runtime })
    t.after(() => stores.close())
    const { id } = await add(stores, { priceMinor: 100 })
    // Everything takes two readings: the product above is in every other one.
    const others = Array.from({ length: BATCH + 1 }, () => ({
      ...{ id: nextId(), fields: { name: 'Cup', description: '', priceMinor: 500, stock: 1 } },
    }))
    await stores.catalogue.importProducts(others, STAMP)
    const raw = await openMongo({
      ...server.opening,
      ...{ service: 'product_service', database, indexes: PRODUCT_INDEXES, url: server.url(database) },
    })
    t.after(() => raw.close())
    const pricesAfterAWhile = async () => {
      later += FOLLOW_EVERY_MS + 60_000
      const none = { words: [], category: undefined, inStock: false, choices: [] }
      for (;;) {
        const answer = await stores.listings
          .facets({ ...none, priceMinMinor: undefined, priceMaxMinor: undefined })
          .catch((error) => assert.equal(error.code, 'store_unavailable'))
        if (answer && !answer.behind) return answer.prices?.minMinor
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const write = (priceMinor: number, version: number, more: object) =>
      collectionsOf(raw).products.updateOne({ _id: id }, { $set: { priceMinor, version, ...more } })
    assert.equal(await pricesAfterAWhile(), 100, 'with the first part of everything')
    const justBefore = new Date(runtime.now().getTime() - OVERLAP_MS + 30_000).toISOString()
    await write(90, 2, { changedAt: justBefore })
    assert.equal(await pricesAfterAWhile(), 90)
    await write(80, 3, { changedAt: '2020-01-01T00:00:00.000Z' })
    assert.equal(await pricesAfterAWhile(), 80, 'by reading everything again')
  })
  categoriesContract('MongoDB, two connections', openedOn(server, 2))
  categoryRaceContract('MongoDB, two connections', openedOn(server, 2))
  listingsContract('MongoDB, two connections', openedOn(server, 2), { settles: false })
})
