/** Stores that the previous release wrote, opened by this one: all is read, and every order goes on. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { ORDER_STATUSES, type OrderStatus } from '@shop/order_service/domain/order'
import { openStores as openProducts } from '@shop/product_service/storage/open_stores'
import { documentIn } from '@shop/service_kit/mongo/tools'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { type MongoServer, mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { type IndexDescriptionInfo, MongoClient } from 'mongodb'
import { DATABASES } from '../../scripts/backup/databases.ts'
import { ROOT } from '../../scripts/root.ts'
import type { FirstService } from '../../scripts/services.ts'
import { readMongoRecords } from '../cluster/mongo_records.ts'
import { examined } from '../scripts/examined.ts'
import { newWorld } from '../scripts/running.ts'
import { call, expectStatus } from '../system/calls.ts'
import type { Environment } from '../system/processes.ts'
import { readRecords } from '../system/store_records.ts'
import { signIn } from '../system/world.ts'
import { type Files, pack, unpack } from './archive.ts'
import { goesOn, openedShop } from './going_on.ts'
import { ARCHIVES, archivePath, mainOf, readArchive, readManifest, sha256, writeFiles } from './release.ts'
import { type Written, writeEverything } from './scenario.ts'
import { createShop, rotateKeys } from './shop.ts'

const BYTES_MAX = 1_500_000
const MOVEMENTS_AT_ONCE = 100
const FILES = { auth_service: 'auth.db', product_service: 'products.db', order_service: 'orders.db' }

/** Of orders that are paid; the scenario has none. */
const OF_PAYMENTS: readonly OrderStatus[] = ['awaiting_payment', 'capturing']
const STATUSES = ORDER_STATUSES.filter((status) => !OF_PAYMENTS.includes(status)).sort()

suite('what is kept of the previous release', () => {
  test(`is what the manifest says, and is not larger than ${BYTES_MAX} bytes`, () => {
    const { archives, version } = readManifest()
    assert.match(version, /^\d+\.\d+\.\d+$/)
    for (const name of ARCHIVES) {
      assert.match(archives[name].commit, /^[0-9a-f]{40}$/)
      assert.equal(archives[name].sha256, sha256(readFileSync(archivePath(name))))
    }
    const bytes = ARCHIVES.reduce((sum, name) => sum + statSync(archivePath(name)).size, 0)
    assert.ok(bytes <= BYTES_MAX, String(bytes))
  })

  test('files are the same after packing and unpacking', () => {
    const files = { a: randomBytes(1000), 'b/ü': Buffer.alloc(0), c: Buffer.from('\n[') }
    const found = Object.entries(unpack(pack(files))).map(([name, bytes]) => [name, Buffer.from(bytes)])
    assert.deepEqual(Object.fromEntries(found), files)
  })

  for (const kind of ['sqlite', 'mongo'] as const) {
    test(`the store on ${kind} has an order of each status`, () => {
      const statuses = new Set(writtenIn(readArchive(kind)).orders.map(({ status }) => status))
      assert.deepEqual([...statuses].sort(), STATUSES)
    })
  }
})

test('this release can be kept: its services write a shop with an order of each status', async (t) => {
  const DATA_DIR = temporaryFolder(t)
  const admin = { username: 'admin', password: randomBytes(18).toString('base64url') }
  const shop = await createShop({ DATA_DIR }, admin)
  t.after(() => shop.kill())
  const { orders } = await writeEverything(shop, admin, () => rotateKeys(ROOT, { DATA_DIR }))
  assert.deepEqual([...new Set(orders.map(({ status }) => status))].sort(), STATUSES)
})

suite('stores on SQLite of the previous release', () => {
  test('are opened, and every order goes on', async (t) => {
    const { DATA_DIR, written } = sqliteStores(t)
    const world = await newWorld(t, { DATA_DIR })
    await goesOn(t, { DATA_DIR }, written, () => readRecords(DATA_DIR, pathOf))
    await findsNothing(world)
  })

  test('are opened by it again after this release has worked with them', async (t) => {
    const { DATA_DIR, written } = sqliteStores(t)
    await worksWithThem(t, { DATA_DIR }, written)
    await goesOn(t, { DATA_DIR }, { ...written, archived: true }, () => readRecords(DATA_DIR, pathOf), mainOf)
  })
})

mongoSuite('stores on MongoDB of the previous release', (server) => {
  const readStores = () => readMongoRecords(server.url())
  async function databases(t: TestContext) {
    const files = readArchive('mongo')
    await fillDatabases(server, files)
    const world = await newWorld(t, { DATABASE_URL: server.url() })
    const place = { DATA_DIR: world.dataDir, DATABASE_URL: server.url() }
    return { written: writtenIn(files), world, place }
  }

  test('are opened, and every order goes on', async (t) => {
    const { written, world, place } = await databases(t)
    await goesOn(t, place, written, readStores)
    await findsNothing(world)
  })

  test('are opened by it again after this release has worked with them', async (t) => {
    const { written, place } = await databases(t)
    await worksWithThem(t, place, written)
    await goesOn(t, place, { ...written, archived: true }, readStores, mainOf)
  })
})

/** This release writes what only it writes: its audit log, and opening balances. */
async function worksWithThem(t: TestContext, place: Environment, written: Written) {
  const shop = await openedShop(t, place, written)
  const { token } = await signIn(shop.urls.auth, written.admin.username, written.admin.password)
  const renamed = `${shop.urls.products}/products/${written.renamed.id}`
  expectStatus(await call('PATCH', renamed, { token, body: { price: '4.50' } }), 200)
  await shop.stop()
  const { DATA_DIR = '', DATABASE_URL } = place
  const stores = await openProducts({ DATA_DIR, DATABASE_URL, CURRENCY: 'USD' }, { runtime: systemRuntime })
  const later = new Date(Date.now() + 1).toISOString()
  let removed = 0
  for (const { due, remove } of stores.old.movements) {
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page = await due(later, after, MOVEMENTS_AT_ONCE)
      removed += await remove(page.items)
      after = page.next
    }
  }
  await stores.close()
  assert.ok(removed > 1, String(removed))
}

const pathOf = (dataDir: string, service: FirstService) => join(dataDir, FILES[service])
const writtenIn = (files: Files): Written => JSON.parse(Buffer.from(files['written.json']!).toString())

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'shop_previous_'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function sqliteStores(t: TestContext) {
  const DATA_DIR = temporaryFolder(t)
  const files = readArchive('sqlite')
  writeFiles(DATA_DIR, files)
  return { DATA_DIR, written: writtenIn(files) }
}

/** Nothing but what the archive has. */
async function fillDatabases({ url, honest }: MongoServer, files: Files) {
  const client = new MongoClient(url())
  try {
    const indexes: Record<string, IndexDescriptionInfo[]> = JSON.parse(
      Buffer.from(files['indexes.json']!).toString(),
    )
    for (const { name, collections } of DATABASES) {
      if (honest) await client.db(name).dropDatabase()
      for (const collection of collections) {
        const documents = client.db(name).collection(collection)
        await documents.deleteMany({})
        const bson = files[`${name}.${collection}.bson`]
        if (!bson) continue
        for (const { v, ns, key, ...options } of indexes[`${name}.${collection}`]!) {
          if (options.name !== '_id_') await documents.createIndex(key, options)
        }
        await documents.insertMany([...documentsIn(bson)])
      }
    }
  } finally {
    await client.close()
  }
}

function* documentsIn(bson: Uint8Array) {
  const view = Buffer.from(bson)
  for (let at = 0; at < view.length; at += view.readInt32LE(at)) {
    yield documentIn(view.subarray(at, at + view.readInt32LE(at)))
  }
}

async function findsNothing(world: Awaited<ReturnType<typeof newWorld>>) {
  const { checks } = await examined(world)
  assert.deepEqual(
    checks.flatMap(({ findings }) => findings),
    [],
  )
}
