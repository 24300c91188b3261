import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { CartLine } from '../../web/src/cart/cart_line.ts'
import { applyChanges, changesIn, type Now, sumOf } from '../../web/src/cart/changes.ts'
import { isSameAmount, totalOf } from '../../web/src/ui/money_math.ts'

const MUG: CartLine = { productId: 'mug', name: 'Mug', unitPrice: '18.00', currency: 'USD', quantity: 3 }
const LAMP: CartLine = { productId: 'lamp', name: 'Lamp', unitPrice: '89.00', currency: 'USD', quantity: 1 }
const asShown = ({ name, unitPrice }: CartLine): Now => ({ name, price: unitPrice, stock: 9 })
const shelf = (products: Record<string, Now>) => (id: string) => products[id]

suite('changes since products were added to the cart', () => {
  test('none while everything is as shown', () => {
    assert.deepEqual(changesIn([MUG, LAMP], shelf({ mug: asShown(MUG), lamp: asShown(LAMP) })), [])
  })

  test('none for a product that is not known', () => assert.deepEqual(changesIn([MUG], shelf({})), []))

  test('price, shortage and removal are listed, and applying them leaves what is available', () => {
    const now = shelf({ mug: { name: 'Mug', price: '21.50', stock: 2 }, lamp: null })
    const changes = changesIn([MUG, LAMP], now)
    assert.deepEqual(changes, [
      { productId: 'mug', name: 'Mug', kind: 'short', wanted: 3, left: 2 },
      { productId: 'mug', name: 'Mug', kind: 'price', before: '18.00', now: '21.50', currency: 'USD' },
      { productId: 'lamp', name: 'Lamp', kind: 'gone' },
    ])
    const taken = applyChanges([MUG, LAMP], changes)
    assert.deepEqual(taken, [{ ...MUG, unitPrice: '21.50', quantity: 2 }])
    assert.deepEqual(changesIn(taken, now), [])
  })

  test('a sold out product is removed, whatever its price is now', () => {
    const changes = changesIn([MUG], shelf({ mug: { name: 'Mug', price: '1.00', stock: 0 } }))
    assert.deepEqual(changes, [{ productId: 'mug', name: 'Mug', kind: 'short', wanted: 3, left: 0 }])
    assert.deepEqual(applyChanges([MUG], changes), [])
  })

  test('the same amount written differently is no change', () => {
    assert.deepEqual(changesIn([MUG], shelf({ mug: { name: 'Mug', price: '18', stock: 3 } })), [])
  })
})

suite('totals of the cart', () => {
  const now = shelf({ mug: { name: 'Mug', price: '21.50', stock: 2 }, lamp: null, vase: undefined })
  const VASE: CartLine = { ...LAMP, productId: 'vase', unitPrice: '5.00', quantity: 2 }
  const { rows, taken, total } = sumOf([MUG, LAMP, VASE], now)

  test('each line has the total it would be ordered at: the new price, the available quantity', () => {
    assert.deepEqual(
      rows.map((row) => [row.line.productId, row.taken?.unitPrice, row.taken?.quantity, row.total]),
      [
        ['mug', '21.50', 2, '43.00'],
        ['lamp', undefined, undefined, '0'],
        ['vase', '5.00', 2, '10.00'],
      ],
    )
  })

  test('the total is the sum of exactly these', () => {
    assert.equal(total, '53.00')
    assert.equal(totalOf(rows.map((row) => ({ unitPrice: row.total, quantity: 1 }))), total)
    assert.equal(totalOf(taken), total)
  })
})

suite('sums of money are exact', () => {
  for (const [lines, total] of [
    [[], '0'],
    [[['0.10', 3]], '0.30'],
    [
      [
        ['0.1', 1],
        ['0.25', 2],
      ],
      '0.60',
    ],
    [[['1450', 2]], '2900'],
    [[['9999999.99', 10_000]], '99999999900.00'],
    [[['0.005', 1]], '0.005'],
  ] as const) {
    test(`${JSON.stringify(lines)} is ${total}`, () =>
      assert.equal(totalOf(lines.map(([unitPrice, quantity]) => ({ unitPrice, quantity }))), total))
  }

  test('amounts are compared by value', () => {
    assert.equal(isSameAmount('1.5', '1.50'), true)
    assert.equal(isSameAmount('1.50', '1.05'), false)
  })
})
