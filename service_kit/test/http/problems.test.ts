import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { describeProblem, KIT_PROBLEMS } from '../../src/http/problems.ts'
import { Problem } from '../../src/runtime/problem.ts'

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

  const fastify = (code: string, statusCode?: number) => Object.assign(new Error('why'), { code, statusCode })
  for (const [error, status, code] of [
    [fastify('FST_ERR_CTP_INVALID_JSON_BODY', 400), 400, 'malformed_body'],
    [fastify('FST_ERR_CTP_EMPTY_JSON_BODY', 400), 400, 'malformed_body'],
    [fastify('FST_ERR_CTP_BODY_TOO_LARGE', 413), 413, 'body_too_large'],
    [fastify('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 415, 'unsupported_media_type'],
    [fastify('ELSE', 400), 400, 'bad_request'],
    [fastify('ELSE', 499), 400, 'bad_request'],
    [fastify('ELSE', 399), 500, 'internal_error'],
    [fastify('ELSE', 500), 500, 'internal_error'],
    [fastify('ELSE'), 500, 'internal_error'],
  ] as const) {
    test(`${error.code} with ${error.statusCode} is ${code}`, () => {
      const { status: told, document } = describeProblem(error, KIT_PROBLEMS, 'r')
      assert.deepEqual([told, document.status, document.code], [status, status, code])
      assert.equal(document.detail === 'why', code !== 'internal_error')
    })
  }

  test('a document is whole, and says whether trying again can help', () => {
    const { document } = describeProblem(new Problem('overloaded', 'Too much.'), KIT_PROBLEMS, 'r7')
    const { title } = KIT_PROBLEMS.overloaded
    assert.deepEqual(document, {
      type: 'urn:shop:problem:overloaded',
      ...{ title, status: 503, detail: 'Too much.', code: 'overloaded', request_id: 'r7', retryable: true },
    })
    const retryable = (code: keyof typeof KIT_PROBLEMS) =>
      describeProblem(new Problem(code, ''), KIT_PROBLEMS, 'r').document.retryable
    for (const [code, { status }] of Object.entries(KIT_PROBLEMS)) {
      assert.equal(retryable(code as keyof typeof KIT_PROBLEMS), status >= 500 || status === 429, code)
    }
  })

  test('of very many faults of a body the first twenty are told', () => {
    const validation = Array.from({ length: 50 }, (_, i) => ({
      ...{ keyword: 'type', instancePath: `/${i}`, schemaPath: '', params: {}, message: 'must be string' },
    }))
    const { document } = describeProblem(Object.assign(new Error(), { validation }), KIT_PROBLEMS, 'r')
    const errors = document.errors as { path: string }[]
    assert.deepEqual([errors.length, errors[0]!.path, errors[19]!.path], [20, '/0', '/19'])
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
