/** `withTransaction` of the driver, whose pauses are real: the same steps, in the time of the process. */
import {
  type ClientSession,
  MongoError,
  MongoInvalidArgumentError,
  MongoServerError,
  type TransactionOptions,
} from 'mongodb'
import type { Process } from './link.ts'

const GIVE_UP_MS = 120_000
const PAUSE_FIRST_MS = 5
const PAUSE_MAX_MS = 500
const PAUSE_GROWTH = 1.5
const MAX_TIME_EXPIRED = 50

type Runtime = Process['runtime']

export async function withTransaction<T>(
  session: ClientSession,
  { monotonic, random, sleep }: Runtime,
  work: (session: ClientSession) => Promise<T>,
  options: TransactionOptions | undefined,
): Promise<T> {
  const deadline = monotonic() + GIVE_UP_MS
  for (let attempt = 0, failure: unknown; ; attempt++) {
    if (attempt > 0) {
      const pause = random() * Math.min(PAUSE_FIRST_MS * PAUSE_GROWTH ** attempt, PAUSE_MAX_MS)
      if (monotonic() + pause >= deadline) throw failure
      await sleep(pause)
    }
    session.startTransaction(options)
    let result: T
    try {
      result = await work(session)
      if (!session.inTransaction()) return result
    } catch (error) {
      if (!(error instanceof MongoError) || error instanceof MongoInvalidArgumentError) {
        await session.abortTransaction()
        throw error
      }
      failure = error
      if (session.inTransaction()) await session.abortTransaction()
      if (error.hasErrorLabel('TransientTransactionError') && monotonic() < deadline) continue
      throw error
    }
    const committed = await commit(session, () => monotonic() < deadline)
    if (committed === undefined) return result
    failure = committed
  }
}

/** Undefined if it is committed, else the error after which the whole transaction is repeated. */
async function commit(session: ClientSession, isInTime: () => boolean): Promise<unknown> {
  for (;;) {
    try {
      await session.commitTransaction()
      return undefined
    } catch (error) {
      if (!(error instanceof MongoError)) throw error
      if (error.hasErrorLabel('UnknownTransactionCommitResult') && !isMaxTimeExpired(error)) {
        if (!isInTime()) throw error
      } else if (error.hasErrorLabel('TransientTransactionError')) return error
      else throw error
    }
  }
}

const isMaxTimeExpired = (error: MongoError): boolean =>
  error instanceof MongoServerError &&
  (error.code === MAX_TIME_EXPIRED || error.writeConcernError?.code === MAX_TIME_EXPIRED)
