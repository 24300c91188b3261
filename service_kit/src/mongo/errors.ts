/**
 * What an error of the MongoDB driver means, by its class, code and label, never by its text; the same for what it wraps, and
 * for errors of the system that it lets through.
 *
 * A `passing` error (an election, a lost connection, a timeout) ends by itself; the write may or may not have been
 * applied. Every other error is the answer, or a bug of ours.
 */
import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoSystemError,
} from 'mongodb'
import { Problem } from '../runtime/problem.ts'
import {
  FAULT_CODES,
  FAULT_NAMES,
  PASSING_CODES,
  PASSING_LABELS,
  PASSING_NAMES,
  STREAM_CODE,
  SYSTEM_CODES,
} from './error_tables.ts'

const DUPLICATE_KEY = 11000

/** Thrown if the documents that were read do not decide the outcome yet. The work is repeated. */
export class OutcomeUnknown extends Error {}

/** What was to be added is there already, though it was not there when it was decided. */
export class Duplicated extends OutcomeUnknown {}

/** All of its writes were refused because they exist, and nothing else went wrong. */
export function isDuplicate(error: unknown): boolean {
  if (!(error instanceof MongoServerError) || isPassing(error)) return false
  const faults = writeErrorsOf(error)
  return faults.length > 0 ? faults.every(({ code }) => code === DUPLICATE_KEY) : error.code === DUPLICATE_KEY
}

/** For writes that another process may make first: after a duplicate the work is repeated. */
export const retryDuplicate = (error: unknown): never => {
  throw isDuplicate(error) ? new Duplicated() : error
}

export const isPassing = (error: unknown): boolean => unwrap(error).some(isPassingItself)

/**
 * The error, and those that the driver wrapped in it. A write of many documents fails with a MongoBulkWriteError whatever
 * happened, and only its `errorResponse` has the class of the cause: a connection that broke, no primary. Causes of errors
 * that are not the driver's are not unwrapped: a Problem was already decided.
 */
function unwrap(error: unknown): readonly unknown[] {
  const all = [error]
  for (const each of all) {
    if (!(each instanceof MongoError)) continue
    for (const inner of [(each as MongoServerError).errorResponse, each.cause]) {
      if (inner instanceof Error && !all.includes(inner)) all.push(inner)
    }
  }
  return all
}

function isPassingItself(error: unknown): boolean {
  if (error instanceof OutcomeUnknown) return true
  if (!(error instanceof MongoError)) return error instanceof Error && isConnectionCode(error)
  if (PASSING_LABELS.some((label) => error.hasErrorLabel(label))) return true
  if (error instanceof MongoNetworkError || error instanceof MongoSystemError) return true
  if (PASSING_NAMES.has(error.name)) return true
  if (writeConcernFailed(error)) return true
  return codesOf(error).some((code) => PASSING_CODES.has(code))
}

function isConnectionCode({ code }: NodeJS.ErrnoException): boolean {
  return SYSTEM_CODES.has(code) || STREAM_CODE.test(code ?? '')
}

const isFault = (error: unknown): boolean =>
  error instanceof MongoError &&
  (codesOf(error).some((code) => FAULT_CODES.has(code)) || FAULT_NAMES.has(error.name))

/** `store_unavailable`, or the error itself if the store is not at fault. */
export function asStoreError(error: unknown): unknown {
  if (isPassing(error)) return unavailable(error)
  if (unwrap(error).some(isFault)) return unavailable(error)
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
  const faults = writeErrorsOf(error)
  if (faults.length === 0 || faults.some((fault) => fault.code !== DUPLICATE_KEY)) return undefined
  return new Set(faults.map((fault) => fault.index))
}

type WriteFault = { readonly code?: unknown; readonly index: number }

const writeErrorsOf = (error: unknown): readonly WriteFault[] =>
  error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : []

const codesOf = (error: MongoError): readonly unknown[] => [
  error.code,
  ...writeErrorsOf(error).map(({ code }) => code),
]

function writeConcernFailed(error: MongoError): boolean {
  if (error instanceof MongoServerError && error.writeConcernError !== undefined) return true
  if (!(error instanceof MongoBulkWriteError)) return false
  const { err, result } = error as { err?: unknown; result: { getWriteConcernError?(): unknown } }
  return err !== undefined || result.getWriteConcernError?.() !== undefined
}
