/** The errors of the domain: permanent codes and their payloads. src/http/problems.ts turns them into HTTP answers. */
import { Fault, type Nothing } from '@shop/faults/fault'
import type { Payment } from './payment.ts'

/** The payment as it is now. */
type Current = { readonly current: Payment }

export type Payloads = {
  payment_not_found: Nothing
  /** The order has a payment already, of another amount, currency or method. */
  payment_differs: Current
  method_unavailable: Nothing
  currency_differs: { readonly currency: string; readonly digits: number }
  not_authorised: Current
  being_captured: Current
  being_cancelled: Current
  not_captured: Current
  /** Nor will anything be. */
  never_captured: Current
  not_manual: Nothing
  refund_exceeds_captured: { readonly leftMinor: number }
  /** null: the shipping. */
  refund_exceeds_bought: { readonly productId: string | null; readonly leftQuantity: number }
  lines_unknown: Nothing
  too_many_refunds: Nothing
  refund_not_found: Nothing
  idempotency_key_missing: Nothing
  idempotency_key_reused: { readonly refundId: string }
  signature_invalid: Nothing
  webhooks_unavailable: Nothing
  version_conflict: Nothing
  orders_unavailable: Nothing
}

export class DomainError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {
  override name = 'DomainError'
}

/** The provider gave no usable answer: it may or may not have done the work. The payment stays due, and is driven again. */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown'
}

/** The provider answered for certain that it has not done this, and never will under this key. */
export class Refused extends Error {
  override name = 'Refused'
  readonly code: string

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
