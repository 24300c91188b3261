/** Elections of the model: what is lost, what never is, and what clients see meanwhile. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { watchElections } from '@shop/service_kit/mongo/elections'
import { isPassing } from '@shop/service_kit/mongo/errors'
import {
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
  type ServerDescriptionChangedEvent,
} from 'mongodb'
import { createModelWorld, failureOf, type Thing } from './world.ts'

const SLOW_MS = 100_000
const [ONE, OTHERS] = ['mongo-1', ['mongo-2', 'mongo-3']]
const FAST = { electionMs: 1_000, deposedMs: 1_000 }
const LOCAL = { readConcern: { level: 'local' } } as const

function slow(replicationMs: Record<string, number>, ms: number | undefined) {
  for (const member of OTHERS) {
    if (ms === undefined) delete replicationMs[member]
    else replicationMs[member] = ms
  }
}

suite('elections of the model', () => {
  test('a write that only the primary had is lost with it, and rolled back when it returns', async () => {
    const { run, runtime, things, mongo, replicationMs, notes } = createModelWorld(1, FAST)
    const all = await things('a')
    await run(all.insertOne({ _id: 'kept' }))
    slow(replicationMs, SLOW_MS)
    await run(all.insertOne({ _id: 'lost' }, { writeConcern: { w: 1 } }))
    assert.ok(await run(all.findOne({ _id: 'lost' }, LOCAL)))
    slow(replicationMs, undefined)
    mongo.set.killPrimary(5_000)
    await runtime.advance(2_000)
    const ids = async () => (await run(all.find({}, LOCAL).toArray())).map(({ _id }) => _id)
    assert.deepEqual(await ids(), ['kept'])
    await runtime.advance(SLOW_MS)
    assert.ok(
      notes.some((note) => /^mongo-1.* rolls back 1 writes$/.test(note)),
      notes.join('\n'),
    )
    assert.notEqual(mongo.set.primary()?.address, `${ONE}:27017`)
    assert.deepEqual(await ids(), ['kept'])
  })

  test('a write that was acknowledged as of a majority is never lost, whatever happens to the members', async () => {
    const counts = { acknowledged: 0, failed: 0 }
    for (let seed = 1; seed <= 40; seed++) {
      const { run, runtime, things, mongo, replicationMs, notes } = createModelWorld(seed, {
        ...{ electionMs: 300, deposedMs: 300, handoverMs: 50 },
      })
      const acknowledged: string[] = []
      const writers = await Promise.all(['a', 'b'].map((name) => things(name)))
      let ended = false
      const writing = writers.map(async (all, writer) => {
        for (let n = 0; !ended; n++) {
          const _id = `${writer} ${n}`
          if (await failureOf(all.insertOne({ _id }))) counts.failed++
          else acknowledged.push(_id)
          await runtime.sleep(5)
        }
      })
      for (let step = 0; step < 12; step++) {
        for (const member of OTHERS) replicationMs[member] = 60 * runtime.random()
        await runtime.advance(400 * runtime.random())
        const { address } = mongo.set.members[Math.floor(3 * runtime.random())]!
        const event = Math.floor(4 * runtime.random())
        if (event === 0) mongo.set.killPrimary(600)
        else if (event === 1) mongo.set.stepDown()
        else if (event === 2) mongo.set.partition(address, runtime.random() < 0.5)
        else mongo.set.reconnect()
      }
      ended = true
      mongo.set.reconnect()
      await runtime.advance(20_000)
      await run(Promise.all(writing))
      const stored = new Set((await run(writers[0]!.find().toArray())).map(({ _id }) => _id))
      assert.deepEqual(
        acknowledged.filter((id) => !stored.has(id)),
        [],
        `seed ${seed}:\n${notes.join('\n')}`,
      )
      counts.acknowledged += acknowledged.length
    }
    assert.ok(counts.acknowledged > 1_000 && counts.failed > 10, JSON.stringify(counts))
  })

  test('a majority read does not see what only the primary has; a local one does', async () => {
    const { run, things, replicationMs } = createModelWorld()
    const all = await things('a')
    slow(replicationMs, SLOW_MS)
    await run(all.insertOne({ _id: 'x' }, { writeConcern: { w: 1 } }))
    assert.equal(await run(all.findOne({ _id: 'x' })), null)
    assert.ok(await run(all.findOne({ _id: 'x' }, LOCAL)))
    slow(replicationMs, undefined)
  })

  test('a new primary answers majority reads with older data until its first write is on a majority', async () => {
    const { run, runtime, client, things, mongo, replicationMs } = createModelWorld(1, FAST)
    const all = await things('a')
    // The next primary has what is written now, and does not know that so a majority has it.
    slow(replicationMs, SLOW_MS)
    replicationMs['mongo-2'] = 20
    await run(all.insertOne({ _id: 'x' }))
    replicationMs['mongo-1'] = SLOW_MS
    mongo.set.stepDown()
    await runtime.advance(200)
    const other = (await client('b')).db('shop').collection<Thing>('things')
    assert.equal(await run(other.findOne({ _id: 'x' })), null)
    assert.ok(await run(other.findOne({ _id: 'x' }, LOCAL)))
    // What elections.ts of the kit does.
    slow(replicationMs, undefined)
    delete replicationMs['mongo-1']
    await runtime.advance(SLOW_MS)
    await run(other.insertOne({ _id: 'of its term' }))
    assert.ok(await run(other.findOne({ _id: 'x' })))
  })

  test('clients are notified of each new primary, with an id that grows', async () => {
    const { runtime, client, mongo } = createModelWorld(1, FAST)
    const watched = await client('a')
    const primaries: string[] = []
    const elections = watchElections(watched, async () => {})
    watched.on('serverDescriptionChanged', ({ newDescription }: ServerDescriptionChangedEvent) => {
      const { type, electionId } = newDescription
      if (type === 'RSPrimary') primaries.push(electionId!.toHexString())
    })
    const seen = [elections.last()]
    mongo.set.killPrimary(3_000)
    await runtime.advance(2_500)
    seen.push(elections.last())
    mongo.set.stepDown()
    await runtime.advance(2_500)
    seen.push(elections.last())
    assert.equal(new Set(primaries).size, 2, primaries.join())
    assert.deepEqual(primaries, primaries.toSorted())
    assert.equal(new Set(seen).size, 3)
  })

  test('a write that waits for a majority when its primary steps down is repeated by the driver, once', async () => {
    const { run, runtime, things, mongo, replicationMs } = createModelWorld(1, FAST)
    const all = await things('a')
    await run(all.insertOne({ _id: 'x', count: 0 }))
    slow(replicationMs, 50)
    const adding = all.updateOne({ _id: 'x' }, { $inc: { count: 1 } })
    await runtime.advance(20)
    mongo.set.stepDown()
    assert.equal((await run(adding)).matchedCount, 1)
    assert.equal((await run(all.findOne({ _id: 'x' })))?.count, 1)
  })

  test('without repetition it fails with the code of the server, which is passing', async () => {
    const { run, runtime, things, mongo, replicationMs } = createModelWorld(1, FAST)
    const all = await things('a', { retryWrites: false })
    slow(replicationMs, 50)
    const inserting = failureOf(all.insertOne({ _id: 'x' }))
    await runtime.advance(20)
    mongo.set.stepDown()
    const waiting = (await run(inserting)) as MongoWriteConcernError
    assert.ok(waiting instanceof MongoWriteConcernError)
    assert.equal(waiting.code, 189)
    assert.ok(isPassing(waiting))
    // The client still sends to the old primary.
    const refused = (await run(failureOf(all.insertOne({ _id: 'y' })))) as MongoServerError
    assert.ok(refused === undefined || (refused instanceof MongoServerError && isPassing(refused)))
  })

  for (const when of ['before', 'after'] as const) {
    test(`an increment whose connection breaks ${when} it is applied is applied once`, async () => {
      const { run, things, faults } = createModelWorld()
      const all = await things('a')
      await run(all.insertOne({ _id: 'x', count: 0 }))
      let broken = 0
      faults.of = ({ name }) => (name === 'update' && broken++ === 0 ? { [when]: 'cut' } : undefined)
      assert.equal((await run(all.updateOne({ _id: 'x' }, { $inc: { count: 1 } }))).matchedCount, 1)
      assert.equal(broken, 2)
      assert.equal((await run(all.findOne({ _id: 'x' })))?.count, 1)
    })
  }

  test('an increment that a majority had when its primary died is recognized by the next primary', async () => {
    const { run, runtime, things, mongo, faults } = createModelWorld(1, { ...FAST })
    const all = await things('a')
    await run(all.insertOne({ _id: 'x', count: 0 }))
    let times = 0
    faults.of = ({ name }) => (name === 'update' && times++ === 0 ? { answerMs: 500 } : undefined)
    const adding = all.updateOne({ _id: 'x' }, { $inc: { count: 1 } })
    await runtime.advance(200)
    mongo.set.killPrimary()
    assert.equal((await run(adding)).modifiedCount, 1)
    assert.equal(times, 2)
    assert.equal((await run(all.findOne({ _id: 'x' })))?.count, 1)
  })

  test('while there is no primary, operations wait for one, and fail after the time for selecting a server', async () => {
    const { run, runtime, things, mongo } = createModelWorld(1, { electionMs: 10_000 })
    const all = await things('a')
    mongo.set.killPrimary()
    await runtime.advance(600)
    const startedAt = runtime.monotonic()
    const error = await run(failureOf(all.findOne({})))
    assert.ok(error instanceof MongoServerSelectionError, String(error))
    assert.ok(runtime.monotonic() - startedAt >= 2_500)
    await runtime.advance(10_000)
    assert.equal(await run(all.findOne({})), null)
  })

  test('a majority that does not come in time is reported, and the write stays', async () => {
    const { run, runtime, things, replicationMs } = createModelWorld()
    const all = await things('a')
    slow(replicationMs, SLOW_MS)
    const startedAt = runtime.monotonic()
    const error = (await run(failureOf(all.insertOne({ _id: 'x' })))) as MongoWriteConcernError
    assert.equal(error.code, 64)
    assert.ok(isPassing(error))
    assert.equal(Math.floor(runtime.monotonic() - startedAt), 4_000)
    assert.ok(await run(all.findOne({ _id: 'x' }, LOCAL)))
  })

  test('a primary that is cut off from the others acknowledges nothing; what it accepted is lost', async () => {
    const { run, runtime, things, mongo } = createModelWorld(1, { electionMs: 1_000, deposedMs: 5_000 })
    const all = await things('a')
    mongo.set.partition(mongo.set.primary()!.address, false)
    await run(all.insertOne({ _id: 'lost' }, { writeConcern: { w: 1 } }))
    const waiting = failureOf(all.insertOne({ _id: 'x' }))
    await runtime.advance(10_000)
    await run(waiting)
    mongo.set.reconnect()
    await runtime.advance(1_000)
    assert.equal(await run(all.findOne({ _id: 'lost' }, LOCAL)), null)
  })

  test('a member that clients cannot reach any more breaks their connections when they notice', async () => {
    const { run, runtime, things, mongo } = createModelWorld(1, FAST)
    const all = await things('a', { retryReads: false })
    mongo.set.partition(mongo.set.primary()!.address)
    const startedAt = runtime.monotonic()
    const error = await run(failureOf(all.findOne({})))
    assert.ok(error instanceof MongoNetworkError)
    assert.ok(runtime.monotonic() - startedAt <= 2_000)
  })

  test('the rest of a long list is lost with the primary that has it', async () => {
    const { run, runtime, things, mongo } = createModelWorld(1, FAST)
    const all = await things('a')
    await run(all.insertMany(Array.from({ length: 10 }, (_, i) => ({ _id: `${i}` }))))
    const cursor = all.find().batchSize(2)
    await run(cursor.next())
    mongo.set.stepDown()
    await runtime.advance(1_000)
    const error = (await run(failureOf(cursor.toArray()))) as MongoServerError
    assert.ok(isPassing(error), String(error))
  })
})
