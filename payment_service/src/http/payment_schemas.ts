/** The operations of customers and admins. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { Body, Id, IdempotencyHeaders, MoneyInput } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { PaymentView, RefundView } from './payment_views.ts'
import { PROBLEMS } from './problems.ts'
import { PARTS, REASON_LENGTH_MAX } from './refund_inputs.ts'

const operation = operationsOf(PROBLEMS, 'payments')

const OrderParams = Type.Object({ order_id: Id })

export const getPaymentOperation = operation({
  operationId: 'getPayment',
  summary: 'The payment of an order',
  description:
    'For the owner of the order and for admins; and for who has its token, if it was placed without an account (header Order-Token).',
  access: 'public',
  params: OrderParams,
  headers: Type.Object({
    'order-token': Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'The token of an order that was placed without an account',
      }),
    ),
  }),
  response: { 200: PaymentView },
  problems: [
    'validation_failed',
    ...USER_PROBLEMS,
    'payment_not_found',
    'orders_unavailable',
    'store_unavailable',
  ],
})

export const refundPaymentOperation = operation({
  operationId: 'refundPayment',
  summary: 'Gives money back',
  description:
    'Of what was captured, in part or whole: an amount, or lines and shipping at what was paid for them. Send an Idempotency-Key: the same key never gives back twice.',
  access: 'admin',
  params: OrderParams,
  headers: IdempotencyHeaders,
  body: Body({
    amount: Type.Optional({
      ...MoneyInput,
      description: 'Without it, and without lines and shipping, all that is left',
    }),
    ...PARTS,
    by_hand: Type.Optional(
      Type.Boolean({
        description: 'It was paid back in another way: it is recorded, and the provider is not asked',
      }),
    ),
    reason: Type.String({ minLength: 1, maxLength: REASON_LENGTH_MAX }),
  }),
  response: { 201: Type.Object({ refund: RefundView, payment: PaymentView }) },
  problems: [
    ...BODY_PROBLEMS,
    ...ADMIN_PROBLEMS,
    'payment_not_found',
    'not_captured',
    'never_captured',
    'refund_exceeds_captured',
    'refund_exceeds_bought',
    'lines_unknown',
    'too_many_refunds',
    'idempotency_key_missing',
    'idempotency_key_reused',
    'version_conflict',
    'overloaded',
    'store_unavailable',
  ],
})

export const setPaidOperation = operation({
  operationId: 'setPaid',
  summary: 'The money of an invoice, or cash, has arrived',
  access: 'admin',
  params: OrderParams,
  response: { 200: PaymentView },
  problems: [
    'validation_failed',
    ...ADMIN_PROBLEMS,
    'payment_not_found',
    'not_manual',
    'being_cancelled',
    'version_conflict',
    'overloaded',
    'store_unavailable',
  ],
})

export const setRefundPaidOperation = operation({
  operationId: 'setRefundPaid',
  summary: 'The refund of an invoice, or cash, was paid back',
  access: 'admin',
  params: Type.Object({ order_id: Id, refund_id: Id }),
  response: { 200: PaymentView },
  problems: [
    'validation_failed',
    ...ADMIN_PROBLEMS,
    'payment_not_found',
    'refund_not_found',
    'not_manual',
    'version_conflict',
    'overloaded',
    'store_unavailable',
  ],
})

export const receiveEventOperation = operation({
  operationId: 'receiveEvent',
  summary: 'An event of the payment provider',
  description: 'Signed by the provider. It only makes the payment be read earlier.',
  access: 'public',
  response: { 200: Type.Object({ received: Type.Boolean() }) },
  problems: [
    'signature_invalid',
    'webhooks_unavailable',
    'body_too_large',
    'overloaded',
    'store_unavailable',
  ],
})
