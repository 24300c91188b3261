import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Case } from '@shop/order_service/domain/cases'
import type { Receipt } from '@shop/order_service/domain/returns'
import type { Restock } from '@shop/product_service/domain/reservation'
import { checkReturns } from '../../scripts/doctor/returns.ts'

const [AT, MUG] = ['2026-03-01T12:00:00.000Z', 'mug']
const receipt = (changes: Partial<Receipt> = {}): Receipt => ({
  ...{
    id: 'r1',
    key: undefined,
    at: AT,
    by: 'root',
    lines: [{ productId: MUG, quantity: 1, restock: true }],
  },
  ...{
    refundsShipping: false,
    shippingLeftOut: false,
    restock: 'done',
    refund: 'none',
    refundMinor: undefined,
    refusal: undefined,
  },
  ...changes,
})
const found = async (
  units: number,
  receipts: readonly Receipt[],
  restocks: readonly Restock[] | undefined,
) => {
  const one = { id: 'x', key: undefined, state: 'accepted', lines: [{ productId: MUG, quantity: units }] }
  const body = { returns: [{ ...one, at: AT, by: 'ada', receipts }], history: [] }
  const { findings } = await checkReturns({
    cases: { list: async () => [{ id: 'o1', body } as never as Case<never>] as never },
    orders: { find: async () => ({ order: { lines: [{ productId: MUG, quantity: 2 }] } }) as never },
    audit: { reservationsOf: async () => new Map([['o1', { status: 'shipped', restocks } as never]]) },
    running: false,
  })
  return findings.map(({ problem }) => problem)
}
const stored = (receiptId: string, quantity: number): Restock => ({
  receiptId,
  lines: [{ productId: MUG, quantity }],
  at: AT,
})

suite('the doctor compares returns', () => {
  test('with what was shipped', async () => {
    assert.deepEqual(await found(2, [], undefined), [])
    assert.deepEqual(await found(3, [], undefined), [
      'Of product mug order o1 has 2 units, and 3 in its returns.',
    ])
  })

  test('with what product_service has restocked (invariant 2)', async () => {
    assert.deepEqual(await found(1, [receipt()], [stored('r1', 1)]), [])
    assert.deepEqual(await found(1, [receipt({ restock: 'owed' })], undefined), [])
    const missing = [
      'Receipt r1 of order o1 is restocked, but product_service has other units or none for it.',
    ]
    assert.deepEqual(await found(1, [receipt()], undefined), missing)
    assert.deepEqual(await found(1, [receipt()], [stored('r1', 2)]), missing)
    assert.deepEqual(await found(1, [], [stored('r2', 1)]), [
      'Order o1 has no receipt r2, whose units are in stock.',
    ])
  })
})
