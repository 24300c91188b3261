/** Numbered migrations, databases that are refused, and indexes that differ. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import type { MongoOptions } from '../../src/mongo/connection.ts'
import { type MongoMigration, requireNumbered } from '../../src/mongo/schema.ts'
import type { Setting } from '../../src/mongo/setup.ts'
import { type MongoStore, openMongo } from '../../src/mongo/store.ts'
import { NoDatabase } from '../../src/mongo/unfit.ts'
import { TemporaryTrouble } from '../../src/runtime/temporary_trouble.ts'
import { createVirtualRuntime, untilTrue } from '../../test_support/virtual_runtime.ts'

const LEASE_MS = 60_000
const plan = {
  service: 'test_service',
  database: 'unused',
  indexes: { things: [{ name: 'by_name', key: { name: 1 as const } }] },
}
type Doc = { _id: string; name?: string }

const add = (name: string): MongoMigration => ({ name })

test('migrations are numbered without gaps', () => {
  requireNumbered([add('0001_a'), add('0002_b_2')])
  for (const name of ['0003_gap', '0001_again', '2_short', '0002_Upper']) {
    assert.throws(() => requireNumbered([add('0001_a'), add(name)]), /is not number 2/)
  }
})

mongoSuites('migrations on MongoDB', (server) => {
  const open = async (t: TestContext, url: string, more: Partial<MongoOptions> = {}) => {
    const store = await openMongo({ ...server.opening, ...plan, url, ...more })
    t.after(() => store.close())
    return store
  }
  const settingsOf = (store: MongoStore) => store.collection<Setting>('settings')
  const schemaOf = (store: MongoStore) => settingsOf(store).findOne({ _id: 'schema' })
  /** Why it is not usable; undefined if it is. */
  const why = (store: MongoStore) =>
    store.check().then(
      () => undefined,
      (error: Error) => {
        assert.equal(error instanceof TemporaryTrouble, false, 'not ready at once')
        return error.message
      },
    )
  const usable = (store: MongoStore) => untilTrue(async () => (await why(store)) === undefined)

  /** Three migrations, which record that they ran. */
  const three = (ran: string[]): MongoMigration[] =>
    ['0001_a', '0002_b', '0003_c'].map((name) => ({ name, run: async () => void ran.push(name) }))

  test('a program that only reads makes and updates nothing: it is refused until a service prepared the database', async (t) => {
    const database = server.newDatabase()
    const url = server.url(database)
    const existing = { existing: true, migrations: three([]) }
    await assert.rejects(
      open(t, url, existing),
      (error) => error instanceof NoDatabase && new RegExp(`no database ${database} `).test(error.message),
    )
    const before = await open(t, url, { migrations: three([]).slice(0, 2) })
    const contents = async () => {
      const settings = await settingsOf(before).find().sort({ _id: 1 }).toArray()
      const indexes = await before.collection('things').indexes()
      return [settings.map(({ electionSeenAt: _, ...setting }) => setting), indexes]
    }
    const old = await contents()
    await assert.rejects(
      open(t, url, existing),
      /is of an older release\. Start the shop: test_service updates it/,
    )
    await assert.rejects(open(t, url, { ...existing, service: 'other_service' }), /belongs to test_service/)
    assert.deepEqual(await contents(), old)
    await usable(await open(t, url, { migrations: three([]) }))
    const prepared = await contents()
    const more = { things: [...plan.indexes.things, { name: 'more', key: { more: 1 as const } }] }
    assert.equal(await why(await open(t, url, { ...existing, indexes: more })), undefined)
    assert.deepEqual(await contents(), prepared)
  })

  test('run once each, in order, by one of the replicas that start together', async (t) => {
    const url = server.url(server.newDatabase())
    const ran: string[] = []
    const stores = await Promise.all([1, 2, 3].map(() => open(t, url, { migrations: three(ran) })))
    for (const store of stores) await usable(store)
    assert.deepEqual(ran, ['0001_a', '0002_b', '0003_c'])
    assert.deepEqual(await schemaOf(stores[0]!), { _id: 'schema', generation: 3, needs: 0, value: '0003_c' })
    const more = [...three(ran), { name: '0004_d', run: async () => void ran.push('0004_d') }]
    await usable(await open(t, url, { migrations: more }))
    assert.deepEqual(ran.slice(3), ['0004_d'])
    // The release before starts beside it, and undoes nothing.
    await usable(await open(t, url, { migrations: three(ran) }))
    assert.equal((await schemaOf(stores[0]!))?.generation, 4)
    assert.equal(ran.length, 4)
  })

  test('one that was interrupted is run again; the release before works until a breaking one begins', async (t) => {
    const url = server.url(server.newDatabase())
    const old = await open(t, url, { migrations: three([]) })
    await usable(old)
    const runtime = createVirtualRuntime()
    let attempts = 0
    const breaking: MongoMigration = {
      name: '0004_breaks',
      breaking: true,
      async run(db) {
        // The data of the next step is there when it fails, as after a crash.
        await db.collection<Doc>('things').updateOne({ _id: 'a' }, { $set: { name: 'x' } }, { upsert: true })
        if (++attempts < 3) throw new Error('interrupted')
      },
    }
    const opening = open(t, url, { migrations: [...three([]), breaking], runtime, startWaitMs: 1 })
    await untilTrue(async () => attempts === 1 && runtime.waiting().length > 0)
    assert.equal((await schemaOf(old))?.pending, '0004_breaks')
    const refused = await open(t, url, { migrations: three([]) })
    assert.match(
      String(await why(refused)),
      /is being changed by 0004_breaks. It needs a release that knows schema 4; this one knows 3\. Start a newer release/,
    )
    assert.equal(await why(old), undefined, 'one that runs already is not stopped')
    await runtime.advance(1)
    const store = await opening
    await untilTrue(async () => {
      if ((await why(store)) === undefined) return true
      await runtime.advance(runtime.waiting()[0] ?? 0)
      return false
    })
    assert.equal(attempts, 3)
    assert.deepEqual(await schemaOf(store), { _id: 'schema', generation: 4, needs: 4, value: '0004_breaks' })
    // It looks again by itself, and is being prepared meanwhile.
    await untilTrue(async () => /has 0004_breaks, schema 4|is being changed/.test(String(await why(refused))))
  })

  test('a newer database that does not say what it needs is refused, until it is replaced', async (t) => {
    const url = server.url(server.newDatabase())
    const tool = await open(t, url)
    const settings = settingsOf(tool)
    await settings.insertOne({ _id: 'schema', generation: 7, value: '0007_x' })
    const runtime = createVirtualRuntime()
    const store = await open(t, url, { migrations: three([]), runtime })
    assert.match(
      String(await why(store)),
      /has 0007_x, schema 7. It needs a release that knows schema 7; this one/,
    )
    await assert.rejects(
      store.repeat(async () => 1),
      { code: 'store_unavailable' },
    )
    await settings.updateOne({ _id: 'schema' }, { $set: { needs: 3 } })
    await untilTrue(async () => {
      if ((await why(store)) === undefined) return true
      await runtime.advance(runtime.waiting()[0] ?? 0)
      return false
    })
  })

  test('while another replica migrates, the others say so; the lease is renewed', async (t) => {
    const url = server.url(server.newDatabase())
    const tool = await open(t, url)
    const running = Promise.withResolvers<void>()
    t.after(() => running.resolve())
    let runs = 0
    const run = async () => {
      runs++
      await running.promise
    }
    const migrations: MongoMigration[] = [{ name: '0001_long', run }]
    const runtime = createVirtualRuntime()
    const first = open(t, url, { migrations, runtime })
    await untilTrue(async () => (await schemaOf(tool))?.pending === '0001_long')
    const leaseUntil = async () => (await settingsOf(tool).findOne({ _id: 'index_lease' }))?.until?.getTime()
    const begun = await leaseUntil()
    const other = createVirtualRuntime({ seed: 2 })
    const opening = open(t, url, { migrations, runtime: other, startWaitMs: 1 })
    await untilTrue(() => other.waiting().length > 0)
    await other.advance(1)
    const second = await opening
    await untilTrue(async () => /Another replica .*: 0001_long/.test(String(await why(second))))
    await runtime.advance(LEASE_MS / 3)
    await untilTrue(async () => (await leaseUntil()) === begun! + LEASE_MS / 3)
    running.resolve()
    await usable(await first)
    await untilTrue(async () => {
      if ((await why(second)) === undefined) return true
      await other.advance(other.waiting()[0] ?? 0)
      return false
    })
    assert.equal(runs, 1)
  })

  test('a database that is being filled is refused', async (t) => {
    const url = server.url(server.newDatabase())
    const filling = await open(t, url)
    const mark = (value: string) =>
      settingsOf(filling).updateOne({ _id: 'migration' }, { $set: { value } }, { upsert: true })
    await mark('under way')
    const runtime = createVirtualRuntime()
    const store = await open(t, url, { migrations: three([]), runtime })
    assert.match(String(await why(store)), /is being filled by npm run migrate or npm run restore/)
    await mark('finished')
    await untilTrue(async () => {
      if ((await why(store)) === undefined) return true
      await runtime.advance(runtime.waiting()[0] ?? 0)
      return false
    })
  })

  test('an index of the same name with another key or other options is refused, with what to do', async (t) => {
    const others: object[] = [
      { key: { name: -1 } },
      { key: { name: 1, _id: 1 } },
      { key: { name: 1 }, unique: true },
      { key: { name: 1 }, sparse: true },
      { key: { name: 1 }, expireAfterSeconds: 60 },
      { key: { name: 1 }, partialFilterExpression: { name: 'a' } },
    ]
    for (const other of others) {
      const url = server.url(server.newDatabase())
      const tool = await open(t, url, { indexes: { things: [{ name: 'by_name', ...other } as never] } })
      await usable(tool)
      const store = await open(t, url, { runtime: createVirtualRuntime() })
      assert.match(
        String(await why(store)),
        /The index by_name of things has another key or other options[\s\S]*things.dropIndex\('by_name'\)/,
        JSON.stringify(other),
      )
    }
  })

  test('old indexes are dropped by a breaking migration, after the new ones are there; missing ones are no error', async (t) => {
    const { url, proxy } = await server.proxied(t, server.newDatabase())
    await usable(
      await open(t, url, { indexes: { things: [...plan.indexes.things, { name: 'old', key: { old: 1 } }] } }),
    )
    // The wire-compatible server cannot drop an index.
    if (!server.honest) proxy.loseAnswerTo('dropIndexes', 1, { ok: 1 })
    proxy.commands()
    const indexes = { things: [...plan.indexes.things, { name: 'new', key: { new: 1 as const } }] }
    const drops = { things: ['old', 'never_there'] }
    const store = await open(t, url, { indexes, migrations: [{ name: '0001_drop', breaking: true, drops }] })
    await usable(store)
    const changes = proxy.commands().filter((name) => /^(createIndexes|dropIndexes) /.test(name))
    assert.deepEqual(changes, ['createIndexes things', 'dropIndexes things'])
    if (server.honest) {
      const names = (await store.collection('things').indexes()).map(({ name }) => name)
      assert.deepEqual(names.sort(), ['_id_', 'by_name', 'new'])
    }
    assert.deepEqual(await schemaOf(store), { _id: 'schema', generation: 1, needs: 1, value: '0001_drop' })
  })
})
