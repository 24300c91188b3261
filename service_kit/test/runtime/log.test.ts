import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MongoBulkWriteError } from 'mongodb'
import { describeError } from '../../src/runtime/log.ts'

const count = (text: string, part: string) => text.split(part).length - 1

suite('an error in the log', () => {
  test('whose sentence was taken over from its cause, and from that one’s, has it once', () => {
    const first = new Error('MongoDB is away')
    const second = new Error('MongoDB is away', { cause: first })
    const { message, stack } = describeError(new Error('store: MongoDB is away', { cause: second }))
    assert.equal(message, 'store: MongoDB is away')
    assert.equal(count(stack, 'MongoDB is away'), 1)
    assert.equal(count(stack, 'caused by: Error\n    at '), 2)
  })

  test('says what each cause adds', () => {
    const cause = new TypeError('ECONNREFUSED')
    const { message, stack } = describeError(new Error('no answer', { cause }))
    assert.equal(message, 'no answer: ECONNREFUSED')
    assert.match(stack, /^Error: no answer\n {4}at [\s\S]*\ncaused by: TypeError: ECONNREFUSED\n {4}at /)
  })

  test('contains five of its causes, and skips a cause without a message', () => {
    let error = new Error('cause 9')
    for (let i = 8; i >= 0; i--) error = new Error(`cause ${i}`, { cause: error })
    const { message } = describeError(error)
    assert.equal(message, 'cause 0: cause 1: cause 2: cause 3: cause 4: cause 5')
    const cause = Object.assign(new Error('no trace'), { stack: undefined })
    const { stack } = describeError(Object.assign(new Error('a'), { cause, stack: undefined }))
    assert.equal(stack, '\ncaused by: Error: no trace')
  })

  test('that causes itself ends', () => {
    const error = new Error('a')
    error.cause = error
    assert.equal(describeError(error).message, 'a')
  })

  test('does not contain the documents that a database refused', () => {
    const op = { hash: 'scrypt$1' }
    const refused = { message: 'Document failed validation', code: 121, errorResponse: { op } }
    const error = Object.assign(new MongoBulkWriteError(refused, {} as never), { writeErrors: [{ op }] })
    const line = JSON.stringify(describeError(error))
    assert.match(line, /Document failed validation.*121/)
    assert.doesNotMatch(line, /scrypt/)
  })

  test('contains its code; a value that is no error is not changed', () => {
    assert.equal(describeError(Object.assign(new Error('a'), { code: 'EPIPE' })).code, 'EPIPE')
    assert.equal(describeError('text' as unknown as Error), 'text')
  })
})
