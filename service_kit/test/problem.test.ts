import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { describeProblem, KIT_PROBLEMS, Problem } from '../src/problem.ts'

suite('problems', () => {
  test('anything retryable by 503 says when; a 401 says how', () => {
    const headersOf = (code: keyof typeof KIT_PROBLEMS) =>
      describeProblem(new Problem(code, ''), KIT_PROBLEMS, 'r').headers
    assert.deepEqual(headersOf('overloaded'), { 'retry-after': '1' })
    assert.deepEqual(headersOf('unauthenticated'), { 'www-authenticate': 'Bearer' })
    assert.deepEqual(headersOf('forbidden'), {})
  })

  test('an error may name its own headers and members', () => {
    const error = new Problem('overloaded', '', { headers: { 'retry-after': '7' }, members: { waiting: 3 } })
    const { headers, document } = describeProblem(error, KIT_PROBLEMS, 'r')
    assert.deepEqual([headers['retry-after'], document.waiting], ['7', 3])
  })

  for (const thrown of [
    new Error('secret'),
    'secret',
    undefined,
    Object.assign(new Error('secret'), { code: 'toString' }),
  ]) {
    test(`${String(thrown)} without a known code is internal_error and tells nothing`, () => {
      const { status, document } = describeProblem(thrown, KIT_PROBLEMS, 'r')
      assert.deepEqual([status, document.code], [500, 'internal_error'])
      assert.doesNotMatch(JSON.stringify(document), /secret/)
    })
  }
})
