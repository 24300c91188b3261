/** Transactions of the model: what they see, and which of two that conflict fails. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SNAPSHOT_READ, TRANSACTION_OPTIONS } from '@shop/service_kit/mongo/options'
import type { ClientSession, Collection, MongoServerError } from 'mongodb'
import { createModelWorld, failureOf, type Thing } from './world.ts'

const WRITE_CONFLICT = 112
const DUPLICATE = 11000
const LIFETIME_MS = 7_000

async function open() {
  const world = createModelWorld(1, { electionMs: 1_000, transactionLifetimeMs: LIFETIME_MS })
  const client = await world.client('a')
  const things = client.db('shop').collection<Thing>('things')
  await world.run(things.createIndex({ name: 1 }, { unique: true, sparse: true }))
  await world.run(
    things.insertMany([
      { _id: 'tea', count: 1 },
      { _id: 'cup', count: 1 },
    ]),
  )
  const begin = () => {
    const session = client.startSession()
    session.startTransaction(TRANSACTION_OPTIONS)
    return session
  }
  const count = async (_id: string) => (await world.run(things.findOne({ _id })))?.count
  return { ...world, connected: client, collection: things, begin, count }
}

const add = (things: Collection<Thing>, session: ClientSession, _id = 'tea') =>
  things.updateOne({ _id }, { $inc: { count: 1 } }, { session })

suite('transactions of the model', () => {
  test('of two open ones that write a document, the later fails with a write conflict', async () => {
    const { run, collection: things, begin, count } = await open()
    const [first, second] = [begin(), begin()]
    await run(add(things, first))
    const error = (await run(failureOf(add(things, second)))) as MongoServerError
    assert.deepEqual([error.code, error.hasErrorLabel('TransientTransactionError')], [WRITE_CONFLICT, true])
    await run(first.commitTransaction())
    assert.equal(await count('tea'), 2)
  })

  test('one that writes what another committed since it began fails with a write conflict', async () => {
    const { run, collection: things, begin } = await open()
    const [first, second] = [begin(), begin()]
    await run(things.findOne({ _id: 'cup' }, { session: second }))
    await run(add(things, first))
    await run(first.commitTransaction())
    const error = (await run(failureOf(add(things, second)))) as MongoServerError
    assert.equal(error.code, WRITE_CONFLICT)
  })

  test('one sees its own writes, and of others only what was there when it began', async () => {
    const { run, collection: things, begin } = await open()
    const session = begin()
    await run(things.findOne({ _id: 'cup' }, { session }))
    await run(things.updateOne({ _id: 'tea' }, { $inc: { count: 5 } }))
    assert.equal((await run(things.findOne({ _id: 'tea' }, { session })))?.count, 1)
    await run(add(things, session, 'cup'))
    assert.equal((await run(things.findOne({ _id: 'cup' }, { session })))?.count, 2)
    assert.equal((await run(things.findOne({ _id: 'cup' })))?.count, 1)
    await run(things.insertOne({ _id: 'pot' }, { session }))
    const all = await run(things.find({}, { session }).sort({ _id: 1 }).toArray())
    assert.deepEqual(
      all.map(({ _id }) => _id),
      ['cup', 'pot', 'tea'],
    )
  })

  test('of a unique key: a conflict if another takes it meanwhile, a duplicate if it was taken before', async () => {
    const { run, collection: things, begin } = await open()
    const [first, second, third] = [begin(), begin(), begin()]
    await run(things.findOne({ _id: 'cup' }, { session: third }))
    await run(things.insertOne({ _id: 'x', name: 'n' }, { session: first }))
    const insert = (_id: string, session: ClientSession) =>
      run(failureOf(things.insertOne({ _id, name: 'n' }, { session }))) as Promise<MongoServerError>
    assert.equal((await insert('y', second)).code, WRITE_CONFLICT)
    await run(first.commitTransaction())
    assert.equal((await insert('z', third)).code, WRITE_CONFLICT)
    assert.equal((await insert('z', begin())).code, DUPLICATE)
  })

  test('a duplicate aborts the transaction', async () => {
    const { run, collection: things, begin, count } = await open()
    const session = begin()
    await run(add(things, session))
    await run(failureOf(things.insertOne({ _id: 'cup' }, { session })))
    const error = (await run(failureOf(session.commitTransaction()))) as MongoServerError
    assert.equal(error.codeName, 'NoSuchTransaction')
    assert.equal(await count('tea'), 1)
  })

  test('another writer waits until it ends, and then writes what it left', async () => {
    const { run, runtime, collection: things, begin, count } = await open()
    const session = begin()
    await run(add(things, session))
    let written = false
    const waiting = things.updateOne({ _id: 'tea' }, { $inc: { count: 8 } }).then((result) => {
      written = true
      return result
    })
    await runtime.advance(1_000)
    assert.equal(written, false)
    await run(session.commitTransaction())
    assert.equal((await run(waiting)).matchedCount, 1)
    assert.equal(await count('tea'), 10)
  })

  test('one whose client ended is aborted after its lifetime', async () => {
    const { run, runtime, collection: things, begin, ...world } = await open()
    await run(add(things, begin()))
    const patient = await world.things('b', { socketTimeoutMS: 0 })
    const waiting = patient.updateOne({ _id: 'tea' }, { $inc: { count: 1 } })
    const startedAt = runtime.monotonic()
    await run(waiting)
    assert.ok(runtime.monotonic() - startedAt >= LIFETIME_MS - 1_000)
    assert.ok(runtime.monotonic() - startedAt <= LIFETIME_MS + 1_000)
    assert.equal((await run(things.findOne({ _id: 'tea' })))?.count, 2)
  })

  test('many that read, decide and write lose nothing: the driver repeats those that conflict', async () => {
    const { run, connected: client, collection: things, count, mongo } = await open()
    const others = await Promise.all([1, 2, 3, 4].map(async () => client))
    let conflicts = 0
    const work = others.flatMap((each) =>
      Array.from({ length: 5 }, () =>
        each.withSession((session) =>
          session.withTransaction(async () => {
            const before = (await things.findOne({ _id: 'tea' }, { session }))!.count!
            await things
              .updateOne({ _id: 'tea' }, { $set: { count: before + 1 } }, { session })
              .catch((error) => {
                conflicts++
                throw error
              })
          }, TRANSACTION_OPTIONS),
        ),
      ),
    )
    await run(Promise.all(work))
    assert.equal(await count('tea'), 21)
    assert.ok(conflicts > 0)
    assert.ok(mongo.set.primary())
  })

  for (const when of ['before', 'after'] as const) {
    test(`a commit whose connection breaks ${when} it is applied is repeated by the driver, and applied once`, async () => {
      const { run, connected: client, collection: things, count, faults } = await open()
      let broken = 0
      faults.of = ({ name }) => (name === 'commitTransaction' && broken++ < 3 ? { [when]: 'cut' } : undefined)
      let attempts = 0
      await run(
        client.withSession((session) =>
          session.withTransaction(async () => {
            attempts++
            await add(things, session)
          }, TRANSACTION_OPTIONS),
        ),
      )
      assert.ok(broken >= 4)
      assert.equal(attempts, 1)
      assert.equal(await count('tea'), 2)
    })
  }

  test('a commit that was lost with its primary fails as unknown, then as none: the transaction is repeated', async () => {
    const { run, runtime, connected: client, collection: things, count, mongo, replicationMs } = await open()
    let attempts = 0
    const work = client.withSession((session) =>
      session.withTransaction(async () => {
        attempts++
        await add(things, session)
        if (attempts > 1) return
        replicationMs['mongo-2'] = replicationMs['mongo-3'] = 60_000
        runtime.after(50, () => {
          delete replicationMs['mongo-2']
          delete replicationMs['mongo-3']
          mongo.set.killPrimary()
        })
      }, TRANSACTION_OPTIONS),
    )
    await run(failureOf(work))
    assert.ok(attempts > 1)
    assert.equal(await count('tea'), 2)
  })

  test('reads of a snapshot session are all of one moment', async () => {
    const { run, connected: client, collection: things } = await open()
    const options = { session: client.startSession({ snapshot: true }), ...SNAPSHOT_READ }
    assert.equal((await run(things.findOne({ _id: 'tea' }, options)))?.count, 1)
    await run(things.updateMany({}, { $inc: { count: 1 } }))
    assert.equal((await run(things.findOne({ _id: 'cup' }, options)))?.count, 1)
    assert.equal((await run(things.findOne({ _id: 'cup' })))?.count, 2)
  })
})
