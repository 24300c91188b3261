/** Kinds of events and positions of the log as an admin types them. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ShopProblem } from '@shop/client/problem'
import { readRange, readTypes, TYPES_MAX } from '../../web/src/admin/webhooks/event_types.ts'
import { explainWebhook } from '../../web/src/admin/webhooks/explain_webhook.ts'

suite('kinds of events', () => {
  for (const [text, types] of [
    ['', []],
    [' , ', []],
    ['order.confirmed', ['order.confirmed']],
    ['Order.Confirmed;order.shipped\norder.confirmed', ['order.confirmed', 'order.shipped']],
  ] as const) {
    test(`“${text}” are ${types.length}`, () => assert.deepEqual(readTypes(text), { types }))
  }
  for (const text of ['order', 'order.', '.confirmed', 'order.confirmed.now', 'order.1', 'órder.confirmed']) {
    test(`“${text}” is none`, () => assert.match(readTypes(text).fault ?? '', new RegExp(`: ${text}\\.$`)))
  }
  test('as many as the service takes', () => {
    const some = (n: number) => Array.from({ length: n }, (_, i) => `order.${'x'.repeat(i + 1)}`).join()
    assert.equal(readTypes(some(TYPES_MAX)).fault, undefined)
    assert.match(readTypes(some(TYPES_MAX + 1)).fault ?? '', /At most/)
  })
})

suite('a range of the log', () => {
  test('both ends are outside of it, and the second may be missing', () => {
    assert.deepEqual(readRange(' 0 ', ''), { range: { after: 0 } })
    assert.deepEqual(readRange('3', '5'), { range: { after: 3, before: 5 } })
  })
  for (const [after, before, field] of [
    ['', '', 'after'],
    ['-1', '', 'after'],
    ['1.5', '', 'after'],
    ['1', 'x', 'before'],
    ['3', '4', 'before'],
    ['3', '2', 'before'],
  ] as const) {
    test(`from “${after}” to “${before}” is none`, () =>
      assert.deepEqual(Object.keys(readRange(after, before).fault ?? {}), [field]))
  }
})

test('what the service refuses is said in words', () => {
  const codes = ['endpoint_changed', 'too_many_endpoints', 'replay_too_large', 'event_not_found'] as const
  const said = codes.map((code) => explainWebhook(new ShopProblem(code, 'no')))
  assert.equal(new Set(said).size, codes.length)
  assert.equal(explainWebhook(new ShopProblem('overloaded', 'no')), undefined)
  assert.equal(explainWebhook(new Error('no')), undefined)
})
