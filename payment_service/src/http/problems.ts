/** The problems of payment_service: status, title and members of each code. Codes are permanent, texts may change. */
import type { ProblemTable } from '@shop/service_kit/http/problem_tables'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import { formatMoney } from '@shop/service_kit/money/money'
import type { KitPayloads } from '@shop/service_kit/runtime/problem'
import type { Payloads } from '../domain/errors.ts'
import type { Payment } from '../domain/payment.ts'
import { paymentView } from './payment_views.ts'

/** Digits after the point of amounts. */
export type Views = { readonly digits: () => number }

const currentView = ({ current }: { readonly current: Payment }, { digits }: Views) => ({
  members: { current: paymentView(current, digits()) },
})

export const PROBLEMS = {
  ...KIT_PROBLEMS,
  payment_not_found: { status: 404, title: 'There is no such payment', retryable: false },
  payment_differs: {
    status: 409,
    title: 'The order has another payment already',
    retryable: false,
    present: currentView,
  },
  currency_differs: {
    status: 409,
    title: 'order_service and payment_service have different currencies, or digits of it',
    retryable: false,
    present: ({ currency, digits }) => ({ members: { currency, currency_digits: digits } }),
  },
  method_unavailable: { status: 409, title: 'This way to pay is not offered', retryable: false },
  not_authorised: {
    status: 409,
    title: 'The amount is not authorised',
    retryable: false,
    present: currentView,
  },
  being_captured: {
    status: 409,
    title: 'The payment is being captured',
    retryable: true,
    present: currentView,
  },
  being_cancelled: {
    status: 409,
    title: 'The payment is cancelled, or is being cancelled',
    retryable: false,
    present: currentView,
  },
  not_captured: {
    status: 409,
    title: 'There is nothing to refund',
    retryable: false,
    present: currentView,
  },
  never_captured: {
    status: 409,
    title: 'The payment has ended without money',
    retryable: false,
    present: currentView,
  },
  not_manual: { status: 409, title: 'This payment is not marked as paid by hand', retryable: false },
  refund_exceeds_captured: {
    status: 409,
    title: 'The refund is more than what is left of the payment',
    retryable: false,
    present: ({ leftMinor }, { digits }) => ({ members: { refundable: formatMoney(leftMinor, digits()) } }),
  },
  refund_exceeds_bought: {
    status: 409,
    title: 'The refund is of more than what was bought and not refunded yet',
    retryable: false,
    present: ({ productId, leftQuantity }) => ({
      members: { product_id: productId, refundable_quantity: leftQuantity },
    }),
  },
  lines_unknown: { status: 409, title: 'The lines of this payment are not known', retryable: false },
  too_many_refunds: { status: 409, title: 'The payment has too many refunds', retryable: false },
  refund_not_found: { status: 404, title: 'The payment has no such refund', retryable: false },
  idempotency_key_missing: { status: 400, title: 'A refund needs an Idempotency-Key', retryable: false },
  idempotency_key_reused: {
    status: 422,
    title: 'The idempotency key belongs to a different refund',
    retryable: false,
    present: ({ refundId }) => ({ members: { refund_id: refundId } }),
  },
  signature_invalid: { status: 400, title: 'The event is not signed by the provider', retryable: false },
  webhooks_unavailable: { status: 404, title: 'No provider sends events here', retryable: false },
  version_conflict: { status: 409, title: 'The payment has changed meanwhile', retryable: true },
  orders_unavailable: { status: 503, title: 'It cannot be asked now whose the order is', retryable: true },
} as const satisfies ProblemTable<KitPayloads & Payloads, Views>
