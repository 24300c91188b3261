/** The reasons why an order was declined. Their texts are in the catalogue (language/en/orders.ts). */
import type { Order } from '../api/types.ts'

export type RejectionReason = NonNullable<Order['rejection']>['reason']

const REASONS = {
  insufficient_stock: true,
  price_changed: true,
  product_not_found: true,
} as const satisfies Record<RejectionReason, true>

export const REJECTION_REASONS = Object.keys(REASONS) as RejectionReason[]

/** Is this problem code such a reason? */
export const isRejection = (code: string): code is RejectionReason => Object.hasOwn(REASONS, code)
