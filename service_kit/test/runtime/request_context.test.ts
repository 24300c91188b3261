import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { firstIds, IDS_LOGGED_MAX } from '../../src/runtime/log.ts'
import {
  contextHeaders,
  currentContext,
  inContext,
  inTrace,
  NO_REQUEST,
  REQUEST_IDS_MAX,
  requestIdsIn,
  sharedContext,
} from '../../src/runtime/request_context.ts'

const of = (...requestIds: string[]) => ({ traceparent: undefined, requestIds })
const many = (count: number) => Array.from({ length: count }, (_, i) => `r${i}`)

suite('the context of requests', () => {
  test('a trace keeps the ids, and outside there are none', () => {
    assert.deepEqual(currentContext(), NO_REQUEST)
    const seen = inContext(of('r1'), () => inTrace('t', currentContext))
    assert.deepEqual(seen, { traceparent: 't', requestIds: ['r1'] })
  })

  test('of shared work has each id once, REQUEST_IDS_MAX at most, and the first trace', () => {
    const traced = { traceparent: 't', requestIds: ['r2'] }
    assert.deepEqual(sharedContext([of('r1'), traced, of('r1')]), {
      traceparent: 't',
      requestIds: ['r1', 'r2'],
    })
    assert.equal(sharedContext(many(300).map((id) => of(id))).requestIds.length, REQUEST_IDS_MAX)
    assert.equal(REQUEST_IDS_MAX, 128)
  })

  test('is passed on as headers, and read from them', () => {
    assert.deepEqual(contextHeaders(NO_REQUEST), {})
    const headers = contextHeaders(of(...many(REQUEST_IDS_MAX)))
    assert.equal(headers['x-request-id'], 'r0')
    assert.deepEqual(requestIdsIn(headers['x-request-ids']), many(REQUEST_IDS_MAX))
    assert.deepEqual(requestIdsIn(many(REQUEST_IDS_MAX + 1).join()), [])
    for (const bad of ['a b', 'a,', `${'x'.repeat(65)}`, '"', undefined])
      assert.deepEqual(requestIdsIn(bad), [])
  })

  test('a line shows IDS_LOGGED_MAX ids', () => {
    assert.deepEqual(firstIds(many(50)), many(IDS_LOGGED_MAX))
    assert.equal(IDS_LOGGED_MAX, 20)
  })
})
