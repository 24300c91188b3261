/** Errors of the real driver while a server goes away: of one document, and wrapped by a command for many. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { MongoBulkWriteError, MongoClient, type MongoClientOptions, MongoError } from 'mongodb'
import { asStoreError, isPassing } from '../../src/mongo/errors.ts'
import { CLIENT_OPTIONS } from '../../src/mongo/options.ts'
import type { Problem } from '../../src/runtime/problem.ts'
import type { MongoProxy } from '../../test_support/mongo_proxy.ts'
import { mongoSuite } from '../../test_support/mongo_server.ts'

type Doc = { _id: string; text?: string }

let ids = 0
const newDoc = (text = ''): Doc => ({ _id: `doc${ids++}`, text })

/** The errors of an insert, of inserts that share a command, and of updates that do. */
async function errorsOf(client: MongoClient, text?: string): Promise<unknown[]> {
  const things = client.db().collection<Doc>('things')
  const update = { updateOne: { filter: { _id: 'doc0' }, update: { $set: { text } } } }
  const settled = await Promise.allSettled([
    things.insertOne(newDoc(text)),
    things.insertMany([newDoc(text), newDoc(text)], { ordered: false }),
    things.bulkWrite([update, update], { ordered: false }),
  ])
  return settled.map((each) => (each.status === 'rejected' ? each.reason : undefined))
}

/** What goes wrong, and the errors that come of it. */
type Trouble = (world: { client: MongoClient; proxy: MongoProxy }) => Promise<readonly unknown[]>

const LONG = 'x'.repeat(4_000_000)
const SHORT_MS = 50

const troubles: Record<string, { trouble: Trouble; options?: MongoClientOptions; isRaw?: true }> = {
  'no member can be reached': {
    async trouble({ client, proxy }) {
      await proxy.close()
      return [...(await errorsOf(client)), ...(await errorsOf(client))]
    },
  },
  'connections are cut before the answer, also when the driver repeats': {
    trouble({ client, proxy }) {
      proxy.loseAnswerTo('things', 6)
      return errorsOf(client)
    },
  },
  'a connection breaks while more is written than the socket takes': {
    options: { retryWrites: false },
    isRaw: true,
    async trouble({ client, proxy }) {
      proxy.freeze()
      const errors = errorsOf(client, LONG)
      await pause(4 * SHORT_MS)
      await proxy.close()
      return errors
    },
  },
  'the majority is not reached, for a reason that no table lists': {
    trouble({ client, proxy }) {
      proxy.loseAnswerTo('things', 6, { ok: 1, n: 1, writeConcernError: { code: 99_999, errmsg: 'no' } })
      return errorsOf(client)
    },
  },
  'the only connection is in use': {
    options: { maxPoolSize: 1, waitQueueTimeoutMS: SHORT_MS },
    async trouble({ client, proxy }) {
      proxy.freeze()
      const holding = client.db().collection('things').findOne({})
      const errors = await errorsOf(client)
      proxy.resume()
      await holding
      return errors
    },
  },
  'the client is closed meanwhile': {
    async trouble({ client, proxy }) {
      proxy.freeze()
      const errors = errorsOf(client)
      await pause(SHORT_MS)
      await client.close()
      return [...(await errors), ...(await errorsOf(client))]
    },
  },
}

mongoSuite('errors of the driver', (server) => {
  const connect = async (t: TestContext, options: MongoClientOptions = {}) => {
    const { url, proxy } = await server.proxied(t, server.newDatabase())
    const client = new MongoClient(url, {
      ...CLIENT_OPTIONS,
      serverSelectionTimeoutMS: 6 * SHORT_MS,
      ...options,
    })
    t.after(() => client.close())
    await errorsOf(await client.connect())
    return { client, proxy }
  }

  for (const [what, { trouble, options, isRaw = false }] of Object.entries(troubles)) {
    test(`${what}: temporary, also inside the error of many documents`, async (t) => {
      const errors = await trouble(await connect(t, options))
      for (const error of errors) {
        assert.ok(isPassing(error), `${error}`)
        assert.equal((asStoreError(error) as Problem).code, 'store_unavailable')
      }
      assert.equal(errors[0] instanceof MongoBulkWriteError, false)
      assert.ok(errors[1] instanceof MongoBulkWriteError)
      assert.ok(errors[2] instanceof MongoBulkWriteError)
      // The driver passes on what the socket said. If a version of it wraps that, this test needs another trouble.
      if (isRaw) assert.equal(errors[0] instanceof MongoError, false, `${errors[0]}`)
    })
  }
})
