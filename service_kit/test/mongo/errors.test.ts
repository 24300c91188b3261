import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoExpiredSessionError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb'
import {
  asStoreError,
  isDuplicate,
  isPassing,
  OutcomeUnknown,
  refusedAsDuplicates,
  retryDuplicate,
} from '../../src/mongo/errors.ts'
import { Problem } from '../../src/runtime/problem.ts'

const serverError = (code: number, errorLabels: string[] = []) =>
  new MongoServerError({ message: 'x', code, errorLabels })

/** Of a class that the driver keeps to itself. */
const named = (name: string) => Object.defineProperty(serverError(1), 'name', { value: name })

/** What MongoDB 6 to 8 say during elections, shutdowns and overload (its error_codes.yml). */
const PASSING = {
  retriable: [6, 7, 89, 91, 189, 262, 358, 9001, 10107, 11600, 11602, 13435, 13436],
  interrupted: [24, 50, 202, 237, 279, 290, 11601, 10058],
  cursorsLost: [43, 175],
  majority: [64, 79, 100, 134],
  transactions: [112, 239, 246, 251, 267],
  overload: [365, 462],
  aSetJustMade: [133, 211, 216],
}

for (const [what, codes] of Object.entries(PASSING)) {
  test(`is temporary: ${what}`, () => {
    for (const code of codes) {
      assert.ok(isPassing(serverError(code)), String(code))
      assert.equal((asStoreError(serverError(code)) as Problem).code, 'store_unavailable')
    }
  })
}

test('is temporary: a connection, a server or a client that closed, a label, a majority not reached', () => {
  const bulk = new MongoBulkWriteError(serverError(1, ['TransientTransactionError']), {} as never)
  for (const error of [
    new MongoNetworkError('x'),
    new MongoServerClosedError('x'),
    new MongoTopologyClosedError('x'),
    new MongoClientClosedError(),
    new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'x' } }),
    serverError(1, ['RetryableWriteError']),
    serverError(1, ['UnknownTransactionCommitResult']),
    serverError(1, ['RetryableError']),
    bulk,
    new MongoNotConnectedError('x'),
    new MongoExpiredSessionError('x'),
    new MongoServerSelectionError('x', {} as never),
    named('MongoWaitQueueTimeoutError'),
    named('MongoPoolClosedError'),
    new OutcomeUnknown('x'),
  ]) {
    assert.ok(isPassing(error), error.name)
  }
})

test('a fault of the installation is store_unavailable, but not tried again', () => {
  for (const code of [13, 18, 8000, 14031]) {
    assert.equal(isPassing(serverError(code)), false)
    assert.ok(asStoreError(serverError(code)) instanceof Problem)
  }
})

test('an answer is an answer: a duplicate, a document that is too large, a fault of ours', () => {
  const errors = [
    serverError(11000),
    serverError(10334),
    new MongoInvalidArgumentError('x'),
    new TypeError('x'),
  ]
  for (const error of errors) {
    assert.equal(isPassing(error), false)
    assert.equal(asStoreError(error), error)
  }
  assert.ok(isDuplicate(serverError(11000)))
  assert.equal(isDuplicate(serverError(11001)), false)
  assert.equal(isDuplicate(Object.assign(new Error('x'), { code: 11000 })), false)
  assert.equal(isPassing(Object.assign(new Error('x'), { code: 6 })), false)
})

type Bulk = { writeErrors?: object | object[]; err?: unknown; concern?: object }
const bulkError = ({ writeErrors = [], err, concern }: Bulk) =>
  Object.assign(new MongoBulkWriteError(serverError(1), {} as never), {
    writeErrors,
    err,
    result: { getWriteConcernError: () => concern },
  })
const exists = (index: number) => ({ code: 11000, index })

test('of many documents those refused as duplicates are returned, if there was no other fault', () => {
  const refused = (bulk: Bulk) => refusedAsDuplicates(bulkError(bulk))
  assert.deepEqual(refused({ writeErrors: [exists(1), exists(4)] }), new Set([1, 4]))
  assert.deepEqual(refused({ writeErrors: exists(2) }), new Set([2]))
  assert.equal(refused({}), undefined, 'none is named')
  assert.equal(refused({ writeErrors: [exists(1), { code: 121, index: 2 }] }), undefined, 'another fault')
  assert.equal(refused({ writeErrors: [exists(1)], err: { code: 64 } }), undefined, 'perhaps not kept')
  assert.equal(refused({ writeErrors: [exists(1)], concern: { code: 64 } }), undefined, 'perhaps not kept')
  assert.equal(refusedAsDuplicates(serverError(11000)), undefined)
})

test('a majority that was not reached for many documents is temporary', () => {
  assert.equal(isPassing(bulkError({ writeErrors: [exists(1)] })), false)
  assert.equal(isPassing(bulkError({ err: { code: 64 } })), true)
  assert.equal(isPassing(bulkError({ concern: { code: 64 } })), true)
  const without = Object.assign(bulkError({}), { result: {} })
  assert.equal(isPassing(without), false)
})

test('of many writes, one that was interrupted makes all of them unsettled', () => {
  const mixed = bulkError({ writeErrors: [exists(0), { code: 11602, index: 1 }] })
  mixed.code = 11000
  assert.equal(isPassing(mixed), true)
  assert.equal(isDuplicate(mixed), false)
  assert.equal(refusedAsDuplicates(mixed), undefined)
  const full = bulkError({ writeErrors: [exists(0), { code: 14031, index: 1 }] })
  assert.equal(isPassing(full), false)
  assert.ok(asStoreError(full) instanceof Problem)
  assert.equal(isDuplicate(bulkError({ writeErrors: [exists(0), { code: 121, index: 1 }] })), false)
  assert.equal(isDuplicate(bulkError({ writeErrors: [exists(0)] })), true)
})

test('a duplicate that another process made first is repeated; any other error is thrown as it is', () => {
  assert.throws(() => retryDuplicate(serverError(11000)), OutcomeUnknown)
  const other = serverError(121)
  assert.throws(() => retryDuplicate(other), other)
})

test('the sentence of an unavailable store keeps its cause', () => {
  const cause = serverError(6)
  const problem = asStoreError(cause) as Problem
  assert.equal(problem.cause, cause)
  assert.match(problem.message, /may or may not have been applied/)
})
