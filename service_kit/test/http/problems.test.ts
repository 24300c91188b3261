import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Fault, type Nothing } from '@shop/faults/fault'
import { type ProblemTable, withViews } from '../../src/http/problem_tables.ts'
import { describeProblem, KIT_PROBLEMS } from '../../src/http/problems.ts'
import { type KitPayloads, Problem } from '../../src/runtime/problem.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

const ASKED = { id: 'r', headers: {}, principal: undefined }

suite('problems', () => {
  test('a 503 has Retry-After, and a 401 WWW-Authenticate', () => {
    const headersOf = (code: keyof typeof KIT_PROBLEMS) =>
      describeProblem(new Problem(code, ''), KIT_PROBLEMS, ASKED).headers
    assert.deepEqual(headersOf('overloaded'), { 'retry-after': '1' })
    assert.deepEqual(headersOf('unauthenticated'), { 'www-authenticate': 'Bearer' })
    assert.deepEqual(headersOf('forbidden'), {})
  })

  test('a payload is sent as `present` of its table returns it: members and headers', () => {
    const answer = (problem: Problem) => describeProblem(problem, KIT_PROBLEMS, ASKED)
    const errors = [{ in: 'body', path: '/name', message: 'must be text' }]
    assert.deepEqual(answer(new Problem('validation_failed', '', { errors })).document.errors, errors)
    assert.equal('errors' in answer(new Problem('validation_failed', '')).document, false)
    assert.deepEqual(answer(new Problem('method_not_allowed', '', { allowed: ['GET', 'PUT'] })).headers, {
      allow: 'GET, PUT',
    })
    assert.deepEqual(answer(new Problem('unauthenticated', '', { tokenRefused: true })).headers, {
      'www-authenticate': 'Bearer error="invalid_token"',
    })
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
      const { status: answered, document } = describeProblem(error, KIT_PROBLEMS, ASKED)
      assert.deepEqual([answered, document.status, document.code], [status, status, code])
      assert.equal(document.detail === 'why', code !== 'internal_error')
    })
  }

  test('a document has all its members, and says whether the request may be retried', () => {
    const { document } = describeProblem(new Problem('overloaded', 'Too much.'), KIT_PROBLEMS, {
      ...ASKED,
      id: 'r7',
    })
    const { title } = KIT_PROBLEMS.overloaded
    assert.deepEqual(document, {
      type: 'urn:shop:problem:overloaded',
      ...{ title, status: 503, detail: 'Too much.', code: 'overloaded', request_id: 'r7', retryable: true },
    })
    const retryable = (code: keyof typeof KIT_PROBLEMS) =>
      describeProblem(new Problem(code, '', { allowed: [] }), KIT_PROBLEMS, ASKED).document.retryable
    for (const [code, { status }] of Object.entries(KIT_PROBLEMS)) {
      assert.equal(retryable(code as keyof typeof KIT_PROBLEMS), status >= 500 || status === 429, code)
    }
  })

  test('of many faults of a body the first twenty are listed', () => {
    const validation = Array.from({ length: 50 }, (_, i) => ({
      ...{ keyword: 'type', instancePath: `/${i}`, schemaPath: '', params: {}, message: 'must be string' },
    }))
    const { document } = describeProblem(Object.assign(new Error(), { validation }), KIT_PROBLEMS, ASKED)
    const errors = document.errors as { path: string }[]
    assert.deepEqual([errors.length, errors[0]!.path, errors[19]!.path], [20, '/0', '/19'])
  })

  for (const thrown of [
    new Error('secret'),
    'secret',
    undefined,
    Object.assign(new Error('secret'), { code: 'toString' }),
  ]) {
    test(`${String(thrown)} without a known code is internal_error and reveals nothing`, () => {
      const { status, document } = describeProblem(thrown, KIT_PROBLEMS, ASKED)
      assert.deepEqual([status, document.code], [500, 'internal_error'])
      assert.doesNotMatch(JSON.stringify(document), /secret/)
    })
  }
})

suite('a table of a service', () => {
  type Cup = { readonly id: string; readonly costPrice: number }
  type Payloads = {
    empty: Nothing
    busy: { readonly waitMs: number }
    changed: { readonly current: Cup }
    condition_failed: { readonly current: Cup }
  }
  class CupFault<Code extends keyof Payloads> extends Fault<Payloads, Code> {}
  type Views = { readonly name: (cup: Cup) => string }
  const view = ({ current }: Payloads['changed'], { name }: Views) => ({
    members: { current: name(current) },
  })
  const TABLE = {
    ...KIT_PROBLEMS,
    empty: { status: 404, title: 'Empty', retryable: false },
    busy: {
      ...{ status: 503, title: 'Busy', retryable: true },
      present: ({ waitMs }) => ({
        headers: { 'retry-after': String(waitMs / 1000) },
        detail: `${waitMs} ms`,
      }),
    },
    changed: {
      ...{ status: 409, title: 'Changed', retryable: false },
      answeredAs: (_payload, { headers }) => (headers['if-match'] ? 'condition_failed' : undefined),
      present: view,
    },
    condition_failed: { status: 412, title: 'Changed', retryable: false, present: view },
  } as const satisfies ProblemTable<Payloads & KitPayloads, Views>
  const table = withViews(TABLE, { name: ({ id }) => `cup ${id}` })
  const changed = new CupFault('changed', 'Look again.', { current: { id: '7', costPrice: 3 } })

  test('`present` gets the views, and may set headers and the detail', () => {
    assert.equal(describeProblem(changed, table, ASKED).document.current, 'cup 7')
    const { headers, document } = describeProblem(
      new CupFault('busy', 'Long.', { waitMs: 7000 }),
      table,
      ASKED,
    )
    assert.deepEqual([headers['retry-after'], document.detail], ['7', '7000 ms'])
  })

  test('`answeredAs` may choose another code, depending on the request', () => {
    const asked = { ...ASKED, headers: { 'if-match': '"1"' } }
    const { status, document } = describeProblem(changed, table, asked)
    assert.deepEqual([status, document.code, document.current], [412, 'condition_failed', 'cup 7'])
    assert.equal(describeProblem(changed, table, ASKED).status, 409)
  })

  test('a payload without `present` is not sent', () => {
    const { changed: _, ...others } = TABLE
    const mute = { ...others, changed: { status: 409, title: 'Changed', retryable: false } }
    const { document } = describeProblem(changed, withViews(mute, { name: () => '' }), ASKED)
    assert.doesNotMatch(JSON.stringify(document), /costPrice|current/)
    assert.doesNotMatch(JSON.stringify(describeProblem(changed, KIT_PROBLEMS, ASKED)), /costPrice|current/)
  })

  test('an incomplete table or fault does not compile', () => {
    const answer = { status: 409, title: 'Changed', retryable: false }
    const rest = { empty: answer, busy: TABLE.busy, condition_failed: TABLE.condition_failed }
    const tables: ProblemTable<Payloads, Views>[] = [
      { ...rest, changed: { ...answer, present: view } },
      // @ts-expect-error A payload without a view.
      { ...rest, changed: answer },
      // @ts-expect-error A code without an answer.
      rest,
      // @ts-expect-error A code with another payload.
      { ...rest, changed: { ...answer, present: view, answeredAs: () => 'empty' } },
    ]
    // @ts-expect-error A payload that is missing.
    const bare = new CupFault('changed', 'Look again.')
    // @ts-expect-error A payload of another code.
    const other = new CupFault('changed', 'Look again.', { waitMs: 1 })
    // @ts-expect-error The views of the table are missing.
    const app = () => createPlainApp({ problems: TABLE })
    assert.equal([...tables, bare, other, app].length, 7)
  })
})
