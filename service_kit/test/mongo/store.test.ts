import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { BSON, MongoClient, ObjectId } from 'mongodb'
import type { MongoOptions } from '../../src/mongo/connection.ts'
import { OutcomeUnknown } from '../../src/mongo/errors.ts'
import { CLIENT_OPTIONS, DEADLINE_MS } from '../../src/mongo/options.ts'
import { type MongoStore, openMongo } from '../../src/mongo/store.ts'
import { withOption } from '../../src/mongo/url.ts'
import { batchInserts, batchUpdates } from '../../src/mongo/writes.ts'
import { nextTurn, systemRuntime } from '../../src/runtime/runtime.ts'
import { TemporaryTrouble } from '../../src/runtime/temporary_trouble.ts'
import { messageOf } from '../../test_support/mongo_proxy.ts'
import { mongoSuite, start } from '../../test_support/mongo_server.ts'
import { createVirtualRuntime, untilTrue, type VirtualRuntime } from '../../test_support/virtual_runtime.ts'

type Doc = { _id: string; name?: string; version?: number; writes?: Record<string, string> }

const plan = {
  service: 'test_service',
  database: 'unused',
  indexes: { things: [{ name: 'by_name', key: { name: 1 as const }, unique: true, sparse: true }] },
}

/** Between two polls of the lease for indexes. */
const LEASE_POLL_MS = 100

/** Passes pauses of up to `pauseMsMax` until `work` settles. No time passes while the server is awaited. Returns their number. */
async function passPauses(
  runtime: VirtualRuntime,
  pauseMsMax: number,
  work: Promise<unknown>,
): Promise<number> {
  let settled = false
  const settle = () => {
    settled = true
  }
  work.then(settle, settle)
  const nextMs = () => runtime.waiting()[0] ?? Number.POSITIVE_INFINITY
  for (let pauses = 0; ; pauses++) {
    await untilTrue(() => settled || nextMs() <= pauseMsMax)
    if (settled) return pauses
    await runtime.advance(nextMs())
  }
}

async function open(t: TestContext, url: string, more: Partial<MongoOptions> = {}) {
  const store = await openMongo({ runtime: systemRuntime, ...plan, url, ...more })
  t.after(() => store.close())
  return store
}

test('1: no URL weakens what is written and read, nor lifts a limit', () => {
  const weak =
    'w=1&journal=false&readConcernLevel=local&readPreference=secondary&retryWrites=false&wtimeoutMS=0&maxPoolSize=0'
  const { options } = new MongoClient(`mongodb://127.0.0.1:1/?${weak}`, CLIENT_OPTIONS)
  const { writeConcern, readConcern, readPreference, retryWrites, retryReads, maxPoolSize } = options
  assert.deepEqual([writeConcern.w, writeConcern.journal, writeConcern.wtimeoutMS], ['majority', true, 4_000])
  assert.deepEqual([readConcern.level, readPreference.mode], ['majority', 'primary'])
  assert.deepEqual(
    [retryWrites, retryReads, maxPoolSize, options.waitQueueTimeoutMS],
    [true, true, 50, 2_000],
  )
  assert.deepEqual([options.heartbeatFrequencyMS, options.serverSelectionTimeoutMS], [500, 2_500])
  assert.ok(options.socketTimeoutMS > 0 && options.socketTimeoutMS <= DEADLINE_MS)
})

mongoSuite('a MongoDB store', (server) => {
  test('1: the sent commands request majority and journal, also in transactions', async (t) => {
    const store = await open(
      t,
      withOption(server.url(server.newDatabase()), 'w=1&journal=false&monitorCommands=true'),
    )
    const seen: Record<string, Record<string, unknown>> = {}
    store.client.on('commandStarted', ({ commandName, command }) => {
      seen[`${commandName}${command.startTransaction ? ' first' : ''}`] = command
    })
    const things = store.collection<Doc>('things')
    await store.repeat(() => things.insertOne({ _id: 'a' }))
    await store.repeat(() => things.updateOne({ _id: 'a' }, { $set: { version: 1 } }))
    await store.repeat(() => things.deleteMany({ _id: 'b' }))
    await store.repeat(() => things.findOne({ _id: 'a' }))
    await store.transact((session) => things.insertOne({ _id: 'c' }, { session }))
    for (const name of ['insert', 'update', 'delete', 'commitTransaction']) {
      assert.deepEqual(withoutTimes(seen[name]!.writeConcern), { w: 'majority', j: true }, name)
    }
    assert.equal((seen.find!.readConcern as { level: string }).level, 'majority')
    assert.equal((seen['insert first']!.readConcern as { level: string }).level, 'snapshot')
    // Inside, what the transaction began with holds; commands that name their own are refused.
    assert.equal(seen['insert first']!.writeConcern, undefined)
    assert.ok(seen.commitTransaction!.maxTimeMS)
  })

  test('a closed store leaves no timer that keeps its process alive', async () => {
    const runtime = createVirtualRuntime()
    const store = await openMongo({ runtime, ...plan, url: server.url(server.newDatabase()) })
    await store.close()
    assert.deepEqual(runtime.waiting(), [])
  })

  test('a transaction that throws leaves nothing', async (t) => {
    const store = await open(t, server.url(server.newDatabase()))
    const things = store.collection<Doc>('things')
    const work = store.transact(async (session) => {
      await things.insertOne({ _id: 'a' }, { session })
      throw new RangeError('no')
    })
    await assert.rejects(work, RangeError)
    assert.equal(await things.findOne({ _id: 'a' }), null)
  })

  test('3: a snapshot begins again after temporary failures, four times at most; any other error is thrown', async (t) => {
    const store = await open(t, server.url(server.newDatabase()))
    const things = store.collection<Doc>('things')
    await things.insertMany([{ _id: 'a' }, { _id: 'b' }])
    let attempts = 0
    const count = (failures: number, error: Error) =>
      store.snapshot(async (options, read) => {
        const found = await read(() => things.find({}, options).toArray())
        if (++attempts <= failures) throw error
        return found.length
      })
    assert.deepEqual([await count(3, new OutcomeUnknown()), attempts], [2, 4])
    attempts = 0
    await assert.rejects(count(4, new OutcomeUnknown()), { code: 'store_unavailable' })
    assert.equal(attempts, 4)
    attempts = 0
    await assert.rejects(count(1, new RangeError('no')), RangeError)
    assert.equal(attempts, 1)
  })

  test('the reads of a snapshot ask for one moment, not for the read concern of the client', async (t) => {
    const store = await open(t, withOption(server.url(server.newDatabase()), 'monitorCommands=true'))
    const asked: unknown[] = []
    store.client.on('commandStarted', ({ command }) => asked.push(command.readConcern?.level))
    await store.snapshot((options, read) =>
      read(() => store.collection<Doc>('things').find({}, options).toArray()),
    )
    assert.deepEqual(asked, ['snapshot'])
  })

  test('3: a snapshot that saw an election begins again', async (t) => {
    const store = await open(t, server.url(server.newDatabase()))
    let attempts = 0
    await store.snapshot(async () => {
      if (++attempts === 1) elect(store)
    })
    assert.equal(attempts, 2)
  })

  test('2: a read of a snapshot that is not answered is store_unavailable at the deadline', async (t) => {
    const runtime = createVirtualRuntime()
    const store = await open(t, server.url(server.newDatabase()), { runtime })
    const refused = assert.rejects(
      store.snapshot((_, read) => read(() => new Promise(() => {}))),
      { code: 'store_unavailable' },
    )
    await untilTrue(() => runtime.waiting().length > 0)
    await runtime.advance(DEADLINE_MS)
    await refused
  })

  test('3: unsettled work is repeated; what never settles is store_unavailable at the deadline', async (t) => {
    const runtime = createVirtualRuntime()
    const store = await open(t, server.url(server.newDatabase()), { runtime })
    let attempts = 0
    const third = store.repeat(async () => {
      if (++attempts < 3) throw new OutcomeUnknown()
      return attempts
    })
    await runtime.advance(DEADLINE_MS)
    assert.equal(await third, 3)
    const refused = assert.rejects(
      store.repeat(() => Promise.reject(new OutcomeUnknown())),
      { code: 'store_unavailable' },
    )
    await runtime.advance(DEADLINE_MS)
    assert.deepEqual(runtime.waiting(), [], 'no further attempt')
    await refused
  })

  test('2: a server that does not respond is store_unavailable at the deadline, and usable again afterwards', async (t) => {
    const { url, proxy } = await server.proxied(t, server.newDatabase())
    const runtime = createVirtualRuntime()
    const store = await open(t, url, { runtime })
    const things = store.collection<Doc>('things')
    proxy.freeze()
    const refused = Promise.all([
      assert.rejects(store.check(), TemporaryTrouble),
      assert.rejects(
        store.repeat(() => things.findOne({})),
        { code: 'store_unavailable' },
      ),
      assert.rejects(
        store.transact((session) => things.insertOne({ _id: 'a' }, { session })),
        {
          code: 'store_unavailable',
        },
      ),
    ])
    // The driver itself retries a transaction for two minutes.
    await runtime.advance(DEADLINE_MS)
    assert.ok(await Promise.race([refused, nextTurn(systemRuntime)]))
    proxy.resume()
    const inserted = store.repeat(() => things.insertOne({ _id: 'b' }))
    await passPauses(runtime, 500, inserted)
    await inserted
    await store.check()
  })

  test('a check fails with temporary trouble, unless the server refuses us', async (t) => {
    const { url, proxy } = await server.proxied(t, server.newDatabase())
    const store = await open(t, url)
    const failure = () =>
      store.check().then(
        () => assert.fail(),
        (error: Error) => error,
      )
    proxy.loseAnswerTo('ping', 1, { ok: 0, code: 189, codeName: 'PrimarySteppedDown', errmsg: 'no' })
    assert.ok((await failure()) instanceof TemporaryTrouble)
    proxy.loseAnswerTo('ping', 1, { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'not you' })
    const refused = await failure()
    assert.equal(refused instanceof TemporaryTrouble, false)
    assert.match(refused.message, /refuses us: not you/)
  })

  /** Emits the driver's event. The test server elects no primary, and each of its heartbeats counts as an election. */
  const elect = (store: MongoStore) =>
    store.client.emit('serverDescriptionChanged', {
      newDescription: { type: 'RSPrimary', address: 'other:27017', electionId: new ObjectId() },
    } as never)

  test('3: what was read while a primary was elected is read again, after a write to a majority', async (t) => {
    const store = await open(t, withOption(server.url(server.newDatabase()), 'monitorCommands=true'))
    const things = store.collection<Doc>('things')
    await store.repeat(() => things.insertOne({ _id: 'a' }))
    const sent: string[] = []
    store.client.on('commandStarted', ({ commandName }) => sent.push(commandName))
    let attempts = 0
    const found = await store.repeat(async () => {
      attempts++
      if (attempts > 1) return things.findOne({ _id: 'a' })
      elect(store)
      return null // A new primary may not know yet what a majority has.
    })
    assert.equal(found?._id, 'a')
    assert.deepEqual([sent[0], sent.at(-1)], ['update', 'find'])
  })

  test('inserts that share a command: each resolves whether its document is new', async (t) => {
    const store = await open(t, server.url(server.newDatabase()))
    const insert = batchInserts<Doc>(systemRuntime, () => store.collection('things'))
    await insert({ _id: '3', name: 'three' })
    const added = await Promise.all(
      [1, 2, 3, 4].map((n) => insert({ _id: String(n), name: ['', 'one', 'three', 'x', 'four'][n]! })),
    )
    assert.deepEqual(added, [true, false, false, true])
  })

  test('updates that share a command: each gets its own outcome', async (t) => {
    const store = await open(t, server.url(server.newDatabase()))
    const things = store.collection<Doc>('things')
    await things.insertMany([
      { _id: 'a', version: 1 },
      { _id: 'b', version: 1 },
      { _id: 'c', version: 7 },
    ])
    const update = batchUpdates<Doc>(systemRuntime, () => things)
    const change = (id: string, value: string) =>
      update({
        id,
        condition: { version: 1 },
        set: { version: 2, name: value },
        token: { field: 'v2', value },
      })
    const outcomes = await Promise.all([
      change('a', '1'),
      change('a', '2'),
      change('b', '3'),
      change('c', '4'),
      change('d', '5'),
    ])
    assert.deepEqual(outcomes.slice(2), [true, false, false])
    assert.equal(outcomes[0] !== outcomes[1], true)
    assert.equal((await things.findOne({ _id: 'a' }))?.name, outcomes[0] ? '1' : '2')
  })

  test('a database of another service is refused', async (t) => {
    const url = server.url(server.newDatabase())
    await open(t, url)
    await assert.rejects(
      open(t, url, { service: 'other_service' }),
      /belongs to test_service; other_service needs/,
    )
    await open(t, url)
  })

  test('replicas that start together all find the indexes', async (t) => {
    const database = server.newDatabase()
    const stores = await Promise.all([1, 2, 3, 4].map(() => open(t, server.url(database))))
    for (const store of stores) {
      const names = (await store.collection('things').indexes()).map(({ name }) => name)
      assert.deepEqual(names.sort(), ['_id_', 'by_name'])
    }
  })

  test('indexes are created by one replica at a time; the others wait until its lease ends', async (t) => {
    const url = server.url(server.newDatabase())
    const settings = (await open(t, url)).collection<{ _id: string; until?: Date }>('settings')
    await settings.deleteOne({ _id: 'indexes' })
    const runtime = createVirtualRuntime()
    const until = new Date(runtime.now().getTime() + 7 * LEASE_POLL_MS)
    await settings.insertOne({ _id: 'index_lease', until })
    // At `until` the lease is still valid.
    assert.equal(await passPauses(runtime, LEASE_POLL_MS, open(t, url, { runtime })), 8)
    assert.equal(await settings.findOne({ _id: 'index_lease' }), null)
    assert.ok(await settings.findOne({ _id: 'indexes' }))
  })

  test('4: after a server refused to prepare the database it is tried again, and its message is reported', async (t) => {
    const { url, proxy } = await server.proxied(t, server.newDatabase())
    const errmsg = 'not authorized on shop to execute command { createIndexes: "things" }'
    proxy.loseAnswerTo('createIndexes', 2, { ok: 0, code: 13, codeName: 'Unauthorized', errmsg })
    const runtime = createVirtualRuntime()
    const opening = open(t, url, { runtime, startWaitMs: 1 })
    await runtime.advance(1)
    const store = await opening
    for (let failures = 0; failures < 2; failures++) {
      // The pause until the next attempt; the lease is renewed later than that.
      await untilTrue(() => runtime.waiting().length === 1 && runtime.waiting()[0]! <= 2_000)
      await assert.rejects(store.check(), { message: `MongoDB refuses us: ${errmsg}` })
      await runtime.advance(runtime.waiting()[0]!)
    }
    await untilTrue(() =>
      store.check().then(
        () => true,
        () => false,
      ),
    )
    assert.equal(proxy.lost(), 2)
    assert.equal(await store.collection<Doc>('settings').findOne({ _id: 'index_lease' }), null)
  })

  test('indexes that take long are waited for, and not created twice; a majority of members is enough for them', async (t) => {
    const { url, proxy } = await server.proxied(t, server.newDatabase())
    const buildMs = CLIENT_OPTIONS.socketTimeoutMS + 500
    proxy.holdAnswerTo('commitQuorum', buildMs)
    const begun = performance.now()
    const store = await open(t, url, { runtime: createVirtualRuntime() })
    assert.ok(performance.now() - begun >= buildMs)
    await store.check()
    assert.equal(proxy.lost(), 1)
  })

  test('3, 4: a server that does not run yet is tried until it does; when it stops, operations wait for it', async (t) => {
    const first = await startIn(t)
    await kill(first.child)
    const runtime = createVirtualRuntime()
    const opening = open(t, first.url, { runtime, startWaitMs: 1 })
    await runtime.advance(1)
    const store = await opening
    const checked = () =>
      store.check().then(
        () => 'usable',
        ({ message }: Error) => message,
      )
    await untilTrue(async () => /MongoDB can't be reached/.test(await checked()))
    await assert.rejects(
      store.repeat(async () => 1),
      { code: 'store_unavailable' },
    )
    const second = await startIn(t, first.port)
    await untilTrue(async () => {
      if ((await checked()) === 'usable') return true
      // The pause until the next attempt to connect.
      await runtime.advance(runtime.waiting()[0] ?? 0)
      return false
    })

    await kill(second.child)
    await untilTrue(async () => (await checked()) !== 'usable')
    const waiting = store.repeat(() => store.collection<Doc>('things').insertOne({ _id: 'a' }))
    await startIn(t, first.port)
    await passPauses(runtime, 500, waiting)
    assert.equal((await waiting).insertedId, 'a')
    await store.check()
  })
})

async function startIn(t: TestContext, port?: number) {
  const started = await start(undefined, port)
  t.after(() => started.child.kill('SIGKILL'))
  return started
}

/** Resolves when the process has exited. */
async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

const refused: [string, string, object, string, RegExp][] = [
  [
    'a server that is no replica set',
    '',
    {},
    '8.0.0',
    /mongod --replSet rs0[\s\S]*mongosh --eval 'rs.initiate\(\)'/,
  ],
  [
    'one whose set was never initiated',
    '',
    { isreplicaset: true },
    '8.0.0',
    /never initiated[\s\S]*rs.initiate/,
  ],
  ['one that is too old', '', { setName: 'rs0' }, '5.0.31', /MongoDB 5.0.31 is too old; 6.0 or newer/],
  ['no replica set where the URL names one', 'replicaSet=rs0&', {}, '8.0.0', /mongod --replSet rs0/],
  [
    'a set of another name',
    'replicaSet=rs1&',
    { setName: 'rs0' },
    '8.0.0',
    /replica set rs0, but DATABASE_URL says rs1/,
  ],
]
for (const [what, query, hello, version, sentence] of refused) {
  test(`${what} is refused, with what to do`, async (t) => {
    const port = await startFakeServer(t, hello, version)
    const url = `mongodb://127.0.0.1:${port}/?${query}serverMonitoringMode=poll`
    await assert.rejects(open(t, url), sentence)
  })
}

/** A server that answers only `hello` and `buildInfo`. */
async function startFakeServer(t: TestContext, hello: object, version: string): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const request = chunk as Buffer
      const id = request.readInt32LE(4)
      const legacy = request.readInt32LE(12) === OP_QUERY
      const isBuildInfo = request.includes('buildInfo')
      const { port } = server.address() as { port: number }
      const self = `127.0.0.1:${port}`
      const member = 'setName' in hello ? { hosts: [self], primary: self, me: self, setVersion: 1 } : {}
      const answer = isBuildInfo
        ? { ok: 1, version }
        : {
            ok: 1,
            isWritablePrimary: true,
            helloOk: true,
            minWireVersion: 0,
            maxWireVersion: 21,
            ...member,
            ...hello,
          }
      socket.write(legacy ? replyOf(answer, id) : messageOf(answer, id))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as { port: number }).port
}

const OP_QUERY = 2004
const OP_REPLY = 1

/** The reply to the first message of a connection. */
function replyOf(document: object, responseTo: number): Buffer {
  const body = BSON.serialize(document)
  const head = Buffer.alloc(36)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(OP_REPLY, 12)
  head.writeInt32LE(1, 32)
  return Buffer.concat([head, body])
}

function withoutTimes(writeConcern: unknown) {
  const { w, j } = writeConcern as { w: unknown; j: unknown }
  return { w, j }
}
