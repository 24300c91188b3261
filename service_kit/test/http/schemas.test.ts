import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Ajv } from 'ajv'
import { KIT_PROBLEMS } from '../../src/http/problems.ts'
import {
  IDEMPOTENCY_KEY_LENGTH_MAX,
  IdempotencyHeaders,
  IntegerInput,
  problemResponses,
} from '../../src/http/schemas.ts'

const fits = (schema: object) => new Ajv({ strict: false }).compile(schema)

suite('IntegerInput', () => {
  const values: [range: [number, number], accepted: unknown[], refused: unknown[]][] = [
    [
      [1, 100],
      [1, 100, '1', '100'],
      [0, 101, 1.5, '-1', '1000', '01', '1.0', '', ' 1', true, null],
    ],
    [
      [0, 9],
      [0, 9, '0', '9'],
      [-1, 10, '-1', '10'],
    ],
    [
      [-10, 10],
      [-10, 10, '-10', '0', '10'],
      [-11, 11, '--1', '-100', '100'],
    ],
  ]
  for (const [[minimum, maximum], accepted, refused] of values) {
    const isValid = fits(IntegerInput({ minimum, maximum }))
    for (const value of accepted) {
      test(`from ${minimum} to ${maximum} accepts ${JSON.stringify(value)}`, () => assert.ok(isValid(value)))
    }
    for (const value of refused) {
      test(`from ${minimum} to ${maximum} refuses ${JSON.stringify(value)}`, () => assert.ok(!isValid(value)))
    }
  }
})

test('an idempotency key has 1 to 255 visible characters', () => {
  const isValid = fits(IdempotencyHeaders)
  const accepted = ['x', 'x'.repeat(255), '!~'].map((key) => isValid({ 'idempotency-key': key }))
  assert.deepEqual([...accepted, isValid({})], [true, true, true, true])
  for (const key of ['', 'x'.repeat(256), 'a b', 'é', '\u007f']) {
    assert.equal(isValid({ 'idempotency-key': key }), false, key)
  }
  assert.equal(IDEMPOTENCY_KEY_LENGTH_MAX, 255)
})

test('problems of one status share a response', () => {
  const responses = problemResponses(KIT_PROBLEMS, 'overloaded', 'forbidden', 'not_ready')
  const described = Object.entries(responses).map(([status, schema]) => [
    status,
    (schema as { description?: string }).description,
  ])
  assert.deepEqual(described, [
    ['403', '`forbidden`'],
    ['503', '`overloaded`, `not_ready`'],
  ])
})
