/** What a simulation relies on: the same seed gives the same history, and nothing is ignored. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { CLIENT_OPTIONS } from '@shop/service_kit/mongo/options'
import { openMongo } from '@shop/service_kit/mongo/store'
import { withDatabase } from '@shop/service_kit/mongo/url'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import type { Collection, Document } from 'mongodb'
import { createModelDeployment } from '../../mongo/deployment.ts'
import { createModelWorld, failureOf, type Thing } from './world.ts'

const plan = {
  service: 'test_service',
  database: 'shop',
  indexes: { things: [{ name: '_id_', key: { _id: 1 as const } }] },
}

/** Two processes that read and write through our stores, while commands fail and primaries change. */
async function historyOf(seed: number): Promise<string> {
  const runtime = createVirtualRuntime({ seed })
  const trace = createHash('sha256')
  const note = (what: string) => trace.update(`${runtime.monotonic()} ${what}\n`)
  const mongo = createModelDeployment(
    {
      ...runtime,
      note,
      fault({ client, member, name, collection }) {
        note(`${client} ${member} ${name} ${collection}`)
        const chance = runtime.random()
        if (chance < 0.05) return { before: 'cut' }
        if (chance < 0.1) return { after: 'cut' }
        return { requestMs: 5 * runtime.random(), answerMs: 5 * runtime.random() }
      },
      replicationMs: () => 20 * runtime.random(),
    },
    { electionMs: 500 },
  )
  const work = async (name: string) => {
    const createClient = mongo.clientFor({ name, runtime })
    const store = await openMongo({ ...plan, url: withDatabase(mongo.url, 'shop'), runtime, createClient })
    const things = store.collection<Thing>('things')
    for (let n = 0; n < 15; n++) {
      const _id = `${n % 4}`
      const error = await failureOf(
        store.transact(async (session) => {
          const found = await things.findOne({ _id }, { session })
          if (!found) await things.insertOne({ _id, count: 1 }, { session })
          else await things.updateOne({ _id }, { $set: { count: found.count! + 1 } }, { session })
        }),
      )
      note(`${name} ${n} ${error}`)
    }
    note(JSON.stringify(await failureOf(store.repeat(() => things.find().toArray()))))
    await store.close()
  }
  const stop = runtime.every(300, () =>
    runtime.random() < 0.5 ? mongo.set.stepDown() : mongo.set.killPrimary(200),
  )
  await runtime.advanceUntil(Promise.all([work('a'), work('b')]))
  stop()
  return trace.digest('hex')
}

suite('the model of MongoDB', () => {
  test('the same seed gives the same history, another seed another', async () => {
    const [first, second, again] = [await historyOf(1), await historyOf(2), await historyOf(1)]
    assert.equal(first, again)
    assert.notEqual(first, second)
  })

  const UNKNOWN: readonly [what: string, work: (things: Collection<Document>) => Promise<unknown>][] = [
    ['a filter', (things) => things.find({ count: { $mod: [2, 0] } }).toArray()],
    ['a filter of all', (things) => things.find({ $where: 'true' }).toArray()],
    ['an update', (things) => things.updateOne({}, { $push: { items: 1 } } as never)],
    ['an update by a pipeline', (things) => things.updateOne({}, [{ $set: { count: 1 } }])],
    ['a stage', (things) => things.aggregate([{ $unwind: '$items' }]).toArray()],
    [
      'an accumulator',
      (things) => things.aggregate([{ $group: { _id: null, n: { $avg: '$count' } } }]).toArray(),
    ],
    ['a projection', (things) => things.find({}, { projection: { items: { $slice: 1 } } }).toArray()],
    ['an option of a command', (things) => things.find({}, { collation: { locale: 'de' } }).toArray()],
    ['an option of an index', (things) => things.createIndex({ a: 1 }, { hidden: true })],
    ['a kind of index', (things) => things.createIndex({ a: 'text' })],
    ['a command', (things) => things.findOneAndUpdate({}, { $set: { a: 1 } })],
    ['a write concern', (things) => things.insertOne({}, { writeConcern: { w: 3 } })],
    ['a read concern', (things) => things.find({}, { readConcern: { level: 'linearizable' } }).toArray()],
  ]
  for (const [what, work] of UNKNOWN) {
    test(`${what} that it does not know is refused, and reported`, async () => {
      const runtime = createVirtualRuntime()
      const reported: Error[] = []
      const mongo = createModelDeployment({ ...runtime, unknown: (error) => reported.push(error) })
      const client = mongo.clientFor({ name: 'a', runtime })(mongo.url, CLIENT_OPTIONS)
      await runtime.advanceUntil(client.connect())
      const things = client.db('shop').collection('things')
      await runtime.advanceUntil(things.insertOne({ _id: 'x' as never, count: 1, items: [1] }))
      const error = await runtime.advanceUntil(failureOf(work(things)))
      assert.match(String(error), /The model of MongoDB does not know/)
      assert.deepEqual(reported, [error])
    })
  }

  test('stored values are copies: neither what was written nor what was read changes them', async () => {
    const { run, things } = createModelWorld()
    const all = await things('a')
    const written: Thing = { _id: 'x', items: [1] }
    await run(all.insertOne(written))
    written.items!.push(2)
    const found = (await run(all.findOne({ _id: 'x' })))!
    found.items!.push(3)
    assert.deepEqual(await run(all.findOne({ _id: 'x' })), { _id: 'x', items: [1] })
  })

  test('a deployment begins with the data of another, and changes nothing there', async () => {
    const first = createModelWorld()
    const before = await first.things('a')
    await first.run(before.createIndex({ name: 1 }, { unique: true, sparse: true }))
    await first.run(before.insertOne({ _id: 'x', name: 'n' }))
    const second = createModelWorld(2, { data: first.mongo.data() })
    const after = await second.things('a')
    assert.deepEqual(await second.run(after.findOne({})), { _id: 'x', name: 'n' })
    const refused = await second.run(failureOf(after.insertOne({ _id: 'y', name: 'n' })))
    assert.equal((refused as { code?: unknown }).code, 11000)
    await second.run(after.updateOne({ _id: 'x' }, { $set: { name: 'other' } }))
    second.mongo.set.stepDown()
    await second.runtime.advance(1_000)
    assert.equal((await second.run(after.findOne({ _id: 'x' })))?.name, 'other')
    assert.equal((await first.run(before.findOne({ _id: 'x' })))?.name, 'n')
  })

  test('what a process sent before it was killed arrives; the process is answered no more', async () => {
    const { mongo, run, runtime, things, faults } = createModelWorld()
    faults.of = ({ name }) => (name === 'insert' ? { requestMs: 100 } : undefined)
    let alive = true
    const mortal = {
      ...runtime,
      after: (ms: number, fire: () => void) => runtime.after(ms, () => alive && fire()),
      defer: (fire: () => void) => runtime.defer(() => alive && fire()),
    }
    const client = mongo.clientFor({ name: 'b', runtime: mortal })(mongo.url, CLIENT_OPTIONS)
    await run(client.connect())
    let answered = false
    void client
      .db('shop')
      .collection<Thing>('things')
      .insertOne({ _id: 'x' })
      .finally(() => {
        answered = true
      })
    await runtime.advance(50)
    alive = false
    await runtime.advance(10_000)
    assert.equal(answered, false)
    assert.ok(await run((await things('a')).findOne({ _id: 'x' })))
  })
})
