/** Options and deadlines of the MongoDB driver. */
import type { MongoClientOptions, TransactionOptions } from 'mongodb'

/** Every operation ends within this time, retries included. */
export const DEADLINE_MS = 5_000
/** The server may wait as long for a majority, and for a commit. */
export const COMMAND_MS = 4_000

/**
 * Flat options, because a URL's `journal` and `readConcernLevel` override nested ones. The driver's own deadline,
 * `timeoutMS`, does nothing since version 7.9, so DEADLINE_MS is ours (deadline.ts).
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
  // With the default of 10 s the driver uses connections to a lost primary for many seconds.
  heartbeatFrequencyMS: 500,
  ignoreUndefined: true,
} as const satisfies MongoClientOptions

/**
 * For every read of a snapshot session. Without it the driver sends the read concern of the client, the server does not answer
 * with a moment, and each read is of another one.
 */
export const SNAPSHOT_READ = { readConcern: { level: 'snapshot' } } as const

export const TRANSACTION_OPTIONS = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: COMMAND_MS },
  readPreference: 'primary',
  maxCommitTimeMS: COMMAND_MS,
} as const satisfies TransactionOptions
