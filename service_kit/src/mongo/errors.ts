/**
 * What an error of the MongoDB driver means, by its class, code and label, never by its text.
 *
 * A `passing` error (an election, a lost connection, a timeout) ends by itself; the write may or may not have been
 * applied. Every other error is the answer, or a bug of ours.
 */
import {
  type Document,
  MongoBulkWriteError,
  MongoError,
  MongoExpiredSessionError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb'
import { Problem } from '../runtime/problem.ts'

const DUPLICATE_KEY = 11000
const WRITE_CONFLICT = 112
const LABELS = [
  'RetryableWriteError',
  'TransientTransactionError',
  'UnknownTransactionCommitResult',
  'RetryableError',
]

const PASSING_CODES: ReadonlySet<unknown> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound: the rest of a long list, after its server restarted
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  WRITE_CONFLICT,
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  211, // KeyNotFound: a set just made has none yet to sign its clock with
  216, // ElectionInProgress
  237, // CursorKilled
  239, // SnapshotTooOld
  246, // SnapshotUnavailable
  251, // NoSuchTransaction
  262, // ExceededTimeLimit
  267, // PreparedTransactionInProgress
  279, // ClientDisconnect
  290, // TransactionExceededLifetimeLimitSeconds
  358, // InternalTransactionNotSupported while the set changes its version
  365, // TemporarilyUnavailable: the cache is full of what is not written yet
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
])
/** The operator has to act: wrong user, missing right, full disk. Waiting does not help. */
const FAULT_CODES: ReadonlySet<unknown> = new Set([13, 18, 8000, 14031])
/** The driver does not export all of these as classes. */
const PASSING_NAMES: ReadonlySet<string> = new Set([
  'MongoWaitQueueTimeoutError',
  'MongoPoolClosedError',
  // A member left the set while an operation was on its way to it.
  'MongoServerClosedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
])

/** Thrown if the documents that were read do not decide the outcome yet. The work is repeated. */
export class OutcomeUnknown extends Error {}

export const isDuplicate = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY

export function isPassing(error: unknown): boolean {
  if (error instanceof OutcomeUnknown) return true
  if (!(error instanceof MongoError)) return false
  if (LABELS.some((label) => error.hasErrorLabel(label))) return true
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true
  if (error instanceof MongoNotConnectedError || error instanceof MongoExpiredSessionError) return true
  if (PASSING_NAMES.has(error.name)) return true
  if (error instanceof MongoBulkWriteError && writeConcernFailed(error)) return true
  return PASSING_CODES.has(error.code)
}

/** `store_unavailable`, or the error itself if the store is not at fault. */
export function asStoreError(error: unknown): unknown {
  if (isPassing(error)) return unavailable(error)
  if (error instanceof MongoError && FAULT_CODES.has(error.code)) return unavailable(error)
  return error
}

export const unavailable = (cause: unknown): Problem =>
  new Problem(
    'store_unavailable',
    'The database did not answer in time; a write may or may not have been applied.',
    {},
    { cause },
  )

/**
 * Which of the documents of an unordered insertMany were refused because they exist; all others were added, durably.
 * Undefined if the error does not name all of them.
 */
export function refusedAsDuplicates(error: unknown): ReadonlySet<number> | undefined {
  if (!(error instanceof MongoBulkWriteError) || writeConcernFailed(error)) return undefined
  const faults = [error.writeErrors].flat()
  if (faults.length === 0 || faults.some((fault) => fault.code !== DUPLICATE_KEY)) return undefined
  return new Set(faults.map((fault) => fault.index))
}

function writeConcernFailed(error: MongoBulkWriteError): boolean {
  return (
    error.err !== undefined ||
    (error.result as { getWriteConcernError?(): Document | undefined }).getWriteConcernError?.() !== undefined
  )
}
