/** What a buyer types at the checkout: what is missing, what is sent, and what the service refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginAttempt } from '../../web/src/checkout/attempt.ts'
import {
  type Buyer,
  bodyOf,
  FIELDS,
  faultsOf,
  faultsRefused,
  keepBuyer,
  readBuyer,
  regionOf,
} from '../../web/src/checkout/buyer.ts'

const storage = (values = new Map<string, string>()) => ({
  getItem: (key: string) => values.get(key) ?? null,
  setItem: (key: string, value: string) => void values.set(key, value),
  removeItem: (key: string) => void values.delete(key),
})
const NO_ONE = readBuyer(storage(), 'ada')
const ADA: Buyer = {
  ...{ ...NO_ONE, email: ' ada@example.org ', name: 'Ada', street: 'Gasse 1', more: ' ', city: 'Berlin' },
  ...{ postalCode: '10115', country: 'DE' },
}

test('each needed field that is missing is named, the region only where it is needed', () => {
  assert.deepEqual(Object.keys(faultsOf(NO_ONE, false)), ['email', 'name', 'street', 'city', 'country'])
  assert.deepEqual(faultsOf(ADA, false), {})
  assert.deepEqual(Object.keys(faultsOf(ADA, true)), ['region'])
  for (const email of ['ada', 'ada@', 'a b@c.d', 'ada@example'])
    assert.deepEqual(Object.keys(faultsOf({ ...ADA, email }, false)), ['email'], email)
})

test('what is sent has no blanks around it, and null for what is not there', () => {
  assert.deepEqual(bodyOf({ ...ADA, region: ' be ' }, 'the quote', 'card'), {
    ...{ quote: 'the quote', email: 'ada@example.org', language: 'en', payment_method: 'card' },
    address: {
      ...{ name: 'Ada', organization: null, lines: ['Gasse 1'], postal_code: '10115', city: 'Berlin' },
      ...{ region: 'BE', country: 'DE', phone: null },
    },
  })
  assert.equal('payment_method' in bodyOf(ADA, 'the quote', undefined), false)
  assert.equal(regionOf(ADA), null)
})

test('what was typed is kept for its visitor alone; a damaged one is none', () => {
  const kept = storage()
  keepBuyer(kept, 'ada', ADA)
  assert.deepEqual(readBuyer(kept, 'ada'), ADA)
  assert.deepEqual(readBuyer(kept, 'bob'), NO_ONE)
  for (const text of ['{', 'null', '[]', '{"city":5}'])
    assert.deepEqual(readBuyer(storage(new Map([['shop.buyer.ada', text]])), 'ada'), NO_ONE)
})

test('what the service refuses is shown at its field', () => {
  const faults = faultsRefused([
    { path: '/address/lines/1', message: 'is too long' },
    { path: '/address/lines/0', message: 'is too long' },
    { path: '/address/postal_code', message: 'must be short' },
    { path: '/quote', message: 'is wrong' },
  ])
  assert.deepEqual(Object.keys(faults), ['more', 'street', 'postalCode'])
  for (const none of [undefined, 'x', {}]) assert.deepEqual(faultsRefused(none), {})
  for (const field of FIELDS)
    if (!['street', 'more', 'postalCode'].includes(field))
      assert.ok(
        faultsRefused([{ path: field === 'email' ? '/email' : `/address/${field}`, message: 'x' }])[field],
        field,
      )
})

test('the same purchase keeps its key with another quote or address, and what is sent is what was stored last', () => {
  const kept = storage()
  const lines = [{ productId: 'p', name: 'Mug', unitPrice: '2.00', currency: 'USD', quantity: 1 }]
  const first = beginAttempt(kept, 'ada', lines, bodyOf(ADA, 'one', 'card'))
  const second = beginAttempt(kept, 'ada', lines, bodyOf(ADA, 'two', 'invoice'))
  assert.equal(second.key, first.key)
  assert.equal(second.quoted?.quote, 'two')
  assert.equal('quoted' in beginAttempt(kept, 'ada', lines), false)
})
