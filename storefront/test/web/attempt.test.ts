import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { CartLine } from '../../web/src/cart/cart_line.ts'
import { beginAttempt, endAttempt, readAttempt, setAttemptAside } from '../../web/src/checkout/attempt.ts'

const ADA = 'user-a'
const MUG: CartLine = { productId: 'mug', name: 'Mug', unitPrice: '18.00', currency: 'USD', quantity: 1 }

/** A Storage in memory. */
function storage(): Storage {
  const stored = new Map<string, string>()
  return {
    get length() {
      return stored.size
    },
    clear: () => stored.clear(),
    key: (i) => [...stored.keys()][i] ?? null,
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
    removeItem: (key) => void stored.delete(key),
  }
}

suite('an attempt to buy (invariant 4)', () => {
  test('is stored before anything is sent, with its own key', () => {
    const stored = storage()
    const attempt = beginAttempt(stored, ADA, [MUG])
    assert.match(attempt.key, /^[0-9a-f]{32}$/)
    assert.deepEqual(readAttempt(stored, ADA), attempt)
    assert.equal(attempt.totalPrice, '18.00')
  })

  test('the same purchase keeps its key, also after it was set aside', () => {
    const stored = storage()
    const first = beginAttempt(stored, ADA, [MUG])
    assert.equal(beginAttempt(stored, ADA, [MUG]).key, first.key)
    setAttemptAside(stored, ADA)
    assert.equal(readAttempt(stored, ADA)?.setAside, true)
    assert.deepEqual(beginAttempt(stored, ADA, [MUG]), first)
  })

  for (const [what, lines] of [
    ['quantity', [{ ...MUG, quantity: 2 }]],
    ['price', [{ ...MUG, unitPrice: '19.00' }]],
    ['product', [{ ...MUG, productId: 'lamp' }]],
    ['line', [MUG, { ...MUG, productId: 'lamp' }]],
  ] as const) {
    test(`another ${what} is another purchase with another key`, () => {
      const stored = storage()
      const first = beginAttempt(stored, ADA, [MUG])
      assert.notEqual(beginAttempt(stored, ADA, lines).key, first.key)
    })
  }

  test('is deleted when its outcome is known, and not by the outcome of an older one', () => {
    const stored = storage()
    const first = beginAttempt(stored, ADA, [MUG])
    const second = beginAttempt(stored, ADA, [{ ...MUG, quantity: 2 }])
    endAttempt(stored, ADA, first.key)
    assert.equal(readAttempt(stored, ADA)?.key, second.key)
    endAttempt(stored, ADA, second.key)
    assert.equal(readAttempt(stored, ADA), undefined)
    assert.notEqual(beginAttempt(stored, ADA, [MUG]).key, first.key)
  })

  test('belongs to the account that made it', () => {
    const stored = storage()
    beginAttempt(stored, ADA, [MUG])
    assert.equal(readAttempt(stored, 'user-b'), undefined)
  })

  test('stored data that is invalid is no attempt', () => {
    const stored = storage()
    const nonsense = [
      '{',
      '5',
      '{}',
      '{"key":"a"}',
      '{"key":"","lines":[]}',
      '{"key":"a","lines":[{"productId":"mug"}]}',
    ]
    for (const text of nonsense) {
      stored.setItem(`shop.attempt.${ADA}`, text)
      assert.equal(readAttempt(stored, ADA), undefined, text)
    }
  })
})
