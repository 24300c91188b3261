/** Two admins changed one product: the values of both, and the proposed merge. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changesTo, conflictsOf } from '../../web/src/admin/products/conflict.ts'

const seen = { name: 'Kettle', description: 'Boils', price: '19.99', stock: 10 }

suite('a conflict', () => {
  test('has only fields that someone changed, and keeps a change that only one made', () => {
    const rows = conflictsOf(seen, { name: 'Tea kettle' }, { ...seen, price: '21.00' })
    assert.deepEqual(
      rows.map(({ field, yours, theirs, merged, contested }) => ({
        field,
        yours,
        theirs,
        merged,
        contested,
      })),
      [
        { field: 'name', yours: 'Tea kettle', theirs: 'Kettle', merged: 'Tea kettle', contested: false },
        { field: 'price', yours: '19.99', theirs: '21.00', merged: '21.00', contested: false },
      ],
    )
  })

  test('a field that both changed is contested, and yours is proposed', () => {
    const [row] = conflictsOf(seen, { price: '18.00' }, { ...seen, price: '21.00' })
    assert.deepEqual([row?.contested, row?.merged], [true, '18.00'])
  })

  test('the same change by both is no conflict', () => {
    assert.deepEqual(conflictsOf(seen, { price: '21.00' }, { ...seen, price: '21.00' }), [])
  })

  for (const [what, yours, theirs, merged] of [
    ['a sale stays sold', 30, 8, '28'],
    ['what came in stays', 4, 15, '9'],
    ['below zero yours stands', 1, 3, '1'],
  ] as const) {
    test(`merged stock is theirs plus your difference: ${what}`, () => {
      const [row] = conflictsOf(seen, { stock: yours }, { ...seen, stock: theirs })
      assert.equal(row?.merged, merged)
    })
  }

  test('fields that are chosen are compared by what they mean', () => {
    const picture = { id: 'a', alt: 'A kettle', focus: { x: 50, y: 50 } }
    const facts = { width: 10, height: 10, blur: '' }
    const shown = { ...seen, media: [{ ...picture, ...facts }], attributes: { Material: ['steel'] } }
    const moved = [{ ...picture, focus: { x: 0, y: 50 }, ...facts }]
    assert.deepEqual(changesTo(shown, { media: [{ ...picture, ...facts }] }), {})
    assert.deepEqual(
      conflictsOf(shown, { media: moved }, { ...shown, attributes: { Material: ['iron'] } }).map(
        ({ field, contested }) => [field, contested],
      ),
      [
        ['media', false],
        ['attributes', false],
      ],
    )
  })

  test('only what differs is sent', () => {
    assert.deepEqual(changesTo(seen, { name: 'Kettle', price: '20.00' }), { price: '20.00' })
  })
})
