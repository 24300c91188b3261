/** The port of payment_service. */
import type { CircuitState } from './circuit_state.ts'
import type { AwaitingPayment, Cancelling, Capturing } from './order.ts'

/** `giving_back`: it is being cancelled, and nothing can be taken by it any more; what was captured is not given back yet. */
export const PAYMENT_STATES = [
  'open',
  'authorised',
  'captured',
  'cancelling',
  'giving_back',
  'cancelled',
  'failed',
] as const
export type PaymentState = (typeof PAYMENT_STATES)[number]

/**
 * The payments of payment_service, named by the order: each call may be repeated any number of times, in any order. Each fails with
 * OutcomeUnknown when no usable answer came in time.
 */
export type Payments = {
  /** Opens the payment, once. Its page ends at `expiresAt` or somewhat later. */
  open(order: AwaitingPayment, expiresAt: string): Promise<PaymentState>
  /**
   * Ends the payment, whether it was opened or not; what it answers is final, except for `cancelling` and `giving_back`. `time_over` leaves a payment
   * that was paid in time.
   */
  cancel(order: AwaitingPayment | Cancelling, reason: 'time_over' | 'requested'): Promise<PaymentState>
  /** `captured`, or `authorised` for what is paid later (invoice, cash): it may be shipped. Any other: it may not. */
  capture(order: Capturing): Promise<PaymentState>
  circuit(): CircuitState
}
