/** A payment as JSON: for people with amounts as decimal strings, for order_service in minor units. */
import { Id, Money, NullableString, Timestamp } from '@shop/service_kit/http/schemas'
import { formatMoney } from '@shop/service_kit/money/money'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { lineStates, shippingRefunded } from '../domain/bill.ts'
import {
  CHANGES,
  METHODS,
  type Payment,
  REFUND_STATES,
  type Refund,
  refundable,
  refundedAsAmount,
  STATES,
  sumsOf,
} from '../domain/payment.ts'

const Amount = Type.Integer({ minimum: 0, description: 'In minor units' })
const State = Type.Enum([...STATES])
const Method = Type.Enum([...METHODS])

export const RefundView = Type.Object({
  id: Type.String(),
  amount: Money,
  reason: Type.String(),
  state: Type.Enum([...REFUND_STATES]),
  lines: Type.Array(Type.Object({ product_id: Id, quantity: Type.Integer(), amount: Money }), {
    description: 'Empty if it is of an amount',
  }),
  shipping: Money,
  set_off: { ...Money, description: 'Of lines and shipping; refunded before, as an amount' },
  paid_at: NullableString({
    format: 'date-time',
    description: 'When someone paid it back by hand; null: the provider does it, or it waits for that',
  }),
  created_at: Timestamp,
})
export type RefundView = Static<typeof RefundView>

export const PaymentView = Type.Object({
  order_id: Type.String(),
  method: Method,
  state: State,
  amount: Money,
  currency: Type.String(),
  authorised: { ...Money, description: 'What may still be captured' },
  captured: Money,
  refunded: Money,
  refundable: Money,
  refunded_as_amount: { ...Money, description: 'In refunds of amounts that were not set off against lines' },
  checkout_url: NullableString({ description: 'Where it is paid, while it can be' }),
  capture_before: NullableString({ format: 'date-time', description: 'When the authorisation ends' }),
  lines: Type.Array(
    Type.Object({
      product_id: Id,
      quantity: Type.Integer(),
      gross: Money,
      refunded_quantity: Type.Integer(),
      refunded: Money,
    }),
    { description: 'With what refunds by lines took of them; empty if the lines are not known' },
  ),
  shipping: Type.Object({ gross: Money, refunded: Money }),
  refunds: Type.Array(RefundView),
  history: Type.Array(Type.Object({ type: Type.Enum([...CHANGES]), at: Timestamp, amount: Money })),
  version: Type.Integer(),
})
export type PaymentView = Static<typeof PaymentView>

/** Of the internal routes. */
export const InternalRefundView = Type.Object({
  refund_id: Type.String(),
  amount_minor: Amount,
  state: Type.Enum([...REFUND_STATES]),
  lines: Type.Array(Type.Object({ product_id: Id, quantity: Type.Integer(), amount_minor: Amount })),
  shipping_minor: Amount,
  set_off_minor: Amount,
})

/** Of the internal routes. */
export const InternalView = Type.Object({
  order_id: Type.String(),
  method: Method,
  state: State,
  amount_minor: Amount,
  currency: Type.String(),
  authorised_minor: Amount,
  captured_minor: Amount,
  refunded_minor: Amount,
  closed: Type.Boolean({
    description: 'Nothing can be taken by it any more; what is cancelled is given back alone',
  }),
  checkout_url: NullableString(),
  capture_before: NullableString({ format: 'date-time' }),
  version: Type.Integer(),
})
export type InternalView = Static<typeof InternalView>

export const refundView = (
  { id, amountMinor, reason, state, at, parts, paidAt }: Refund,
  digits: number,
): RefundView => ({
  ...{ id, reason, state },
  amount: formatMoney(amountMinor, digits),
  lines: (parts?.lines ?? []).map(({ productId, quantity, amountMinor }) => ({
    ...{ product_id: productId, quantity },
    amount: formatMoney(amountMinor, digits),
  })),
  shipping: formatMoney(parts?.shippingMinor ?? 0, digits),
  set_off: formatMoney(parts?.setOffMinor ?? 0, digits),
  paid_at: paidAt ?? null,
  created_at: at,
})

export function paymentView(payment: Payment, digits: number): PaymentView {
  const { authorised, captured, refunded } = sumsOf(payment)
  const money = (minor: number) => formatMoney(Math.max(0, minor), digits)
  return {
    order_id: payment.orderId,
    method: payment.method,
    state: payment.state,
    amount: money(payment.amountMinor),
    currency: payment.currency,
    authorised: money(authorised),
    captured: money(captured),
    refunded: money(refunded),
    refundable: money(refundable(payment)),
    refunded_as_amount: money(refundedAsAmount(payment)),
    checkout_url: payment.checkoutUrl ?? null,
    capture_before: payment.captureBefore ?? null,
    lines: lineStates(payment).map(
      ({ productId, quantity, grossMinor, refundedQuantity, refundedMinor }) => ({
        ...{ product_id: productId, quantity, refunded_quantity: refundedQuantity },
        gross: money(grossMinor),
        refunded: money(refundedMinor),
      }),
    ),
    shipping: {
      gross: money(payment.bill?.shippingMinor ?? 0),
      refunded: money(shippingRefunded(payment)),
    },
    refunds: payment.refunds.map((refund) => refundView(refund, digits)),
    history: payment.history.map(({ type, at, amountMinor }) => ({ type, at, amount: money(amountMinor) })),
    version: payment.version,
  }
}

export function internalView(payment: Payment): InternalView {
  const { authorised, captured, refunded } = sumsOf(payment)
  return {
    order_id: payment.orderId,
    method: payment.method,
    state: payment.state,
    amount_minor: payment.amountMinor,
    currency: payment.currency,
    authorised_minor: Math.max(0, authorised),
    captured_minor: captured,
    refunded_minor: refunded,
    closed: payment.phase === 'ended' || payment.phase === 'captured',
    checkout_url: payment.checkoutUrl ?? null,
    capture_before: payment.captureBefore ?? null,
    version: payment.version,
  }
}

export const internalRefundView = ({
  id,
  amountMinor,
  state,
  parts,
}: Refund): Static<typeof InternalRefundView> => ({
  refund_id: id,
  amount_minor: amountMinor,
  state,
  lines: (parts?.lines ?? []).map(({ productId, quantity, amountMinor }) => ({
    ...{ product_id: productId, quantity },
    amount_minor: amountMinor,
  })),
  shipping_minor: parts?.shippingMinor ?? 0,
  set_off_minor: parts?.setOffMinor ?? 0,
})
