import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { App } from '../../src/http/app.ts'
import { VALUES_FULLY_VALIDATED_MAX } from '../../src/http/validation.ts'
import { createEdgeApp } from '../fixtures/edge_app.ts'

const ID = '01890a5d-ac96-774b-bcce-b302099a8057'

async function faults(app: App, payload: object) {
  const answer = await app.inject({ method: 'POST', url: '/things', payload })
  assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
  return answer.json().errors as { path: string; message: string }[]
}

suite('faults of a body', () => {
  const app = createEdgeApp()
  after(() => app.close())

  test('are all reported at once, one for each field', async () => {
    const found = await faults(app, {
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

  test('are not all searched for in a body of too many values: the first is reported', async () => {
    const lines = Array.from({ length: VALUES_FULLY_VALIDATED_MAX }, () => ({}))
    assert.deepEqual(await faults(app, { lines }), [
      { in: 'body', path: '/lines', message: 'must have at most 100 entries' },
    ])
  })

  test(`are all searched for in a body of up to ${VALUES_FULLY_VALIDATED_MAX} values`, async () => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i]))
    // The body itself is a value too. At most twenty faults are listed.
    assert.equal((await faults(app, fields(VALUES_FULLY_VALIDATED_MAX - 1))).length, 20)
    assert.equal((await faults(app, fields(VALUES_FULLY_VALIDATED_MAX))).length, 1)
  })

  test('are not all searched for in an object of too many fields: the first is reported', async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, i]))
    assert.equal((await faults(app, many)).length, 1)
  })
})

suite('numbers and booleans of a query', () => {
  const app = createEdgeApp()
  after(() => app.close())

  const ask = async (query: string) => app.inject({ url: `/things?${query}` })

  test('are accepted in their usual spelling', async () => {
    assert.deepEqual((await ask('limit=20&sold=true&q=20')).json(), { limit: 20, sold: true, q: '20' })
    assert.deepEqual((await ask('limit=100&sold=false')).json(), { limit: 100, sold: false })
  })

  for (const query of [
    ...['0x10', '1e1', '%205', '5%20', '5.0', '%2B5', '', '--5', '1_0', '٣', '-1', '0', '101'].map(
      (text) => `limit=${text}`,
    ),
    ...['1', '0', 'TRUE', 'yes', '', 'null'].map((text) => `sold=${text}`),
    'limit=1&limit=2',
  ]) {
    test(`${query} is refused`, async () => {
      const answer = await ask(query)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
    })
  }
})

suite('ids', () => {
  const app = createEdgeApp()
  after(() => app.close())

  test('are lower-case for the handler, in path and body', async () => {
    const upper = ID.toUpperCase()
    const read = await app.inject({ url: `/things/${upper}` })
    assert.deepEqual(read.json(), { id: ID })
    const payload = { id: upper, lines: [{ product_id: upper, quantity: 1 }] }
    const sent = await app.inject({ method: 'POST', url: '/things', payload })
    assert.deepEqual(sent.json(), { id: ID, lines: [{ product_id: ID, quantity: 1 }] })
  })

  for (const id of [`urn:uuid:${ID}`, `{${ID}}`, ID.replaceAll('-', ''), `${ID} `]) {
    test(`${id} is no id`, async () => {
      const answer = await app.inject({ url: `/things/${encodeURIComponent(id)}` })
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
      assert.equal((await faults(app, { id }))[0]?.path, '/id')
    })
  }
})
