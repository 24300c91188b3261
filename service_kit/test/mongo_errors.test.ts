import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoServerClosedError,
  MongoServerError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb'
import { asStoreError, isDuplicate, isPassing } from '../src/mongo_errors.ts'
import { Problem } from '../src/problem.ts'

const serverError = (code: number, errorLabels: string[] = []) =>
  new MongoServerError({ message: 'x', code, errorLabels })

/** What MongoDB 6 to 8 say during elections, shutdowns and overload (its error_codes.yml). */
const PASSING = {
  retriable: [6, 7, 89, 91, 189, 262, 358, 9001, 10107, 11600, 11602, 13435, 13436],
  interrupted: [24, 50, 237, 279, 290, 11601],
  cursorsLost: [43, 175],
  majority: [64, 100, 134],
  transactions: [112, 239, 246, 251, 267],
  overload: [365, 462],
  aSetJustMade: [133, 211, 216],
}

for (const [what, codes] of Object.entries(PASSING)) {
  test(`passes by itself: ${what}`, () => {
    for (const code of codes) {
      assert.ok(isPassing(serverError(code)), String(code))
      assert.equal((asStoreError(serverError(code)) as Problem).code, 'store_unavailable')
    }
  })
}

test('passes by itself: a connection, a server or a client that closed, a label, a majority not reached', () => {
  const bulk = new MongoBulkWriteError(serverError(1, ['TransientTransactionError']), {} as never)
  for (const error of [
    new MongoNetworkError('x'),
    new MongoServerClosedError('x'),
    new MongoTopologyClosedError('x'),
    new MongoClientClosedError(),
    new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'x' } }),
    serverError(1, ['RetryableWriteError']),
    bulk,
  ]) {
    assert.ok(isPassing(error), error.name)
  }
})

test('a fault of the installation is store_unavailable, but not tried again', () => {
  for (const code of [13, 18, 14031]) {
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
})
