/** What each class of error that the driver exports means. A new version of the driver that has another class fails a test. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { suite, test } from 'node:test'
import * as driver from 'mongodb'
import { asStoreError, isPassing } from '../../src/mongo/errors.ts'
import { Problem } from '../../src/runtime/problem.ts'

/** `fault`: the operator has to act; `answer`: it is the outcome, or a bug of ours. */
type Meaning = 'passing' | 'fault' | 'answer'

const MEANINGS: Readonly<Record<string, Meaning>> = {
  MongoAPIError: 'answer',
  MongoAWSError: 'fault',
  MongoAzureError: 'fault',
  MongoBatchReExecutionError: 'answer',
  MongoBulkWriteError: 'answer',
  MongoChangeStreamError: 'answer',
  MongoClientBulkWriteCursorError: 'answer',
  MongoClientBulkWriteError: 'answer',
  MongoClientBulkWriteExecutionError: 'answer',
  MongoClientClosedError: 'passing',
  MongoCompatibilityError: 'fault',
  MongoCryptAzureKMSRequestError: 'answer',
  MongoCryptCreateDataKeyError: 'answer',
  MongoCryptCreateEncryptedCollectionError: 'answer',
  MongoCryptError: 'answer',
  MongoCryptInvalidArgumentError: 'answer',
  MongoCryptKMSRequestNetworkTimeoutError: 'answer',
  MongoCursorExhaustedError: 'answer',
  MongoCursorInUseError: 'answer',
  MongoDecompressionError: 'passing',
  MongoDriverError: 'answer',
  MongoError: 'answer',
  MongoExpiredSessionError: 'passing',
  MongoGCPError: 'fault',
  MongoGridFSChunkError: 'answer',
  MongoGridFSStreamError: 'answer',
  MongoInvalidArgumentError: 'answer',
  MongoKerberosError: 'fault',
  MongoMissingCredentialsError: 'fault',
  MongoMissingDependencyError: 'fault',
  MongoNetworkError: 'passing',
  MongoNetworkTimeoutError: 'passing',
  MongoNotConnectedError: 'passing',
  MongoOIDCError: 'fault',
  MongoOperationTimeoutError: 'passing',
  MongoParseError: 'passing',
  MongoRuntimeError: 'answer',
  MongoServerClosedError: 'passing',
  MongoServerError: 'answer',
  MongoServerSelectionError: 'passing',
  MongoStalePrimaryError: 'passing',
  MongoSystemError: 'passing',
  MongoTailableCursorError: 'answer',
  MongoTopologyClosedError: 'passing',
  MongoTransactionError: 'answer',
  MongoUnexpectedServerResponseError: 'passing',
  MongoWriteConcernError: 'passing',
}

/** The driver throws these, and does not export them. */
const INTERNAL: Readonly<Record<string, Meaning>> = {
  PoolClearedError: 'passing',
  PoolClearedOnNetworkError: 'passing',
  PoolClosedError: 'passing',
  WaitQueueTimeoutError: 'passing',
}

type ErrorClass = new (...args: unknown[]) => Error
const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && value.prototype instanceof Error
const classesOf = (module: object) =>
  Object.entries(module).filter((entry): entry is [string, ErrorClass] => isErrorClass(entry[1]))

const exported = classesOf(driver)
const internal = classesOf(createRequire(import.meta.url)('mongodb/lib/cmap/errors.js'))

/** Without arguments that mean something by themselves, as a code or a cause would. */
function made(name: string, Class: ErrorClass): Error {
  if (name === 'MongoWriteConcernError')
    return new Class({ ok: 1, writeConcernError: { code: 1, errmsg: 'x' } })
  if (['MongoServerError', 'MongoClientBulkWriteError'].includes(name)) return new Class({ message: 'x' })
  if (name === 'MongoBulkWriteError') return new Class({ message: 'x' }, {})
  if (name.startsWith('Pool')) return new Class({ address: 'x' })
  return new Class('x', { cause: new Error('y') })
}

function meaningOf(error: unknown): Meaning {
  const problem = asStoreError(error)
  if (isPassing(error)) return 'passing'
  return problem instanceof Problem ? 'fault' : 'answer'
}

const wrapped = (error: Error) => new driver.MongoBulkWriteError(error, {} as never)

suite('error classes of the driver', () => {
  test('each has a meaning here, and no other', () => {
    assert.deepEqual(exported.map(([name]) => name).sort(), Object.keys(MEANINGS).sort())
    assert.deepEqual(internal.map(([name]) => name).sort(), Object.keys(INTERNAL).sort())
  })

  for (const [name, Class] of [...exported, ...internal]) {
    const meaning = { ...MEANINGS, ...INTERNAL }[name]
    test(`${name}: ${meaning}, also inside the error of many documents`, () => {
      const error = made(name, Class)
      assert.equal(meaningOf(error), meaning)
      assert.equal(meaningOf(wrapped(error)), meaning)
    })
  }

  test('what another error of the driver names as its cause counts', () => {
    const cause = new driver.MongoServerSelectionError('x', {} as never)
    assert.equal(meaningOf(new driver.MongoRuntimeError('x', { cause })), 'passing')
    assert.equal(meaningOf(wrapped(new driver.MongoRuntimeError('x', { cause }))), 'passing')
    // The store decided already.
    assert.equal(isPassing(new Problem('store_unavailable', 'x', {}, { cause })), false)
    assert.equal(isPassing(new TypeError('x', { cause })), false)
  })

  test('a cause that is its own cause ends', () => {
    const error = new driver.MongoRuntimeError('x')
    error.cause = error
    assert.equal(isPassing(error), false)
  })
})

suite('errors of the system that the driver lets through', () => {
  const codes =
    'EPIPE ECONNRESET ETIMEDOUT ECONNREFUSED ECONNABORTED EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENETRESET ' +
    'ENOTCONN ENOTFOUND EAI_AGAIN EADDRNOTAVAIL ENOBUFS EMFILE ENFILE EPROTO ECANCELED ' +
    'ERR_STREAM_DESTROYED ERR_STREAM_WRITE_AFTER_END ERR_STREAM_PREMATURE_CLOSE ERR_SOCKET_CLOSED ' +
    'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC ERR_TLS_HANDSHAKE_TIMEOUT'
  for (const code of codes.split(' ')) {
    test(`${code} is temporary`, () => {
      const error = Object.assign(new Error('x'), { code })
      assert.equal(meaningOf(error), 'passing')
      assert.equal(meaningOf(wrapped(error)), 'passing')
    })
  }

  for (const code of ['ENOENT', 'EACCES', 'ERR_INVALID_ARG_TYPE', 'ERR_ASSERTION', '']) {
    test(`${code || 'no code'} is not`, () => {
      assert.equal(meaningOf(Object.assign(new Error('x'), { code })), 'answer')
    })
  }
})
