/**
 * The connection to one MongoDB database, from the first attempt until the database is prepared.
 *
 * Connecting waits START_WAIT_MS, no longer. A server that cannot be reached is tried until it can be, and `failure()`
 * says why it cannot. A server that answers and is not fit (server_checks.ts, setup.ts) is refused. A store that cannot be used
 * now (UnfitStore) is tried until it can be, like a server that is away.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { Db, MongoClient } from 'mongodb'
import { inTime, type Runtime } from '../runtime/runtime.ts'
import { createRealClient, type WithClient } from './client.ts'
import { type Elections, watchElections } from './elections.ts'
import { CLIENT_OPTIONS } from './options.ts'
import { explainFailure } from './server_checks.ts'
import { type Builder, type MongoPlan, prepareDatabase, type Setting } from './setup.ts'
import { UnfitServer, UnfitStore } from './unfit.ts'
import { databaseOf } from './url.ts'

const START_WAIT_MS = 4_000
const PAUSE: Backoff = { firstMs: 1_000, maxMs: 2_000 }

export type MongoOptions = MongoPlan & {
  readonly url: string
  /** Used if the URL has no path. */
  readonly database: string
  readonly runtime: Runtime
  readonly startWaitMs?: number
} & WithClient

export type Connection = {
  readonly client: MongoClient
  readonly db: Db
  readonly elections: Elections
  /** Why the database cannot be used now; undefined while it can. */
  failure(): Error | undefined
  isClosing(): boolean
  close(): Promise<void>
}

/** Rejects with UnfitServer. */
export async function connect(options: MongoOptions): Promise<Connection> {
  const {
    url,
    database,
    runtime,
    startWaitMs = START_WAIT_MS,
    createClient = createRealClient,
    ...plan
  } = options
  const { now, sleep, random, newId } = runtime
  const clientOptions = { ...CLIENT_OPTIONS, appName: plan.service }
  const client = createClient(url, clientOptions)
  const db = client.db(databaseOf(url) ?? database)
  const elections = watchElections(client, () =>
    db.collection<Setting>('settings').updateOne({ _id: 'service' }, { $set: { electionSeenAt: now() } }),
  )
  let failure: Error | undefined = new Error('MongoDB was not reached yet.')
  let isClosing = false

  /** For building indexes, which may take long. */
  let patient: MongoClient | undefined
  const builder: Builder = {
    id: newId(),
    client: () => {
      patient ??= createClient(url, {
        ...clientOptions,
        socketTimeoutMS: 0,
        wtimeoutMS: 0,
        maxPoolSize: 1,
      })
      return patient
    },
  }
  const close = async (reason: Error) => {
    isClosing = true
    failure = reason
    await Promise.all([client.close(), patient?.close()])
  }

  const decided = Promise.withResolvers<void>()
  const report = (progress: string) => {
    if (!isClosing) failure = new Error(progress)
  }
  const prepare = async () => {
    for (let failures = 1; !isClosing; failures++) {
      try {
        // Each time, because a failure closes the client, and only this opens it again.
        await client.connect()
        report('MongoDB is reached; the database is being prepared.')
        await prepareDatabase(client, db, plan, runtime, builder, report)
        await elections.caughtUp()
        failure = undefined
        decided.resolve()
        return void patient?.close().catch(() => {})
      } catch (error) {
        if (isClosing) return
        failure = error instanceof UnfitServer ? error : await explainFailure(url, error, createClient)
        if (failure instanceof UnfitServer || failure instanceof UnfitStore) decided.resolve()
      }
      await sleep(pauseMs(PAUSE, failures, random()), undefined, { background: true })
    }
  }
  prepare()
  await inTime(runtime, startWaitMs, decided.promise, () => {})
  const found = failure as Error | undefined
  if (found instanceof UnfitServer) {
    await close(found)
    throw found
  }

  return {
    client,
    db,
    elections,
    failure: () => failure,
    isClosing: () => isClosing,
    close: () => close(new Error('The store is closing.')),
  }
}
