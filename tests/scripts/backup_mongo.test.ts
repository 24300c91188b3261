/** `npm run backup` and `npm run restore` of a shop on MongoDB. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { suite, type TestContext, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { connectPatiently } from '@shop/service_kit/mongo/tools'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { BSON, Long } from 'mongodb'
import { DATABASES, fileOf, SETTINGS } from '../../scripts/backup/databases.ts'
import { readDocuments, writeDocuments } from '../../scripts/backup/documents.ts'
import { faultsOfDatabases } from '../../scripts/backup/mongo_verify.ts'
import { startLoad } from '../cluster/load.ts'
import { readMongoRecords } from '../cluster/mongo_records.ts'
import { call, expectStatus } from '../system/calls.ts'
import { assertConsistent } from '../system/invariants.ts'
import { removeOldAt } from '../system/remove_old.ts'
import { settledRecords } from '../system/store_records.ts'
import { createChance, until } from '../system/until.ts'
import { signIn } from '../system/world.ts'
import { examined } from './examined.ts'
import { finish, newWorld, READY, runScript, type World } from './running.ts'

const BUYING_MS = 120_000
const REFUSAL_MS = 60_000
const PUBLISHED_MS = 60_000
/** One of about twenty never ended while the file was read through a composed stream. */
const READS_OF_A_CUT_FILE = 300
/** Not restored: everyone signs in again. */
const ENDED = ['sessions', 'signing_keys', 'throttle']

type Stored = { _id: string; at?: Date; value?: string; stock?: number; priceMinor?: number }

const withDatabases = async <T>(
  url: string,
  work: (client: ReturnType<typeof connectPatiently>) => Promise<T>,
) => {
  const client = connectPatiently(url, 'test')
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** Every document of the shop, by collection. */
const contents = (url: string) =>
  withDatabases(url, async (client) => {
    const all: Record<string, unknown[]> = {}
    for (const { name, collections } of DATABASES) {
      for (const collection of collections) {
        const documents = client.db(name).collection<Stored>(collection)
        all[`${name}.${collection}`] = await documents.find().sort({ _id: 1 }).toArray()
      }
    }
    return all
  })

const withoutEnded = (all: Record<string, unknown[]>) =>
  Object.fromEntries(
    Object.entries(all).filter(
      ([name]) => ![...ENDED, 'receipts', SETTINGS].some((ended) => name.endsWith(`.${ended}`)),
    ),
  )

const addressesOf = ({ ports }: World) => {
  const at = (port: number) => `http://127.0.0.1:${port}`
  return { auth: at(ports.auth), products: at(ports.product), orders: at(ports.order) }
}

async function openShop(t: TestContext, world: World) {
  const shop = runScript(t, 'start.ts', world)
  await shop.until(READY)
  return {
    async close() {
      shop.process.kill('SIGTERM')
      assert.equal(await shop.ended, 0, shop.output())
    },
  }
}

mongoSuite('backup and restore on MongoDB', (server) => {
  test('put back every record of one moment; sessions and keys end', async (t) => {
    const url = server.url()
    const world = await newWorld(t, { DATABASE_URL: url })
    const folder = join(dirname(world.dataDir), 'backup')
    const restore = (...more: string[]) => finish(t, 'restore.ts', world, '--from', folder, ...more)
    const nothing = await finish(t, 'backup.ts', world, '--to', folder)
    assert.deepEqual([nothing.code, /There is no shop in the database/.test(nothing.output)], [1, true])
    assert.deepEqual(readdirSync(folder), [])

    const shop = await openShop(t, world)
    const admin = JSON.parse(readFileSync(join(world.dataDir, 'admin.json'), 'utf8'))
    const load = await startLoad({
      ...{ addresses: addressesOf(world), admin, size: 4, products: 3, stock: 300 },
      ...{ pauseMs: 20, chance: createChance(1) },
    })
    await until('many have bought', BUYING_MS, () => load.seenOrders.length > 20)
    const before = [...load.seenOrders]
    // The test server has no snapshots, so with it nothing is written meanwhile.
    if (!server.honest) {
      await load.stop()
      await settledRecords(() => readMongoRecords(url))
    }
    await removeOldAt({ DATABASE_URL: url, DATA_DIR: world.dataDir })
    if (!server.honest) {
      await until('every event is published', PUBLISHED_MS, async () => {
        const stored = await contents(url)
        const things = [...stored['shop_orders.orders']!, ...stored['shop_products.products']!] as Stored[]
        return things.every((thing) => !['publishDue', 'productDue', 'stockDue'].some((due) => due in thing))
      })
    }
    const atBackup = await contents(url)
    const backup = await finish(t, 'backup.ts', world, '--to', folder)
    assert.equal(backup.code, 0, backup.output)
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
    if (server.honest) await load.stop()
    const marks = (await contents(url))[`shop_orders.${SETTINGS}`] as Stored[]
    const { at } = JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8'))
    assert.equal(marks.find(({ _id }) => _id === 'lastBackup')?.at?.toISOString(), at)

    const replace = ['--force', '--stopped']
    const refused = await restore(...replace)
    assert.deepEqual([refused.code, /Stop the shop first/.test(refused.output)], [1, true], refused.output)
    const { token } = await signIn(addressesOf(world).auth, admin.username, admin.password)
    const [product] = atBackup['shop_products.products'] as Stored[]
    const body = { product_id: product!._id, quantity: 1, total_price: product!.priceMinor! / 100 }
    const { auth, orders } = addressesOf(world)
    expectStatus(await call('POST', `${orders}/orders`, { token, body }), 201)
    await shop.close()
    const later = await contents(url)

    const existing = await restore()
    assert.deepEqual([existing.code, /--force/.test(existing.output)], [1, true], existing.output)
    assert.deepEqual(await contents(url), later)

    if (!server.honest) {
      const unseen = await restore('--force')
      assert.deepEqual([unseen.code, /add --stopped/.test(unseen.output)], [1, true], unseen.output)
    }
    // As a server answers that says who is connected.
    const { url: watched, proxy } = await server.proxied(t, '')
    const connected = ['order_service', 'mongosh', undefined].map((appName) => ({ appName }))
    proxy.loseAnswerTo('$currentOp', 1, {
      ...{ ok: 1, cursor: { id: Long.ZERO, ns: 'admin.$cmd.aggregate', firstBatch: connected } },
    })
    const there = { ...world, env: { ...world.env, DATABASE_URL: watched } }
    const inUse = await finish(t, 'restore.ts', there, '--from', folder, ...replace)
    assert.equal(inUse.code, 1)
    assert.match(inUse.output, /^order_service is connected to the database\. Stop the shop first/)
    assert.deepEqual(await contents(url), later)

    const cut = runScript(t, 'restore.ts', world, '--from', folder, ...replace)
    await cut.until(/documents\s+shop_products\.products/)
    cut.process.kill('SIGKILL')
    await cut.ended
    const half = await restore()
    assert.deepEqual([half.code, /did not end/.test(half.output)], [1, true], half.output)
    const halfCopied = await finish(t, 'backup.ts', world, '--to', `${folder}_of_half`)
    assert.deepEqual([halfCopied.code, /shop_auth is half a shop/.test(halfCopied.output)], [1, true])

    const place = { DATABASE_URL: url, DATA_DIR: world.dataDir, CURRENCY: 'USD' }
    const accounts = await openAuthStores(place, { runtime: systemRuntime })
    t.after(() => accounts.close())
    const products = await openProductStores(place, { runtime: systemRuntime })
    t.after(() => products.close())
    const ordering = await openOrderStores(place, { runtime: systemRuntime })
    t.after(() => ordering.close())
    for (const store of [accounts, products, ordering.orders]) {
      await until('it says why it is refused', REFUSAL_MS, async () => {
        const outcome = await store.check().catch(({ message }: Error) => message)
        return /is being filled by npm run migrate or npm run restore/.test(String(outcome))
      })
    }
    for (const { close } of [accounts, products, ordering]) await close()
    const restored = await restore(...replace)
    assert.equal(restored.code, 0, restored.output)
    assert.match(restored.output, /a password that was changed since is the earlier one again/)
    const now = await contents(url)
    for (const name of ENDED) assert.deepEqual(now[`shop_auth.${name}`], [], name)
    assert.deepEqual(now['shop_products.receipts'], [])
    if (!server.honest) assert.deepEqual(withoutEnded(now), withoutEnded(atBackup))
    for (const { name } of DATABASES) {
      const settings = now[`${name}.${SETTINGS}`] as Stored[]
      assert.ok(!settings.some(({ _id }) => _id === 'migration'), 'no mark is left')
      assert.deepEqual(
        settings.find(({ _id }) => _id === 'service'),
        (atBackup[`${name}.${SETTINGS}`] as Stored[]).find(({ _id }) => _id === 'service'),
      )
    }
    // What was replaced is a backup, made once: half a shop is none.
    const aside = readdirSync(dirname(folder)).filter((name) => name.startsWith('replaced_'))
    assert.equal(aside.length, 1)
    assert.ok(existsSync(join(dirname(folder), aside[0]!, 'backup.json')))

    const again = await openShop(t, world)
    expectStatus(await call('GET', `${auth}/me`, { token }), 401)
    expectStatus(await call('GET', `${auth}/me`, await signIn(auth, admin.username, admin.password)), 200)
    await settledRecords(() => readMongoRecords(url))
    await again.close()
    assertConsistent(await readMongoRecords(url), before)
    const report = await examined(world)
    assert.ok(report.ok, JSON.stringify(report))

    await withDatabases(url, (client) =>
      client
        .db('shop_products')
        .collection<Stored>('products')
        .updateOne({ _id: product!._id }, { $inc: { stock: 1 } }),
    )
    const other = join(dirname(world.dataDir), 'other')
    const unbalanced = await finish(t, 'backup.ts', world, '--to', other)
    assert.deepEqual([unbalanced.code, /the ledger does not balance/.test(unbalanced.output)], [1, true])
    assert.deepEqual(readdirSync(other), [])
  })

  test('each kind of store refuses the backup of the other, and a database in the URL', async (t) => {
    const world = await newWorld(t)
    const mongo = (url: string): World => ({ ...world, env: { ...world.env, DATABASE_URL: url } })
    const folder = dirname(world.dataDir)
    const refusal = async (manifest: object, where: World) => {
      writeFileSync(join(folder, 'backup.json'), JSON.stringify({ at: new Date(), files: {}, ...manifest }))
      const { code, output } = await finish(t, 'restore.ts', where, '--from', folder)
      assert.equal(code, 1)
      return output
    }
    assert.match(
      await refusal({}, mongo(server.url())),
      /^The backup is of a shop on SQLite: `npm run migrate/,
    )
    assert.match(
      await refusal({ documents: {} }, world),
      /^The backup is of a shop on MongoDB: set DATABASE_URL/,
    )
    assert.match(await refusal({ documents: {} }, mongo(server.url('x'))), /^Leave the path out/)
    const path = await finish(t, 'backup.ts', mongo(server.url('x')), '--to', join(folder, 'new'))
    assert.deepEqual([path.code, /^Leave the path out/.test(path.output)], [1, true], path.output)
  })

  test('say why the server cannot be reached, and leave nothing', async (t) => {
    const world = await newWorld(t, { DATABASE_URL: 'mongodb://127.0.0.1:1/?replicaSet=rs0' })
    const folder = join(dirname(world.dataDir), 'backup')
    const { code, output } = await finish(t, 'backup.ts', world, '--to', folder)
    assert.deepEqual([code, readdirSync(folder)], [1, []])
    assert.match(output, /^The databases cannot be copied\. MongoDB can't be reached: .*ECONNREFUSED/)
  })
})

suite('files of documents', () => {
  test('of a newer version are refused if it needs more than this one knows', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const faultsWith = async (schema: object) => {
      const counts: Record<string, number> = {}
      for (const { name, collections } of DATABASES) {
        for (const collection of collections) {
          const file = fileOf(name, collection)
          const documents = file === 'shop_orders.settings.bson.gz' ? [{ _id: 'schema', ...schema }] : []
          const stored = Readable.from(documents.map((each) => BSON.serialize(each)))
          counts[file] = await writeDocuments(join(folder, file), stored)
        }
      }
      return faultsOfDatabases(folder, counts)
    }
    const newer = { generation: 99, value: '0099_later' }
    const refused = ['shop_orders was made by a newer version: it has 0099_later']
    assert.deepEqual(await faultsWith({ ...newer, needs: 99 }), refused)
    assert.deepEqual(await faultsWith(newer), refused, 'it does not say what it needs')
    assert.deepEqual(await faultsWith({ ...newer, needs: 0 }), [], 'it only added')
  })

  test('are read as they were written, and a damaged one is refused', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const documents = Array.from({ length: 3 }, (_, i) =>
      Buffer.from([6 + i, 0, 0, 0, ...Array(2 + i).fill(i)]),
    )
    const read = async (path: string) =>
      (await Array.fromAsync(readDocuments(path))).map((each) => Buffer.from(each))
    const path = join(folder, 'a.bson.gz')
    assert.equal(await writeDocuments(path, Readable.from(documents)), 3)
    assert.deepEqual(await read(path), documents)
    const content = gunzipSync(readFileSync(path))
    writeFileSync(path, gzipSync(content.subarray(0, -1)))
    await assert.rejects(read(path), /ends inside a document/)
    writeFileSync(path, gzipSync(Buffer.concat([content, Buffer.from([4, 0, 0, 0])])))
    await assert.rejects(read(path), /a document has 4 bytes/)
    const long = Buffer.alloc(4)
    long.writeInt32LE(16_793_601)
    writeFileSync(path, gzipSync(Buffer.concat([content, long])))
    await assert.rejects(read(path), /a document has 16793601 bytes/)
    await assert.rejects(read(join(folder, 'none')), /ENOENT/)
    writeFileSync(path, gzipSync(content).subarray(0, -4))
    for (let i = 0; i < READS_OF_A_CUT_FILE; i++) await assert.rejects(read(path), /unexpected end of file/)
  })
})
