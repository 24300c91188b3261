import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { withViews } from '@shop/service_kit/http/problem_tables'
import { onlyViewsGoOut } from '@shop/service_kit/test_support/problem_views'
import { DomainError, type Payloads } from '../../src/domain/errors.ts'
import { PROBLEMS } from '../../src/http/problems.ts'
import { payment } from '../samples.ts'

const current = payment()
const PAYLOADS: Payloads = {
  payment_not_found: {},
  payment_differs: { current },
  method_unavailable: {},
  currency_differs: { currency: 'EUR', digits: 2 },
  not_authorised: { current },
  being_captured: { current },
  being_cancelled: { current },
  not_captured: { current },
  never_captured: { current },
  not_manual: {},
  refund_exceeds_captured: { leftMinor: 100 },
  refund_exceeds_bought: { productId: 'p', leftQuantity: 1 },
  lines_unknown: {},
  too_many_refunds: {},
  refund_not_found: {},
  idempotency_key_missing: {},
  idempotency_key_reused: { refundId: 'r' },
  signature_invalid: {},
  webhooks_unavailable: {},
  version_conflict: {},
  orders_unavailable: {},
}
const MEMBERS: Partial<Record<keyof Payloads, string[]>> = {
  currency_differs: ['currency', 'currency_digits'],
  payment_differs: ['current'],
  not_authorised: ['current'],
  being_captured: ['current'],
  being_cancelled: ['current'],
  not_captured: ['current'],
  never_captured: ['current'],
  refund_exceeds_captured: ['refundable'],
  refund_exceeds_bought: ['product_id', 'refundable_quantity'],
  idempotency_key_reused: ['refund_id'],
}

suite('members of a problem', () => {
  const table = withViews(PROBLEMS, { digits: () => 2 })
  for (const [code, payload] of Object.entries(PAYLOADS) as [keyof Payloads, never][]) {
    test(`${code} has views only, no objects of the domain`, () => {
      const document = onlyViewsGoOut(new DomainError(code, '', payload), table)
      assert.deepEqual(Object.keys(document).slice(7), MEMBERS[code] ?? [])
    })
  }
})
