import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createEdgeApp } from './fixtures/edge_app.ts'

const JSON_TYPE = 'application/json'

suite('a body is read in one way only', () => {
  const refused: [string, string | Buffer, Record<string, string>, number, string][] = [
    ['bytes that are no UTF-8', Buffer.from('{"name":"\xff\xfe"}', 'latin1'), {}, 400, 'malformed_body'],
    ['a lone half of a character', Buffer.from('{"name":"ab\xc3"}', 'latin1'), {}, 400, 'malformed_body'],
    [
      'another charset',
      '{}',
      { 'content-type': 'application/json; charset=utf-16' },
      415,
      'unsupported_media_type',
    ],
    [
      'another charset, quoted',
      '{}',
      { 'content-type': 'application/json;charset="latin1"' },
      415,
      'unsupported_media_type',
    ],
    [
      'two charsets, of which a reader may take either',
      '{}',
      { 'content-type': 'application/json; charset=utf-8; charset=latin1' },
      415,
      'unsupported_media_type',
    ],
    ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['a field twice', '{"name":"tea","name":"rum"}', {}, 400, 'malformed_body'],
    ['a field twice with the same value', '{"name":"tea","name":"tea"}', {}, 400, 'malformed_body'],
    ['a field twice, once in disguise', '{"name":"tea","n\\u0061me":"rum"}', {}, 400, 'malformed_body'],
    [
      'a field twice, deep inside',
      '{"lines":[{"quantity":1},{"quantity":1,"quantity":2}]}',
      {},
      400,
      'malformed_body',
    ],
    ['an empty body where one is wanted', '', {}, 400, 'malformed_body'],
  ]
  for (const [what, payload, headers, status, code] of refused) {
    test(`${what}: ${status} ${code}`, async (t) => {
      const app = createEdgeApp(t)
      const answer = await app.inject({
        method: 'POST',
        url: '/things',
        payload,
        headers: { 'content-type': JSON_TYPE, ...headers },
      })
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
    })
  }

  for (const payload of ['{"__proto__":{"admin":true}}', '{"\\u005f_proto__":1}', '{', '{}{}']) {
    test(`${payload} is refused, in words of ours`, async (t) => {
      const answer = await createEdgeApp(t).inject({
        method: 'POST',
        url: '/things',
        payload,
        headers: { 'content-type': JSON_TYPE },
      })
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'malformed_body'])
      assert.match(answer.json().detail, /^The body is not JSON, or names a field/)
    })
  }

  const taken: [string, string, string][] = [
    ['charset=utf-8', 'application/json; charset=utf-8', '{"name":"tea"}'],
    ['charset="UTF-8"', 'application/json;charset="UTF-8"', '{"name":"tea"}'],
    ['colons and quotes in text', JSON_TYPE, '{"name":"a:\\"b\\":{\\\\"}'],
    ['the same field of two objects', JSON_TYPE, '{"name":"é ☕"}'],
  ]
  for (const [what, type, payload] of taken) {
    test(`${what} is fine`, async (t) => {
      const app = createEdgeApp(t)
      const answer = await app.inject({
        method: 'POST',
        url: '/things',
        payload,
        headers: { 'content-type': type },
      })
      assert.deepEqual([answer.statusCode, answer.json()], [200, JSON.parse(payload)])
    })
  }

  test('a call without a body that says application/json is served where no body is wanted', async (t) => {
    const app = createEdgeApp(t)
    const answer = await app.inject({
      method: 'DELETE',
      url: '/things/1',
      headers: { 'content-type': JSON_TYPE },
    })
    assert.deepEqual([answer.statusCode, answer.json()], [200, { body: null }])
  })
})
