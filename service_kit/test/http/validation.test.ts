import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { VALUES_FULLY_VALIDATED_MAX } from '../../src/http/validation.ts'
import { createEdgeApp } from '../fixtures/edge_app.ts'

const ID = '01890a5d-ac96-774b-bcce-b302099a8057'

async function faults(t: import('node:test').TestContext, payload: object) {
  const answer = await createEdgeApp(t).inject({ method: 'POST', url: '/things', payload })
  assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
  return answer.json().errors as { path: string; message: string }[]
}

suite('faults are described in words', () => {
  test('all faults of a form at once, one for each place', async (t) => {
    const found = await faults(t, {
      quantity: 'x',
      price: -1,
      name: '',
      kind: 'rum',
      colour: 1,
      id: 'urn:uuid:1',
    })
    assert.deepEqual(Object.fromEntries(found.map(({ path, message }) => [path, message])), {
      '/colour': 'is not a known field; known: id, quantity, price, name, kind, lines',
      '/id': 'must be an id such as 01890a5d-ac96-774b-bcce-b302099a8057',
      '/quantity': 'must be a whole number from 1 to 100',
      '/price': 'must be an amount such as "19.99"',
      '/name': 'must have at least 2 characters',
      '/kind': 'must be one of tea, coffee',
    })
    assert.equal(found.length, 6)
  })

  test('of a body with more values than a form has, only the first', async (t) => {
    const lines = Array.from({ length: VALUES_FULLY_VALIDATED_MAX }, () => ({}))
    assert.deepEqual(await faults(t, { lines }), [
      { in: 'body', path: '/lines', message: 'must have at most 100 entries' },
    ])
  })

  test('up to the limit of values all faults are found, above it only the first', async (t) => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i]))
    // The body itself is a value, too; twenty faults are listed.
    assert.equal((await faults(t, fields(VALUES_FULLY_VALIDATED_MAX - 1))).length, 20)
    assert.equal((await faults(t, fields(VALUES_FULLY_VALIDATED_MAX))).length, 1)
  })

  test('an object with more fields than a form has, only the first', async (t) => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, i]))
    assert.equal((await faults(t, many)).length, 1)
  })
})

suite('numbers and truth values of an address', () => {
  const ask = async (t: import('node:test').TestContext, query: string) =>
    createEdgeApp(t).inject({ url: `/things?${query}` })

  test('are read in their one usual spelling', async (t) => {
    assert.deepEqual((await ask(t, 'limit=20&sold=true&q=20')).json(), { limit: 20, sold: true, q: '20' })
    assert.deepEqual((await ask(t, 'limit=100&sold=false')).json(), { limit: 100, sold: false })
  })

  for (const query of [
    ...['0x10', '1e1', '%205', '5%20', '5.0', '%2B5', '', '--5', '1_0', '٣', '-1', '0', '101'].map(
      (text) => `limit=${text}`,
    ),
    ...['1', '0', 'TRUE', 'yes', '', 'null'].map((text) => `sold=${text}`),
    'limit=1&limit=2',
  ]) {
    test(`${query} is refused`, async (t) => {
      const answer = await ask(t, query)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
    })
  }
})

suite('an id is the same in either case', () => {
  test('it is lower-case for the route, in path and body', async (t) => {
    const app = createEdgeApp(t)
    const upper = ID.toUpperCase()
    const read = await app.inject({ url: `/things/${upper}` })
    assert.deepEqual(read.json(), { id: ID })
    const payload = { id: upper, lines: [{ product_id: upper, quantity: 1 }] }
    const sent = await app.inject({ method: 'POST', url: '/things', payload })
    assert.deepEqual(sent.json(), { id: ID, lines: [{ product_id: ID, quantity: 1 }] })
  })

  for (const id of [`urn:uuid:${ID}`, `{${ID}}`, ID.replaceAll('-', ''), `${ID} `]) {
    test(`${id} is none`, async (t) => {
      const answer = await createEdgeApp(t).inject({ url: `/things/${encodeURIComponent(id)}` })
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
      assert.equal((await faults(t, { id }))[0]?.path, '/id')
    })
  }
})
