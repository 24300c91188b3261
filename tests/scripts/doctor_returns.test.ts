import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Case } from '@shop/order_service/domain/cases'
import type { Receipt } from '@shop/order_service/domain/returns'
import type { Refund } from '@shop/payment_service/domain/payment'
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
    setsOff: true,
    setOffMinor: undefined,
    refusal: undefined,
  },
  ...changes,
})
const found = async (
  units: number,
  receipts: readonly Receipt[],
  restocks: readonly Restock[] | undefined,
  refunds?: readonly Pick<Refund, 'id' | 'state' | 'amountMinor'>[],
) => {
  const one = { id: 'x', key: undefined, state: 'accepted', lines: [{ productId: MUG, quantity: units }] }
  const body = { returns: [{ ...one, at: AT, by: 'ada', receipts }], history: [] }
  const { findings } = await checkReturns({
    cases: { list: async () => [{ id: 'o1', body } as never as Case<never>] as never },
    orders: { find: async () => ({ order: { lines: [{ productId: MUG, quantity: 2 }] } }) as never },
    audit: { reservationsOf: async () => new Map([['o1', { status: 'shipped', restocks } as never]]) },
    payments: { find: async () => refunds && ({ payment: { refunds, currency: 'EUR' } } as never) },
    digits: () => 2,
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

  test('with what payment_service has refunded (invariant 9)', async () => {
    const of = async (changes: Partial<Receipt>, refunds: Parameters<typeof found>[3]) =>
      found(1, [receipt({ restock: 'none', ...changes })], undefined, refunds)
    const done = { refund: 'done', refundMinor: 1999 } as const
    const made = { id: 'r1', state: 'succeeded', amountMinor: 1999 } as const
    assert.deepEqual(await of(done, [made]), [])
    assert.deepEqual(await of(done, undefined), [])
    assert.deepEqual(await of({ refund: 'pending', refundMinor: 1999 }, []), [])
    assert.deepEqual(await of({ refund: 'owed' }, [made]), [])
    assert.deepEqual(await of({ refund: 'refused' }, [{ ...made, state: 'failed' }]), [])
    const said = 'Receipt r1 of order o1 says that 19.99 EUR were given back, but payment_service has'
    assert.deepEqual(await of(done, []), [`${said} none for it.`])
    assert.deepEqual(await of(done, [{ ...made, amountMinor: 1998 }]), [
      `${said} one of 19.98 EUR that succeeded.`,
    ])
    assert.deepEqual(await of(done, [{ ...made, state: 'failed' }]), [
      `${said} one of 19.99 EUR that failed.`,
    ])
    for (const refund of ['none', 'refused'] as const)
      assert.deepEqual(await of({ refund }, [made]), [
        'Receipt r1 of order o1 says that nothing is given back, but payment_service has a refund of 19.99 EUR for it.',
      ])
  })
})
