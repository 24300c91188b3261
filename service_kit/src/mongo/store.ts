/**
 * One MongoDB database of one service: opening it, and the manners every operation on it has.
 *
 * Promises
 *  1. What is answered is durable: each write waits for the journals of a majority, in transactions too, and each
 *     read sees only what a majority has, at the primary. No URL weakens that.
 *  2. Nothing waits for ever: every operation ends within DEADLINE_MS, connections and the pool have limits of
 *     their own. A deadline of the caller says nothing about the write; it may still be applied.
 *  3. Trouble that passes (an election, a lost connection) is met by repeating within the deadline. So `work` must
 *     be safe to repeat: it names what it writes by ids and conditions, and can tell its own write when it meets it.
 *     What was asked while a primary was elected is asked again (elections.ts).
 *  4. Opening waits START_WAIT_MS for the server, no longer: a server that can't be reached is tried until it
 *     can, and meanwhile every operation fails with `store_unavailable` and `check` says why. A server that is
 *     reached and unfit (no replica set, too old, another service's data) is refused.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import {
  type ClientSession,
  type Collection,
  type Document,
  MongoClient,
  type MongoClientOptions,
  type TransactionOptions,
} from 'mongodb'
import { Problem } from '../runtime/problem.ts'
import type { Cancel, Runtime } from '../runtime/runtime.ts'
import { watchElections } from './elections.ts'
import { asStoreError, isPassing, Unsettled, unavailable } from './errors.ts'
import {
  type Builder,
  explainTrouble,
  type MongoPlan,
  MongoUnfit,
  prepareDatabase,
  type Setting,
} from './setup.ts'
import { databaseOf } from './url.ts'

export type { AnyBulkWriteOperation, ClientSession, Collection, Filter, IndexDescription } from 'mongodb'

/** Within it every operation ends, repetitions included. */
export const DEADLINE_MS = 5_000
/** What the server may spend on waiting for a majority, and on a commit. */
export const COMMAND_MS = 4_000
const CHECK_MS = 1_500
const START_WAIT_MS = 4_000
const REPEAT_AFTER: Backoff = { firstMs: 20, maxMs: 500 }
const PREPARE_AFTER: Backoff = { firstMs: 1_000, maxMs: 2_000 }

/**
 * Spelled flat, because the driver lets a URL's `journal` and `readConcernLevel` override the nested form. It has
 * no working deadline of its own any more (`timeoutMS` does nothing since 7.9), so promise 2 is ours.
 */
export const CLIENT_OPTIONS = {
  w: 'majority',
  journal: true,
  wtimeoutMS: COMMAND_MS,
  readConcernLevel: 'majority',
  readPreference: 'primary',
  retryWrites: true,
  retryReads: true,
  maxPoolSize: 50,
  waitQueueTimeoutMS: 2_000,
  connectTimeoutMS: 2_000,
  socketTimeoutMS: COMMAND_MS + 1_000,
  serverSelectionTimeoutMS: 2_500,
  // At the default of 10 s the driver hands out connections to a primary that is gone for many seconds.
  heartbeatFrequencyMS: 500,
  ignoreUndefined: true,
} as const satisfies MongoClientOptions

export const TRANSACTION_OPTIONS = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: COMMAND_MS },
  readPreference: 'primary',
  maxCommitTimeMS: COMMAND_MS,
} as const satisfies TransactionOptions

export type MongoStore = {
  readonly client: MongoClient
  /** For use inside `repeat` and `transact`. */
  collection<T extends Document>(name: string): Collection<T>
  /** Runs `work` (safe to repeat), again while trouble passes. Rejects with `store_unavailable`, or as `work` does. */
  repeat<T>(work: () => Promise<T>): Promise<T>
  /** Runs `work` in a transaction, under the rules of `repeat`; commits what it did, or nothing if it throws. */
  transact<T>(work: (session: ClientSession) => Promise<T>): Promise<T>
  /** When the database was made, if that is known. */
  madeAt(): Promise<Date | undefined>
  /** Rejects with `store_unavailable`, saying why, unless the primary answers. */
  check(): Promise<void>
  close(): Promise<void>
}

export type MongoOptions = MongoPlan & {
  readonly url: string
  /** Unless the URL names one in its path. */
  readonly database: string
  readonly runtime: Runtime
  readonly startWaitMs?: number
}

/** Rejects with a sentence an operator can act on when the server is reached and unfit. */
export async function openMongo({
  url,
  database,
  runtime,
  startWaitMs = START_WAIT_MS,
  ...plan
}: MongoOptions): Promise<MongoStore> {
  const { now, monotonic, sleep, random, newId } = runtime
  const options = { ...CLIENT_OPTIONS, appName: plan.service }
  const client = new MongoClient(url, options)
  const db = client.db(databaseOf(url) ?? database)
  const elections = watchElections(client, () =>
    db.collection<Setting>('settings').updateOne({ _id: 'service' }, { $set: { electionSeenAt: now() } }),
  )
  /** Why it can't be used, or undefined once it can. */
  let trouble: Error | undefined = new Error('MongoDB was not reached yet.')
  let closing = false

  let patient: MongoClient | undefined
  const builder: Builder = {
    id: newId(),
    client: () => {
      patient ??= new MongoClient(url, { ...options, socketTimeoutMS: 0, wtimeoutMS: 0, maxPoolSize: 1 })
      return patient
    },
  }

  const decided = Promise.withResolvers<void>()
  const keepPreparing = async () => {
    for (let failures = 1; !closing; failures++) {
      try {
        // Each time: after a failure the client is closed, and only this opens it again.
        await client.connect()
        trouble = new Error('MongoDB is reached; the database is being prepared.')
        await prepareDatabase(client, db, plan, runtime, builder)
        await elections.caughtUp()
        trouble = undefined
        decided.resolve()
        return void patient?.close().catch(() => {})
      } catch (error) {
        if (closing) return
        trouble = error instanceof MongoUnfit ? error : await explainTrouble(url, error)
        if (trouble instanceof MongoUnfit) decided.resolve()
      }
      await sleep(pauseMs(PREPARE_AFTER, failures, random()), undefined, { background: true })
    }
  }
  keepPreparing()
  await Promise.race([decided.promise, sleep(startWaitMs)])
  if ((trouble as Error | undefined) instanceof MongoUnfit) {
    closing = true
    await Promise.all([client.close(), patient?.close()])
    throw trouble
  }

  const requireUsable = () => {
    if (trouble) throw new Problem('store_unavailable', trouble.message, {}, { cause: trouble })
  }

  const inOneTerm = async <T>(deadline: number, work: () => Promise<T>): Promise<T> => {
    for (;;) {
      await elections.caughtUp()
      const term = elections.last()
      const [outcome] = await Promise.allSettled([work()])
      if (elections.last() !== term && monotonic() < deadline) continue
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    }
  }

  const repeat = async <T>(work: () => Promise<T>): Promise<T> => {
    const deadline = monotonic() + DEADLINE_MS
    for (let failures = 1; ; failures++) {
      requireUsable()
      const pause = pauseMs(REPEAT_AFTER, failures, random())
      try {
        return await within(runtime, deadline, inOneTerm(deadline, work))
      } catch (error) {
        if (closing || !isPassing(error) || monotonic() + pause > deadline) throw asStoreError(error)
      }
      await sleep(pause)
    }
  }

  return {
    client,
    collection: (name) => db.collection(name),
    repeat,
    transact(work) {
      const deadline = monotonic() + DEADLINE_MS
      return repeat(() =>
        client.withSession((session) =>
          session.withTransaction(async () => {
            // The driver's own patience is two minutes; ours ends with the caller's.
            if (monotonic() > deadline) throw new Expired()
            return work(session)
          }, TRANSACTION_OPTIONS),
        ),
      )
    },
    madeAt: () =>
      repeat(async () => (await db.collection<Setting>('settings').findOne({ _id: 'service' }))?.madeAt),
    async check() {
      requireUsable()
      try {
        await within(runtime, monotonic() + CHECK_MS, db.command({ ping: 1 }, { readPreference: 'primary' }))
      } catch (error) {
        throw new Problem(
          'store_unavailable',
          'The primary of the replica set does not answer.',
          {},
          { cause: error },
        )
      }
    },
    async close() {
      closing = true
      trouble = new Error('The store is closing.')
      await Promise.all([client.close(), patient?.close()])
    },
  }
}

/** The time is over; what was under way may still be applied. */
class Expired extends Unsettled {}

async function within<T>({ after, monotonic }: Runtime, deadline: number, work: Promise<T>): Promise<T> {
  let cancel: Cancel | undefined
  const expiry = new Promise<never>((_, reject) => {
    cancel = after(Math.max(0, deadline - monotonic()), () => reject(unavailable(new Expired())))
  })
  try {
    return await Promise.race([work, expiry])
  } finally {
    cancel?.()
  }
}
