/**
 * One MongoDB database of one service, and the rules of every operation on it.
 *
 * Invariants
 *  1. An answer is durable: each write waits for the journals of a majority, in transactions too, and each read sees
 *     only what a majority has, at the primary. No URL weakens that (options.ts).
 *  2. Nothing waits without end: every operation ends within DEADLINE_MS, and connections and the pool have limits. After
 *     a deadline the write may still be applied.
 *  3. Temporary failures (an election, a lost connection) are retried within the deadline. So `work` must be safe to
 *     repeat: it names what it writes by ids and conditions, and recognises its own write. What was read while a
 *     primary was elected is read again (elections.ts).
 *  4. While the server cannot be reached (connection.ts), every operation fails with `store_unavailable`, and `check`
 *     says why.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { ClientSession, Collection, Document, MongoClient } from 'mongodb'
import { Problem } from '../runtime/problem.ts'
import { reasonOf } from '../runtime/reason.ts'
import { TemporaryTrouble } from '../runtime/temporary_trouble.ts'
import { connect, type MongoOptions } from './connection.ts'
import { Expired, within } from './deadline.ts'
import { asStoreError, isPassing, OutcomeUnknown } from './errors.ts'
import { DEADLINE_MS, SNAPSHOT_READ, TRANSACTION_OPTIONS } from './options.ts'
import type { Setting } from './setup.ts'

export type {
  AnyBulkWriteOperation,
  ClientSession,
  Collection,
  Filter,
  FindCursor,
  IndexDescription,
} from 'mongodb'

const CHECK_MS = 1_500
const SNAPSHOT_ATTEMPTS_MAX = 4
const PAUSE: Backoff = { firstMs: 20, maxMs: 500 }

/** Not repeated: after a failure `work` begins again. */
export type SnapshotRead = <T>(read: () => Promise<T>) => Promise<T>

/** Of every read of a snapshot. */
export type SnapshotOptions = { readonly session: ClientSession } & typeof SNAPSHOT_READ

export type MongoStore = {
  readonly client: MongoClient
  /** For use inside `repeat` and `transact`. */
  collection<T extends Document>(name: string): Collection<T>
  /** Runs `work` (safe to repeat), again after temporary failures. Rejects with `store_unavailable`, or as `work` does. */
  repeat<T>(work: () => Promise<T>): Promise<T>
  /** Runs `work` in a transaction, under the rules of `repeat`; commits what it did, or nothing if it throws. */
  transact<T>(work: (session: ClientSession) => Promise<T>): Promise<T>
  /**
   * Runs `work`, whose reads with `options` are all of one moment, again after temporary failures. Each `read` has the deadline
   * of an operation; there may be any number of them, for some minutes (the server keeps old states for five).
   */
  snapshot<T>(work: (options: SnapshotOptions, read: SnapshotRead) => Promise<T>): Promise<T>
  /** When the database was made, if that is known. */
  madeAt(): Promise<Date | undefined>
  /** The moment of the last backup, if there was one. */
  lastBackup(): Promise<Date | undefined>
  /** Rejects with `store_unavailable`, saying why, unless the primary answers; with TemporaryTrouble if that will end by itself. */
  check(): Promise<void>
  close(): Promise<void>
}

/** Rejects with UnfitServer, whose message says what the operator can do. */
export async function openMongo(options: MongoOptions): Promise<MongoStore> {
  const { runtime } = options
  const { monotonic, sleep, random } = runtime
  const { client, db, elections, failure, isClosing, close } = await connect(options)

  const requireUsable = () => {
    const cause = failure()
    if (cause) throw new Problem('store_unavailable', cause.message, {}, { cause })
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
      const pause = pauseMs(PAUSE, failures, random())
      try {
        return await within(runtime, deadline, inOneTerm(deadline, work))
      } catch (error) {
        if (isClosing() || !isPassing(error) || monotonic() + pause > deadline) throw asStoreError(error)
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
            // The driver itself retries for two minutes.
            if (monotonic() > deadline) throw new Expired()
            return work(session)
          }, TRANSACTION_OPTIONS),
        ),
      )
    },
    async snapshot(work) {
      for (let failures = 1; ; failures++) {
        requireUsable()
        await elections.caughtUp()
        const term = elections.last()
        const session = client.startSession({ snapshot: true })
        try {
          const found = await work({ session, ...SNAPSHOT_READ }, (read) =>
            within(runtime, monotonic() + DEADLINE_MS, read()),
          )
          if (elections.last() !== term) throw new OutcomeUnknown()
          return found
        } catch (error) {
          if (isClosing() || !isPassing(error) || failures === SNAPSHOT_ATTEMPTS_MAX)
            throw asStoreError(error)
        } finally {
          await session.endSession()
        }
        await sleep(pauseMs(PAUSE, failures, random()))
      }
    },
    madeAt: () =>
      repeat(async () => (await db.collection<Setting>('settings').findOne({ _id: 'service' }))?.madeAt),
    lastBackup: () =>
      repeat(async () => (await db.collection<Setting>('settings').findOne({ _id: 'lastBackup' }))?.at),
    async check() {
      requireUsable()
      try {
        await within(runtime, monotonic() + CHECK_MS, db.command({ ping: 1 }, { readPreference: 'primary' }))
      } catch (cause) {
        const detail = 'The primary of the replica set does not answer.'
        // At the deadline the cause is a problem, too.
        if (isPassing(cause) || cause instanceof Problem) throw new TemporaryTrouble(detail, cause)
        throw new Problem('store_unavailable', `MongoDB refuses us: ${reasonOf(cause)}`, {}, { cause })
      }
    },
    close,
  }
}
