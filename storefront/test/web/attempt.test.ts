import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { CartLine } from '../../web/src/cart/cart_line.ts'
import { beginAttempt, endAttempt, readAttempt, setAttemptAside } from '../../web/src/checkout/attempt.ts'

const ADA = 'user-a'
const MUG: CartLine = { productId: 'mug', name: 'Mug', unitPrice: '18.00', currency: 'USD', quantity: 1 }

/** What a browser's storage does, and no more. */
function storage(): Storage {
  const kept = new Map<string, string>()
  return {
    get length() {
      return kept.size
    },
    clear: () => kept.clear(),
    key: (i) => [...kept.keys()][i] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

suite('an attempt to buy (invariant 4)', () => {
  test('is written down before anything is sent, with a name of its own', () => {
    const kept = storage()
    const attempt = beginAttempt(kept, ADA, [MUG])
    assert.match(attempt.key, /^[0-9a-f]{32}$/)
    assert.deepEqual(readAttempt(kept, ADA), attempt)
    assert.equal(attempt.totalPrice, '18.00')
  })

  test('the same purchase begun again keeps its name, also after it was set aside', () => {
    const kept = storage()
    const first = beginAttempt(kept, ADA, [MUG])
    assert.equal(beginAttempt(kept, ADA, [MUG]).key, first.key)
    setAttemptAside(kept, ADA)
    assert.equal(readAttempt(kept, ADA)?.setAside, true)
    assert.deepEqual(beginAttempt(kept, ADA, [MUG]), first)
  })

  for (const [what, lines] of [
    ['quantity', [{ ...MUG, quantity: 2 }]],
    ['price', [{ ...MUG, unitPrice: '19.00' }]],
    ['product', [{ ...MUG, productId: 'lamp' }]],
    ['line', [MUG, { ...MUG, productId: 'lamp' }]],
  ] as const) {
    test(`another ${what} is another purchase with another name`, () => {
      const kept = storage()
      const first = beginAttempt(kept, ADA, [MUG])
      assert.notEqual(beginAttempt(kept, ADA, lines).key, first.key)
    })
  }

  test('is forgotten once its outcome is known, and not by the outcome of an older one', () => {
    const kept = storage()
    const first = beginAttempt(kept, ADA, [MUG])
    const second = beginAttempt(kept, ADA, [{ ...MUG, quantity: 2 }])
    endAttempt(kept, ADA, first.key)
    assert.equal(readAttempt(kept, ADA)?.key, second.key)
    endAttempt(kept, ADA, second.key)
    assert.equal(readAttempt(kept, ADA), undefined)
    assert.notEqual(beginAttempt(kept, ADA, [MUG]).key, first.key)
  })

  test('belongs to the account that made it', () => {
    const kept = storage()
    beginAttempt(kept, ADA, [MUG])
    assert.equal(readAttempt(kept, 'user-b'), undefined)
  })

  test('what cannot be read is no attempt', () => {
    const kept = storage()
    const nonsense = [
      '{',
      '5',
      '{}',
      '{"key":"a"}',
      '{"key":"","lines":[]}',
      '{"key":"a","lines":[{"productId":"mug"}]}',
    ]
    for (const text of nonsense) {
      kept.setItem(`shop.attempt.${ADA}`, text)
      assert.equal(readAttempt(kept, ADA), undefined, text)
    }
  })
})
