import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pricedParts } from '../../../payment_service/src/domain/refund_parts.ts'
import { beginRefund, endRefund } from '../../web/src/admin/orders/refund_attempts.ts'
import { sumOfParts } from '../../web/src/admin/orders/refund_sums.ts'

const WISH = { lines: [{ product_id: 'mug', quantity: 1 }], reason: 'broken' }

function storage() {
  const values = new Map<string, string>()
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  }
}

suite('a refund keeps its key', () => {
  test('until its outcome is known, also when others were tried between', () => {
    const stored = storage()
    const key = beginRefund(stored, 'one', WISH)
    const other = beginRefund(stored, 'one', { amount: '5.00', reason: 'broken' })
    assert.notEqual(other, key)
    assert.equal(beginRefund(stored, 'one', { ...WISH, lines: [...WISH.lines] }), key)
    endRefund(stored, 'one', { amount: '5.00', reason: 'broken' })
    assert.equal(beginRefund(stored, 'one', WISH), key)
    endRefund(stored, 'one', WISH)
    assert.equal(stored.values.size, 0)
    assert.notEqual(beginRefund(stored, 'one', WISH), key)
  })

  test('of another order, reason, shipping or number of units it has another', () => {
    const stored = storage()
    const keys = [
      beginRefund(stored, 'one', WISH),
      beginRefund(stored, 'two', WISH),
      beginRefund(stored, 'one', { ...WISH, reason: 'late' }),
      beginRefund(stored, 'one', { ...WISH, shipping: true }),
      beginRefund(stored, 'one', { ...WISH, by_hand: true }),
      beginRefund(stored, 'one', { ...WISH, lines: [{ product_id: 'mug', quantity: 2 }] }),
    ]
    assert.equal(new Set(keys).size, keys.length)
  })

  test('what is no list of keys counts as none', () => {
    const stored = storage()
    for (const text of ['no json', 'null', '1']) {
      stored.values.set('shop.refunds.one', text)
      assert.match(beginRefund(stored, 'one', WISH), /^[0-9a-f]{32}$/)
    }
  })
})

test('the sum that is shown is the sum that is refunded', () => {
  const money = (minor: number) => (minor / 100).toFixed(2)
  for (const [grossMinor, quantity] of [
    [1_000, 3],
    [1, 3],
    [999, 7],
    [0, 2],
  ] as const) {
    for (let before = 0; before < quantity; before++) {
      for (let units = 1; units <= quantity - before; units++) {
        const refundedMinor = Math.floor((grossMinor * before) / quantity)
        const made = { productId: 'mug', quantity: before, amountMinor: refundedMinor }
        const bill = { lines: [{ productId: 'mug', quantity, grossMinor }], shippingMinor: 490 }
        const refunds = [
          { state: 'succeeded', parts: { lines: [made], shippingMinor: 0, setOffMinor: undefined } },
        ]
        const wanted = { lines: [{ productId: 'mug', quantity: units }], shipping: true, setsOff: false }
        const { lines, shippingMinor } = pricedParts({ bill, refunds }, wanted, 0)
        const shown = sumOfParts(
          {
            ...{ amount: money(grossMinor + 490), shipping: { gross: '4.90', refunded: '0.00' } },
            lines: [
              {
                ...{ product_id: 'mug', quantity, gross: money(grossMinor) },
                ...{ refunded_quantity: before, refunded: money(refundedMinor) },
              },
            ],
          },
          new Map([['mug', units]]),
          true,
        )
        assert.equal(shown, money(lines[0]!.amountMinor + shippingMinor))
      }
    }
  }
})
