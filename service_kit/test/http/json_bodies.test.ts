import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { createEdgeApp } from '../fixtures/edge_app.ts'

const JSON_TYPE = 'application/json'

suite('a body is read in one way only', () => {
  const app = createEdgeApp()
  after(() => app.close())

  const refused: [string, string | Buffer, Record<string, string>, number, string][] = [
    ['bytes that are no UTF-8', Buffer.from('{"name":"\xff\xfe"}', 'latin1'), {}, 400, 'malformed_body'],
    ['a part of a character', Buffer.from('{"name":"ab\xc3"}', 'latin1'), {}, 400, 'malformed_body'],
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
      'two charsets',
      '{}',
      { 'content-type': 'application/json; charset=utf-8; charset=latin1' },
      415,
      'unsupported_media_type',
    ],
    ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['a field twice', '{"name":"tea","name":"rum"}', {}, 400, 'malformed_body'],
    ['a field twice with the same value', '{"name":"tea","name":"tea"}', {}, 400, 'malformed_body'],
    ['a field twice, once escaped', '{"name":"tea","n\\u0061me":"rum"}', {}, 400, 'malformed_body'],
    [
      'a field of a nested object twice',
      '{"lines":[{"quantity":1},{"quantity":1,"quantity":2}]}',
      {},
      400,
      'malformed_body',
    ],
    ['an empty body where one is required', '', {}, 400, 'malformed_body'],
    ['lists in lists', `${'['.repeat(33)}${']'.repeat(33)}`, {}, 400, 'malformed_body'],
    ['objects in objects', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, {}, 400, 'malformed_body'],
    ['too many lists', `[${Array(5_041).fill('[]')}]`, {}, 400, 'malformed_body'],
    ['an unterminated string', '{"name":"tea', {}, 400, 'malformed_body'],
    ['a string that ends within an escape', '{"name":"tea\\', {}, 400, 'malformed_body'],
  ]
  for (const [what, payload, headers, status, code] of refused) {
    test(`${what}: ${status} ${code}`, async () => {
      const answer = await app.inject({
        method: 'POST',
        url: '/things',
        payload,
        headers: { 'content-type': JSON_TYPE, ...headers },
      })
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
    })
  }

  test('brackets within strings do not count, and a body within the limits is accepted', async () => {
    for (const payload of [
      JSON.stringify({ name: '[{:'.repeat(2_000) }),
      JSON.stringify({ name: '"}]\\"' }),
      `${'['.repeat(32)}${']'.repeat(32)}`,
      `[${Array(5_040).fill('[]')}]`,
    ]) {
      const answer = await app.inject({
        method: 'POST',
        url: '/things',
        payload,
        headers: { 'content-type': JSON_TYPE },
      })
      assert.notEqual(answer.json().code, 'malformed_body', answer.body.slice(0, 200))
    }
  })

  /** Compared with the cost of one string of the same size, because a busy machine slows both. */
  test('no body costs more than 8 times as much as one string of the same size', async () => {
    const size = 64_000
    await app.ready()
    const cost = async (payload: string) => {
      let best = Number.POSITIVE_INFINITY
      for (let i = 0; i < 15; i++) {
        const begun = process.cpuUsage()
        const headers = { 'content-type': JSON_TYPE }
        await app.inject({ method: 'POST', url: '/things', payload, headers })
        const { user, system } = process.cpuUsage(begun)
        best = Math.min(best, user + system)
      }
      return best
    }
    const plain = await cost(JSON.stringify({ name: 'x'.repeat(size) }))
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const times = Math.floor(size / (open.length + close.length))
      const nested = await cost(`${open.repeat(times)}${close.repeat(times)}`)
      assert.ok(nested < 8 * plain, `${nested} us, a plain one ${plain} us`)
    }
    for (const each of ['[]', '{}']) {
      const many = await cost(`[${Array(Math.floor(size / 3)).fill(each)}]`)
      assert.ok(many < 8 * plain, `${many} us, a plain one ${plain} us`)
    }
  })

  for (const payload of ['{"__proto__":{"admin":true}}', '{"\\u005f_proto__":1}', '{', '{}{}']) {
    test(`${payload} is refused, with a sentence of the kit`, async () => {
      const answer = await app.inject({
        method: 'POST',
        url: '/things',
        payload,
        headers: { 'content-type': JSON_TYPE },
      })
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'malformed_body'])
      assert.match(answer.json().detail, /^The body is not JSON, or names a field/)
    })
  }

  const accepted: [string, string, string][] = [
    ['charset=utf-8', 'application/json; charset=utf-8', '{"name":"tea"}'],
    ['charset="UTF-8"', 'application/json;charset="UTF-8"', '{"name":"tea"}'],
    ['colons and quotes in text', JSON_TYPE, '{"name":"a:\\"b\\":{\\\\"}'],
    ['the same field of two objects', JSON_TYPE, '{"name":"é ☕"}'],
  ]
  for (const [what, type, payload] of accepted) {
    test(`${what} is accepted`, async () => {
      const answer = await app.inject({
        method: 'POST',
        url: '/things',
        payload,
        headers: { 'content-type': type },
      })
      assert.deepEqual([answer.statusCode, answer.json()], [200, JSON.parse(payload)])
    })
  }

  test('a DELETE with content-type application/json and without a body is accepted', async () => {
    const answer = await app.inject({
      method: 'DELETE',
      url: '/things/1',
      headers: { 'content-type': JSON_TYPE },
    })
    assert.deepEqual([answer.statusCode, answer.json()], [200, { body: null }])
  })
})
