/** The errors of the domain: permanent codes and their payloads. src/http/problems.ts turns them into HTTP answers. */
import { Fault, type Nothing } from '@shop/faults/fault'
import type { StoredCheckoutSettings } from './checkout_settings.ts'
import type { Order, OrderStatus, Rejected, Rejection, RejectionReason } from './order.ts'

/** The order is stored as rejected for this reason. */
type RejectedFor<Reason extends RejectionReason> = {
  readonly order: Rejected
  readonly rejection: Extract<Rejection, { readonly reason: Reason }>
}

/** `current`: the order as it is now. */
export type Payloads = {
  forbidden: Nothing
  order_not_found: Nothing
  product_not_found: RejectedFor<'product_not_found'>
  insufficient_stock: RejectedFor<'insufficient_stock'>
  price_changed: RejectedFor<'price_changed'>
  duplicate_lines: Nothing
  products_unknown: { readonly unknownProducts: readonly string[] }
  shipping_method_unavailable: { readonly offered: readonly string[] }
  total_too_large: Nothing
  products_unavailable: Nothing
  quote_invalid: Nothing
  quote_expired: Nothing
  quote_for_other_address: Nothing
  quote_required: Nothing
  too_many_unpaid_orders: Nothing
  too_many_orders: Nothing
  payment_method_unavailable: Nothing
  amount_not_by_card: { readonly leastMinor: number; readonly mostMinor: number }
  email_not_verified: Nothing
  too_many_attempts: { readonly retryAfterMs: number }
  mail_unavailable: Nothing
  email_differs: Nothing
  settings_changed: { readonly current: StoredCheckoutSettings }
  idempotency_key_reused: { readonly orderId: string }
  illegal_transition: { readonly current: Order; readonly allowed: readonly OrderStatus[] }
  /** Without `current` when the store found the conflict. */
  version_conflict: { readonly current?: Order }
  too_many_streams: Nothing
  order_not_shipped: Nothing
  return_not_found: Nothing
  return_is_over: Nothing
  return_exceeds_shipped: Units
  receipt_exceeds_return: Units
  too_many_returns: Nothing
  withdrawal_not_found: Nothing
  too_many_withdrawals: { readonly retryAfterSeconds: number }
}

/** Of this product so many are left. */
type Units = { readonly productId: string; readonly leftQuantity: number }

export class DomainError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'DomainError'
}

/**
 * Another service gave no usable answer: it may or may not have done the work. Clients never see this error: the order
 * stays as it is and the settler tries again.
 */
export class OutcomeUnknown extends Error {
  /** The call was for this order alone, so the order itself may be the cause. */
  readonly alone: boolean

  constructor(message: string, { alone = false, ...options }: ErrorOptions & { alone?: boolean } = {}) {
    super(message, options)
    this.name = 'OutcomeUnknown'
    this.alone = alone
  }
}
