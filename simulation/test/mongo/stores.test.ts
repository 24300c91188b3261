/** The rules of our stores (the kit, mongo/store.ts) on the model, where elections lose writes and new primaries are behind. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openMongo } from '@shop/service_kit/mongo/store'
import { withDatabase } from '@shop/service_kit/mongo/url'
import { createModelWorld, failureOf, type Thing } from './world.ts'

const PLAN = {
  ...{ service: 'test_service', database: 'shop' },
  indexes: { things: [{ name: '_id_', key: { _id: 1 as const } }] },
}
const SLOW_MS = 100_000

function createStoresWorld(seed = 1) {
  const world = createModelWorld(seed, { electionMs: 1_000, deposedMs: 1_000 })
  const open = async (name: string) => {
    const { mongo, runtime, run } = world
    const createClient = mongo.clientFor({ name, runtime })
    const store = await run(
      openMongo({ ...PLAN, url: withDatabase(mongo.url, 'shop'), runtime, createClient }),
    )
    return { ...store, things: store.collection<Thing>('things') }
  }
  return { ...world, open }
}

suite('our stores on the model', () => {
  test('what was acknowledged before an election is read after it, though the new primary does not know yet (invariant 3)', async () => {
    const { run, runtime, mongo, replicationMs, open } = createStoresWorld()
    const [here, there] = [await open('a'), await open('b')]
    replicationMs['mongo-2'] = 20
    replicationMs['mongo-3'] = SLOW_MS
    await run(here.repeat(() => here.things.insertOne({ _id: 'x' })))
    replicationMs['mongo-1'] = 500
    mongo.set.stepDown()
    await runtime.advance(200)
    assert.equal(mongo.set.primary()?.address, 'mongo-2:27017')
    // As it would be without the rule.
    assert.equal(await run(there.things.findOne({ _id: 'x' })), null)
    assert.ok(await run(there.repeat(() => there.things.findOne({ _id: 'x' }))))
  })

  test('an increment under every fault is applied as often as it was reported, or unknown (invariant 3)', async () => {
    let [reported, unknown] = [0, 0]
    for (let seed = 1; seed <= 12; seed++) {
      const { run, runtime, mongo, replicationMs, faults, open } = createStoresWorld(seed)
      const stores = [await open('a'), await open('b')]
      for (const member of ['mongo-1', 'mongo-2', 'mongo-3']) replicationMs[member] = 30 * runtime.random()
      faults.of = () => {
        const chance = runtime.random()
        if (chance < 0.06) return { before: 'cut' }
        return chance < 0.12 ? { after: 'cut' } : { requestMs: 10 * runtime.random() }
      }
      const stop = runtime.every(1_000, () => {
        if (runtime.random() < 0.5) mongo.set.stepDown()
        else mongo.set.killPrimary(200)
      })
      const outcomes = stores.flatMap(({ things, transact }, store) =>
        Array.from({ length: 6 }, async (_, n) => {
          // Each adds a document of its own, and counts it in the same transaction.
          const _id = `${store} ${n}`
          const error = await failureOf(
            transact(async (session) => {
              if (await things.findOne({ _id }, { session })) return
              await things.insertOne({ _id }, { session })
              await things.updateOne({ _id: 'sum' }, { $inc: { count: 1 } }, { session, upsert: true })
            }),
          )
          return { _id, error }
        }),
      )
      const ended = await run(Promise.all(outcomes))
      stop()
      faults.of = () => undefined
      await runtime.advance(10_000)
      const stored = await run(stores[0]!.repeat(() => stores[0]!.things.find().toArray()))
      const sum = stored.find(({ _id }) => _id === 'sum')?.count ?? 0
      assert.equal(
        stored.length - (sum > 0 ? 1 : 0),
        sum,
        `seed ${seed}: a transaction was applied in part, or twice`,
      )
      for (const { _id, error } of ended) {
        if (error) unknown++
        else reported++
        if (!error)
          assert.ok(
            stored.some((each) => each._id === _id),
            `seed ${seed}: ${_id} is lost`,
          )
        else assert.equal((error as { code?: unknown }).code, 'store_unavailable', String(error))
      }
    }
    assert.ok(reported > 40 && unknown > 0, `${reported} reported, ${unknown} unknown`)
  })
})
