/** Returns on the wire. */
import { Id, NullableString, Timestamp } from '@shop/service_kit/http/schemas'
import { formatMoney } from '@shop/service_kit/money/money'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import type { RequestedLine } from '../domain/order.ts'
import {
  givesShippingBack,
  REFUND_STATES,
  RESTOCK_STATES,
  RETURN_STATES,
  type Receipt,
  type RefundState,
  type RestockState,
  type Return,
  type ReturnState,
} from '../domain/returns.ts'

export const Line = Type.Object({ product_id: Id, quantity: Type.Integer() })
export const State = Type.Unsafe<ReturnState>({ type: 'string', enum: [...RETURN_STATES] })

export const ReceiptView = Type.Object({
  id: Id,
  at: Timestamp,
  by: Type.String({ description: 'The admin' }),
  lines: Type.Array(Type.Object({ product_id: Id, quantity: Type.Integer(), restock: Type.Boolean() })),
  refunds_shipping: Type.Boolean({
    description: 'Shipping is given back, too; false also if it was given back before',
  }),
  restock: Type.Unsafe<RestockState>({
    ...{ type: 'string', enum: [...RESTOCK_STATES] },
    description: 'owed: the units go back to stock in a moment; refused: more than were shipped',
  }),
  refund: Type.Unsafe<RefundState>({
    ...{ type: 'string', enum: [...REFUND_STATES] },
    description:
      'owed, pending at the payment provider, or unpaid (the buyer has not paid yet): it goes on by itself; refused: see refusal',
  }),
  refund_amount: NullableString({ description: 'Given back, once payment_service has recorded it' }),
  sets_off: Type.Boolean({ description: 'What was refunded as an amount before is taken off' }),
  set_off_amount: NullableString({ description: 'Taken off of the refund; null until it is recorded' }),
  refusal: NullableString({
    description:
      'Why nothing is given back: no_payment, never_paid, or a code of payment_service such as refund_exceeds_captured',
  }),
})

export const ReturnView = Type.Object({
  id: Id,
  order_id: Id,
  state: { ...State, description: 'received: all of it, or what will come; refused: nothing came' },
  lines: Type.Array(Line),
  reason: NullableString(),
  note: NullableString({ description: 'Of the shop, when it was accepted or refused' }),
  withdrawal_id: NullableString({ format: 'uuid', description: 'The withdrawal that opened it' }),
  requested_by: Type.String(),
  requested_at: Timestamp,
  receipts: Type.Array(ReceiptView),
})
export type ReturnView = Static<typeof ReturnView>

const lineView = ({ productId, quantity }: RequestedLine) => ({ product_id: productId, quantity })

export const receiptView = (receipt: Receipt, digits: number): Static<typeof ReceiptView> => ({
  ...{ id: receipt.id, at: receipt.at, by: receipt.by, refunds_shipping: givesShippingBack(receipt) },
  lines: receipt.lines.map((line) => ({ ...lineView(line), restock: line.restock })),
  ...{ restock: receipt.restock, refund: receipt.refund, refusal: receipt.refusal ?? null },
  refund_amount: receipt.refundMinor === undefined ? null : formatMoney(receipt.refundMinor, digits),
  sets_off: receipt.setsOff,
  set_off_amount: receipt.setOffMinor === undefined ? null : formatMoney(receipt.setOffMinor, digits),
})

export const returnView = (orderId: string, found: Return, digits: number): ReturnView => ({
  ...{ id: found.id, order_id: orderId, state: found.state, lines: found.lines.map(lineView) },
  ...{ reason: found.reason ?? null, note: found.note ?? null, withdrawal_id: found.withdrawalId ?? null },
  ...{ requested_by: found.by, requested_at: found.at },
  receipts: found.receipts.map((receipt) => receiptView(receipt, digits)),
})

export const linesView = (lines: readonly RequestedLine[]) => lines.map(lineView)
