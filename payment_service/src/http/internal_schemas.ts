/** The operations of order_service. Each is named by the order, and may be repeated. */
import { BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id, OrNull, Timestamp } from '@shop/service_kit/http/schemas'
import { MONEY_MINOR_MAX } from '@shop/service_kit/money/money'
import Type from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { CANCEL_REASONS, METHODS } from '../domain/payment.ts'
import { InternalRefundView, InternalView } from './payment_views.ts'
import { PROBLEMS } from './problems.ts'
import { LINES_MAX, PARTS, Quantity, REASON_LENGTH_MAX } from './refund_inputs.ts'

const operation = operationsOf(PROBLEMS, 'internal')

const OrderParams = Type.Object({ order_id: Id })
const AmountMinor = Type.Integer({ minimum: 1, maximum: MONEY_MINOR_MAX })
const Digits = Type.Integer({ minimum: 0, maximum: 4, description: 'Digits after the point of amounts' })
const GrossMinor = Type.Integer({ minimum: 0, maximum: MONEY_MINOR_MAX })
const COMMON = ['validation_failed', 'unauthenticated', 'store_unavailable', 'overloaded'] as const

export const createPaymentOperation = operation({
  operationId: 'createPayment',
  summary: 'Opens the payment of an order',
  access: 'service',
  params: OrderParams,
  body: Body({
    amount_minor: AmountMinor,
    currency: Type.String({
      pattern: '^[A-Z]{3}$',
      [MESSAGE]: 'must be three capital letters, such as EUR',
    }),
    currency_digits: Type.Optional(Digits),
    method: Type.Enum([...METHODS]),
    user_id: Type.Optional(Id),
    order_token: Type.Optional(Type.String({ minLength: 16, maxLength: 200 })),
    email: Type.Optional(Type.String({ minLength: 3, maxLength: 254 })),
    description: Type.String({ minLength: 1, maxLength: 250 }),
    language: Type.String({ minLength: 2, maxLength: 10 }),
    expires_at: Timestamp,
    lines: Type.Optional(
      Type.Array(
        Type.Object(
          { product_id: Id, quantity: Quantity, gross_minor: GrossMinor },
          { additionalProperties: false },
        ),
        { maxItems: LINES_MAX, description: 'With them it can be refunded by lines' },
      ),
    ),
    shipping_gross_minor: Type.Optional({
      ...GrossMinor,
      description: 'Together with the lines exactly the amount',
    }),
  }),
  response: { 200: InternalView },
  problems: [...BODY_PROBLEMS, ...COMMON, 'payment_differs', 'method_unavailable', 'currency_differs'],
})

export const getPaymentStateOperation = operation({
  operationId: 'getPaymentState',
  summary: 'The payment of an order, in minor units',
  access: 'service',
  params: OrderParams,
  response: { 200: InternalView },
  problems: [...COMMON, 'payment_not_found'],
})

export const cancelPaymentOperation = operation({
  operationId: 'cancelPayment',
  summary: 'Ends a payment, if the provider agrees',
  description:
    'The answer is final if its state is not `cancelling`. `time_over`: one that was paid stays paid. `requested`: what was authorised is given up, what was captured is refunded.',
  access: 'service',
  params: OrderParams,
  body: Body({ reason: Type.Enum([...CANCEL_REASONS]) }),
  response: { 200: InternalView },
  problems: [...BODY_PROBLEMS, ...COMMON, 'payment_not_found', 'being_captured', 'version_conflict'],
})

export const capturePaymentOperation = operation({
  operationId: 'capturePayment',
  summary: 'Captures what was authorised',
  description:
    'It is done when the state is `captured`. Of `invoice` and `cash` nothing is captured: an admin marks them as paid.',
  access: 'service',
  params: OrderParams,
  body: Body({ amount_minor: AmountMinor }),
  response: { 200: InternalView },
  problems: [
    ...BODY_PROBLEMS,
    ...COMMON,
    'payment_not_found',
    'not_authorised',
    'being_cancelled',
    'version_conflict',
  ],
})

export const refundOrderOperation = operation({
  operationId: 'refundOrder',
  summary: 'Gives money back, as an order demands',
  description:
    'An amount, or lines and shipping at what was paid for them. Under one refund_id it is made once; it is done when its state is `succeeded`.',
  access: 'service',
  params: OrderParams,
  body: Body({
    refund_id: Id,
    amount_minor: Type.Optional(AmountMinor),
    ...PARTS,
    set_off: Type.Optional(
      Type.Boolean({
        description: 'Takes off what was refunded as an amount before, and not taken off since',
      }),
    ),
    reason: Type.String({ minLength: 1, maxLength: REASON_LENGTH_MAX }),
    by: Type.Optional({ ...Id, description: 'The admin who decided it' }),
  }),
  response: { 200: Type.Object({ payment: InternalView, refund: InternalRefundView }) },
  problems: [
    ...BODY_PROBLEMS,
    ...COMMON,
    'payment_not_found',
    'not_captured',
    'never_captured',
    'refund_exceeds_captured',
    'refund_exceeds_bought',
    'lines_unknown',
    'too_many_refunds',
    'idempotency_key_reused',
    'version_conflict',
  ],
})

export const ERASED_MAX = 100

export const erasePaymentsOperation = operation({
  operationId: 'erasePayments',
  summary: 'Erases the personal fields of the payments of these orders',
  description:
    'Amounts stay. A payment that is not settled is left as it is and answered as `open`; one that is not known counts as erased.',
  access: 'service',
  body: Body({ order_ids: Type.Array(Id, { minItems: 1, maxItems: ERASED_MAX }) }),
  response: { 200: Type.Object({ open: Type.Array(Id) }) },
  problems: [...BODY_PROBLEMS, ...COMMON, 'version_conflict'],
})

export const requestCardLimitsOperation = operation({
  operationId: 'requestCardLimits',
  summary: 'What the payment provider can charge, in minor units',
  description: 'null: there is no payment provider.',
  access: 'service',
  body: Body({ currency_digits: Digits }),
  response: {
    200: Type.Object({
      card: OrNull<{ least_minor: number; most_minor: number; step_minor: number }>(
        Type.Object({
          least_minor: Type.Integer(),
          most_minor: Type.Integer(),
          step_minor: Type.Integer({ description: 'Amounts are multiples of it' }),
        }),
      ),
    }),
  },
  problems: [...BODY_PROBLEMS, ...COMMON, 'currency_differs'],
})
