import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { withViews } from '@shop/service_kit/http/problem_tables'
import { onlyViewsGoOut } from '@shop/service_kit/test_support/problem_views'
import { UNCHANGED_SETTINGS } from '../../src/domain/checkout_settings.ts'
import { DomainError, type Payloads } from '../../src/domain/errors.ts'
import type { Rejected, Rejection } from '../../src/domain/order.ts'
import { reject } from '../../src/domain/transitions.ts'
import { PROBLEMS } from '../../src/http/problems.ts'
import { ADA, AT, pending, SHORT } from '../samples.ts'

const current = pending()
const rejected = <R extends Rejection>(rejection: R): { order: Rejected; rejection: R } => ({
  order: reject(current, rejection, AT),
  rejection,
})
const PAYLOADS: Payloads = {
  forbidden: {},
  order_not_found: {},
  product_not_found: rejected({ reason: 'product_not_found', unknownProducts: ['x'] }),
  insufficient_stock: rejected(SHORT),
  price_changed: rejected({ reason: 'price_changed', totalMinor: 1 }),
  duplicate_lines: {},
  idempotency_key_reused: { orderId: current.id },
  illegal_transition: { current, allowed: ['cancelled'] },
  version_conflict: { current },
  too_many_streams: {},
  order_not_shipped: {},
  return_not_found: {},
  return_is_over: {},
  return_exceeds_shipped: { productId: 'x', leftQuantity: 1 },
  receipt_exceeds_return: { productId: 'x', leftQuantity: 1 },
  too_many_returns: {},
  withdrawal_not_found: {},
  too_many_withdrawals: { retryAfterSeconds: 1 },
  products_unknown: { unknownProducts: ['x'] },
  products_unavailable: {},
  shipping_method_unavailable: { offered: ['post'] },
  total_too_large: {},
  too_many_unpaid_orders: {},
  too_many_orders: {},
  email_not_verified: {},
  too_many_attempts: { retryAfterMs: 1 },
  mail_unavailable: {},
  email_differs: {},
  quote_required: {},
  payment_method_unavailable: {},
  amount_not_by_card: { leastMinor: 50, mostMinor: 9_999 },
  quote_invalid: {},
  quote_expired: {},
  quote_for_other_address: {},
  settings_changed: { current: UNCHANGED_SETTINGS },
}
const MEMBERS: Partial<Record<keyof Payloads, string[]>> = {
  product_not_found: ['order', 'unknown_products'],
  insufficient_stock: ['order', 'shortages'],
  price_changed: ['order', 'current'],
  idempotency_key_reused: ['order_id'],
  illegal_transition: ['allowed', 'current'],
  version_conflict: ['current'],
  products_unknown: ['unknown_products'],
  shipping_method_unavailable: ['offered'],
  amount_not_by_card: ['least', 'most', 'currency'],
  settings_changed: ['current'],
  return_exceeds_shipped: ['product_id', 'left_quantity'],
  receipt_exceeds_return: ['product_id', 'left_quantity'],
}

suite('members of a problem', () => {
  const table = withViews(PROBLEMS, {
    currency: 'USD',
    digits: () => 2,
    rules: { payments: 'off', methods: [] },
  })
  const principal = { userId: ADA, username: 'ada', role: 'customer', expiresAt: 0 } as const
  for (const [code, payload] of Object.entries(PAYLOADS) as [keyof Payloads, never][]) {
    test(`${code} has views only, no objects of the domain`, () => {
      const document = onlyViewsGoOut(new DomainError(code, '', payload), table, { principal })
      assert.deepEqual(Object.keys(document).slice(7), MEMBERS[code] ?? [])
    })
  }
})
