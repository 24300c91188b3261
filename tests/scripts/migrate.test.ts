/** `npm run migrate`: a shop that is migrated to MongoDB, also after an interruption, is the same shop there. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { globSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Writable } from 'node:stream'
import { suite, test } from 'node:test'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { newImport } from '@shop/product_service/domain/import'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import type { AuditEntry } from '@shop/service_kit/audit/entry'
import { connectPatiently } from '@shop/service_kit/mongo/tools'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import { Long, MongoClient } from 'mongodb'
import { DATABASES as SHOP } from '../../scripts/backup/databases.ts'
import { createMarks } from '../../scripts/migrate/marks.ts'
import { copy, differences, PATIENCE_MS, patiently } from '../../scripts/migrate/progress.ts'
import { SERVICES, type ServiceName } from '../../scripts/services.ts'
import { startLoad } from '../cluster/load.ts'
import { readMongoRecords } from '../cluster/mongo_records.ts'
import { call, expectStatus } from '../system/calls.ts'
import { assertConsistent, type StoreRecords } from '../system/invariants.ts'
import { removeOldAt } from '../system/remove_old.ts'
import { readRecords, settledRecords } from '../system/store_records.ts'
import { createChance, until } from '../system/until.ts'
import { type Order, signIn } from '../system/world.ts'
import { finish, newWorld, portOf, READY, runScript, type World } from './running.ts'

const BUYING_MS = 120_000
const COPY_MS = 120_000

const pathOf = (dataDir: string, service: ServiceName) =>
  join(dataDir, SERVICES.find(({ name }) => name === service)!.databaseFile)
const addressesOf = ({ ports }: World) => {
  const at = (port: number) => `http://127.0.0.1:${port}`
  return { auth: at(ports.auth), products: at(ports.product), orders: at(ports.order) }
}

/** Sorts the records, because each kind of store returns them in another order. */
const sorted = ({ products, movements, reservations, orders }: StoreRecords): StoreRecords => ({
  products: products.toSorted((a, b) => a.id.localeCompare(b.id)),
  movements: movements.toSorted((a, b) => a.productId.localeCompare(b.productId) || a.version - b.version),
  reservations: reservations.toSorted((a, b) => a.orderId.localeCompare(b.orderId)),
  orders: orders.toSorted((a, b) => a.id.localeCompare(b.id)),
})

suite('an interrupted migration', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`by ${signal} leaves no copy of the stores behind`, async (t) => {
      const world = await newWorld(t)
      const { dataDir } = world
      const place = { DATA_DIR: dataDir, CURRENCY: 'USD' }
      for (const open of [openAuthStores, openProductStores, openOrderStores]) {
        await (await open(place, { runtime: systemRuntime })).close()
      }
      const silent = createServer(() => {}).listen(0, '127.0.0.1')
      await once(silent, 'listening')
      t.after(() => silent.close())

      const TMPDIR = join(dataDir, '..')
      const url = `mongodb://127.0.0.1:${portOf(silent)}`
      const from = ['--from', `sqlite:${dataDir}`]
      const move = runScript(
        t,
        'migrate.ts',
        { ...world, env: { ...world.env, TMPDIR } },
        ...from,
        '--to',
        url,
      )
      const copied = () => globSync('shop_migrate_*/orders.db', { cwd: TMPDIR }).length
      await until('the copy is there', COPY_MS, () => copied() === 1)
      move.process.kill(signal)
      assert.equal(await move.ended, 1)
      assert.deepEqual(readdirSync(TMPDIR), ['data'])
    })
  }
})

test('trouble of the target is waited for, for ten minutes; a refusal is not', async () => {
  const trouble = () => Object.assign(new Error('no primary'), { code: 'store_unavailable' })
  const runtime = createVirtualRuntime()
  let calls = 0
  const failing = patiently(async () => {
    calls++
    throw trouble()
  }, runtime)
  const outcome = failing.catch((error: Error) => error.message)
  await runtime.advance(PATIENCE_MS)
  const before = calls
  assert.ok(before > 500 && before <= 601, String(before))
  await runtime.advance(1_000)
  assert.equal(await outcome, 'no primary')
  await runtime.advance(PATIENCE_MS)
  assert.ok(calls <= before + 1)

  let attempts = 0
  const passing = patiently(async () => {
    if (++attempts < 4) throw trouble()
    return attempts
  }, runtime)
  await runtime.advance(3_000)
  assert.equal(await passing, 4)
  await assert.rejects(
    patiently(() => Promise.reject(new Error('refused')), runtime),
    /refused/,
  )
})

test('a source with an open import is refused, which nothing could finish in the target', async (t) => {
  const world = await newWorld(t)
  const place = { DATA_DIR: world.dataDir, CURRENCY: 'USD' }
  for (const open of [openAuthStores, openOrderStores]) {
    await (await open(place, { runtime: systemRuntime })).close()
  }
  const products = await openProductStores(place, { runtime: systemRuntime })
  const stamp = { by: 'root', at: '2026-01-01T00:00:00.000Z' }
  await products.imports.create(newImport(systemRuntime.newId(), 'spring.csv', stamp))
  await products.close()
  // It is refused before the target is looked for.
  const target = ['--to', 'mongodb://127.0.0.1:9']
  const move = await finish(t, 'migrate.ts', world, '--from', `sqlite:${world.dataDir}`, ...target)
  assert.equal(move.code, 1)
  assert.match(move.output, /The import of spring\.csv is open \(uploading\)\.\nFinish it with/)
})

test('an empty store is refused as a source', async (t) => {
  const world = await newWorld(t)
  const place = { DATA_DIR: world.dataDir, CURRENCY: 'USD' }
  for (const open of [openAuthStores, openProductStores, openOrderStores]) {
    await (await open(place, { runtime: systemRuntime })).close()
  }
  truncateSync(join(world.dataDir, 'orders.db'))
  const from = ['--from', `sqlite:${world.dataDir}`]
  const { code, output } = await finish(t, 'migrate.ts', world, ...from, '--to', 'mongodb://127.0.0.1:9')
  assert.equal(code, 1)
  assert.match(output, /^Not usable: \S+orders\.db is empty: no store was ever made in it\.$/m)
})

/** The audit log of each service, up to a hundred entries. */
async function entriesIn(place: { DATA_DIR: string; CURRENCY: string; DATABASE_URL?: string }) {
  const all: (readonly AuditEntry[])[] = []
  for (const open of [openAuthStores, openProductStores, openOrderStores]) {
    const stores = await open({ ...place, CURRENCY_DIGITS: 3 } as never, { runtime: systemRuntime })
    all.push(await stores.auditLog.page({ filter: undefined, before: undefined, limit: 100 }))
    await stores.close()
  }
  return all
}

const DATABASES = ['shop_auth', 'shop_products', 'shop_notifications', 'shop_payments', 'shop_orders']

async function withMongo<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

const readMarks = (url: string) =>
  withMongo(url, (client) =>
    Promise.all(
      DATABASES.map(async (name) => {
        const settings = client.db(name).collection<{ _id: string; value: string }>('settings')
        return (await settings.findOne({ _id: 'migration' }))?.value
      }),
    ),
  )

async function emptied(client: MongoClient): Promise<void> {
  for (const { name, collections } of SHOP)
    for (const each of collections) await client.db(name).collection(each).deleteMany({})
}

const inOrder = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).toSorted()

/** Users with all their versions, sessions and keys, as far as they can be compared. */
function sqliteAccounts(dataDir: string) {
  const db = new DatabaseSync(join(dataDir, 'auth.db'))
  try {
    const all = (sql: string) =>
      inOrder(
        db
          .prepare(sql)
          .all()
          .map((row) => Object.values(row)),
      )
    return {
      users: all(
        'SELECT id, username, role, password_hash, password_version, role_changes, created_at FROM users',
      ),
      sessions: all(
        'SELECT id, user_id, password_version, token_hash, previous_hash, expires_at FROM sessions',
      ),
      keys: all('SELECT kid, generation, x, d, signs_from FROM signing_keys'),
    }
  } finally {
    db.close()
  }
}

const mongoAccounts = (url: string) =>
  withMongo(url, async (client) => {
    const all = (name: string) => client.db('shop_auth').collection<{ _id: string }>(name).find().toArray()
    // biome-ignore lint/suspicious/noExplicitAny: documents as they are stored.
    const rows = async (name: string, fields: (document: any) => unknown[]) =>
      inOrder((await all(name)).map(fields))
    return {
      users: await rows('users', (each) => [
        ...[each._id, each.username, each.role, each.passwordHash, each.passwordVersion],
        ...[each.roleChanges ?? 0, each.createdAt.getTime()],
      ]),
      sessions: await rows('sessions', (each) => [
        ...[each._id, each.userId, each.passwordVersion, each.tokenHash, each.previousHash],
        each.expiresAt.getTime(),
      ]),
      keys: await rows('signing_keys', (each) => [
        ...[each._id, each.generation, each.jwk.x, each.jwk.d, each.signsFrom.getTime()],
      ]),
    }
  })

mongoSuite('a shop that moves to MongoDB', (server) => {
  test('is the same there, although the migration was interrupted and started again', async (t) => {
    const url = server.url()
    const world = await newWorld(t)
    // Another number of decimals than usual: the stored amounts are copied unchanged.
    const odd = { ...world, env: { ...world.env, CURRENCY_DIGITS: '3' } }
    const shop = runScript(t, 'start.ts', odd)
    await shop.until(READY)
    const admin = JSON.parse(readFileSync(join(world.dataDir, 'admin.json'), 'utf8'))
    const load = await startLoad({
      ...{ addresses: addressesOf(world), admin, size: 6, products: 3, stock: 300 },
      ...{ pauseMs: 20, chance: createChance(1) },
    })
    await until('many have bought', BUYING_MS, () => load.seenOrders.length > 20)
    const migrate = ['--from', `sqlite:${world.dataDir}`, '--to', url]
    const early = await finish(t, 'migrate.ts', world, ...migrate)
    assert.deepEqual([early.code, /Stop the shop first/.test(early.output)], [1, true], early.output)
    await load.stop()
    const { token: adminToken } = await signIn(addressesOf(world).auth, admin.username, admin.password)
    const { orderId: shipped } = load.seenOrders.find((seen) => seen.status === 'confirmed')!
    const itsAddress = `${addressesOf(world).orders}/orders/${shipped}`
    expectStatus(await call('PUT', itsAddress, { token: adminToken, body: { status: 'shipped' } }), 200)
    // A changed password and role: their versions must be copied, too.
    const reset = await finish(t, 'accounts.ts', world, '--reset-password', load.buyers[1]!.username)
    assert.equal(reset.code, 0, reset.output)
    await settledRecords(() => readRecords(world.dataDir, pathOf))
    shop.process.kill('SIGTERM')
    assert.equal(await shop.ended, 0)
    // Opening balances, which are compared like any movement.
    await removeOldAt({ DATA_DIR: world.dataDir, CURRENCY_DIGITS: 3 })
    const before = readRecords(world.dataDir, pathOf)

    const { url: watched, proxy } = await server.proxied(t, '')
    const firstBatch = ['auth_service', 'order_service'].map((appName) => ({ appName }))
    const answer = { ok: 1, cursor: { id: Long.ZERO, ns: 'admin.$cmd.aggregate', firstBatch } }
    proxy.loseAnswerTo('$currentOp', 1, answer)
    const inUse = await finish(t, 'migrate.ts', world, '--from', `sqlite:${world.dataDir}`, '--to', watched)
    assert.equal(inUse.code, 1)
    assert.match(inUse.output, /auth_service, order_service are connected to the database\. Stop the shop/)
    assert.deepEqual(await readMarks(url), Array(DATABASES.length).fill(undefined))

    // The folder that it could not remove is removed with the world.
    const tidied = { ...world, env: { ...world.env, TMPDIR: join(world.dataDir, '..') } }
    for (const point of [/^users: /m, /^products: /m, /^reservations: /m, /^orders: /m]) {
      const cutOff = runScript(t, 'migrate.ts', tidied, ...migrate)
      await cutOff.until(point)
      cutOff.process.kill('SIGKILL')
      await cutOff.ended
      const marks = await readMarks(url)
      // Killed after its last record, it may just have finished.
      if (String(point) !== String(/^orders: /m))
        assert.deepEqual(marks, Array(DATABASES.length).fill('under way'))
    }
    const ended = (await readMarks(url)).every((mark) => mark === 'finished')
    const moved = await finish(t, 'migrate.ts', world, ...migrate)
    if (!ended) {
      assert.equal(moved.code, 0, moved.output)
      const { length } = before.orders
      assert.match(
        moved.output,
        new RegExp(`^orders: ${length} of ${length} \\(${length} were there already\\)$`, 'm'),
      )
    }
    assert.deepEqual(await readMarks(url), Array(DATABASES.length).fill('finished'))
    assert.deepEqual(await mongoAccounts(url), sqliteAccounts(world.dataDir))
    const source = { DATA_DIR: world.dataDir, CURRENCY: 'USD' }
    const entries = await entriesIn(source)
    assert.ok(
      entries.every((of) => of.length > 0),
      'every service has entries',
    )
    assert.deepEqual(await entriesIn({ ...source, DATABASE_URL: url }), entries)

    const after = await readMongoRecords(url)
    assert.deepEqual(sorted(after), sorted(before))
    assertConsistent(after, load.seenOrders)
    const again = await finish(t, 'migrate.ts', world, ...migrate)
    assert.deepEqual([again.code, /The target already has a shop/.test(again.output)], [1, true])

    const there = { ...world, env: { ...world.env, DATABASE_URL: url } }
    const next = runScript(t, 'start.ts', there)
    await next.until(READY)
    const { token } = await signIn(addressesOf(world).auth, admin.username, admin.password)
    const { orderId, status } = load.seenOrders.findLast((seen) => seen.status === 'confirmed')!
    const order = expectStatus(
      await call<Order>('GET', `${addressesOf(world).orders}/orders/${orderId}`, { token }),
      200,
    )
    assert.equal(order.status, status)
    assert.match(String(order.total_price), /^\d+\.\d{3}$/)
    // A session that began before the migration: its access token and its account are still valid.
    const mine = { token: load.buyers[0]!.token }
    expectStatus(await call('GET', `${addressesOf(world).auth}/me`, mine), 200)
    next.process.kill('SIGTERM')
    assert.equal(await next.ended, 0, next.output())
  })

  test('a run that another one overtakes stops, and cannot change a shop that is finished', async (t) => {
    const client = connectPatiently(server.url(), 'test')
    t.after(() => client.close())
    await emptied(client)
    const [first, second] = [createMarks(client), createMarks(client)]
    for (const { begin } of [first, second]) for (const name of DATABASES) await begin(name)
    await second.requireOurs('shop_auth')
    const collection = client.db('shop_auth').collection<{ _id: string }>('users')
    const kind = { anew: true, what: 'users', total: 1, documents: () => [{ _id: 'late' }], collection }
    await collection.insertOne({ _id: 'new' })
    await assert.rejects(
      copy(kind, process.stdout, () => first.requireOurs('shop_auth')),
      /stops/,
    )
    assert.deepEqual(await collection.find().toArray(), [{ _id: 'new' }])
    await assert.rejects(first.finish('shop_auth', true), /stops/)
    for (const name of DATABASES) await second.finish(name, true)
    await assert.rejects(first.begin('shop_auth'), /stops/)
    assert.deepEqual(await readMarks(server.url()), Array(DATABASES.length).fill('finished'))
  })

  test('records of which some arrived before a kill are completed, changed ones replaced, and what differs is counted', async (t) => {
    const client = connectPatiently(server.url(), 'test')
    t.after(() => client.close())
    await emptied(client)
    const collection = client.db('shop_auth').collection<{ _id: string; canonicalName?: string }>('users')
    const records = ['a', 'b', 'c'].map((_id) => ({ _id, canonicalName: `is ${_id}` }))
    const kind = { anew: false, what: 'users', total: 3, documents: () => records, collection }
    await collection.insertMany([records[0]!, { _id: 'c', canonicalName: 'was c' }])
    assert.deepEqual(await differences(kind), [
      'users: 2 of 3 differ in the target',
      'users: 3 in the source, 2 in the target',
    ])
    const written: string[] = []
    const out = new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk))
        done()
      },
    })
    await copy(kind, out, async () => {})
    assert.deepEqual(await collection.find().sort({ _id: 1 }).toArray(), records)
    assert.deepEqual(written, ['users: 3 of 3 (2 were there already)\n'])
    assert.deepEqual(await differences(kind), [])
  })

  test('from the folder of a backup: sessions and signing keys of that moment do not come back', async (t) => {
    const url = server.url()
    await withMongo(url, emptied)
    const world = await newWorld(t)
    const shop = runScript(t, 'start.ts', world)
    await shop.until(READY)
    const admin = JSON.parse(readFileSync(join(world.dataDir, 'admin.json'), 'utf8'))
    await signIn(addressesOf(world).auth, admin.username, admin.password)
    const folder = join(world.dataDir, '..', 'backup')
    const backup = await finish(t, 'backup.ts', world, '--to', folder)
    assert.equal(backup.code, 0, backup.output)
    shop.process.kill('SIGTERM')
    await shop.ended
    const { users, sessions, keys } = sqliteAccounts(folder)
    assert.ok(sessions.length > 0 && keys.length > 0)

    const there = { ...world, env: { ...world.env, DATABASE_URL: url } }
    const moved = await finish(t, 'migrate.ts', there, '--from', `sqlite:${folder}`)
    assert.equal(moved.code, 0, moved.output)
    assert.match(moved.output, /All sessions have ended/)
    assert.deepEqual(await mongoAccounts(url), { users, sessions: [], keys: [] })
  })
})
