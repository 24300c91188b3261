/** The operations on returns, and their JSON. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import {
  Body,
  Id,
  IdempotencyHeaders,
  IntegerInput,
  NullableInteger,
  Timestamp,
} from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import Type from '@shop/service_kit/runtime/schema_types'
import { LINES_MAX, QUANTITY_MAX } from '../domain/order.ts'
import { RETURN_REASON_LENGTH_MAX } from '../domain/returns.ts'
import { OrderParams } from './order_views.ts'
import { PROBLEMS } from './problems.ts'
import { Line, ReceiptView, ReturnView, State } from './return_views.ts'

const operation = operationsOf(PROBLEMS, 'returns')

export const NOTE_LENGTH_MAX = 500
const ReturnParams = Type.Object({ id: Id, return_id: Id })
const LineInput = { product_id: Id, quantity: IntegerInput({ minimum: 1, maximum: QUANTITY_MAX }) }

const WRITE_PROBLEMS = [
  ...BODY_PROBLEMS,
  ...USER_PROBLEMS,
  ...(['internal_error', 'store_unavailable', 'overloaded', 'order_not_found', 'version_conflict'] as const),
] as const

export const listReturnsOfOrderOperation = operation({
  operationId: 'listReturnsOfOrder',
  summary: 'The returns of an order, and what may still be returned',
  access: 'order',
  params: OrderParams,
  response: {
    200: Type.Object({
      items: Type.Array(ReturnView),
      returnable: Type.Array(Line, { description: 'Units of each line; empty while it is not shipped' }),
      currency: Type.String(),
    }),
  },
  problems: [...USER_PROBLEMS, 'validation_failed', 'internal_error', 'store_unavailable', 'order_not_found'],
})

export const addReturnOperation = operation({
  operationId: 'addReturn',
  summary: 'Return goods of an order that was shipped (owner, admin)',
  description:
    'At most what was shipped and is not being returned. What an admin adds is accepted. With an Idempotency-Key a repeated request adds one.',
  access: 'order',
  params: OrderParams,
  headers: IdempotencyHeaders,
  body: Body({
    lines: Type.Array(Body(LineInput), { minItems: 1, maxItems: LINES_MAX }),
    reason: Type.Optional(TextInput('note', { maxLength: RETURN_REASON_LENGTH_MAX })),
  }),
  response: { 201: ReturnView },
  problems: [
    ...WRITE_PROBLEMS,
    'order_not_shipped',
    'return_exceeds_shipped',
    'too_many_returns',
    'duplicate_lines',
    'idempotency_key_reused',
  ],
})

export const changeReturnOperation = operation({
  operationId: 'changeReturn',
  summary: 'Accept or refuse a return',
  description: 'Refusing one of which goods have arrived gives up the rest; what arrived stays.',
  access: 'admin',
  params: ReturnParams,
  body: Body({
    state: Type.Enum(['accepted', 'refused']),
    note: Type.Optional(TextInput('note', { maxLength: NOTE_LENGTH_MAX, description: 'The buyer sees it' })),
  }),
  response: { 200: ReturnView },
  problems: [...ADMIN_PROBLEMS, ...WRITE_PROBLEMS, 'return_not_found', 'return_is_over'],
})

export const addReceiptOperation = operation({
  operationId: 'addReceipt',
  summary: 'Record goods of a return that arrived: they go back to stock, and their money to the buyer',
  description:
    'At most what the return expects. Stock and refund follow by themselves, once, whatever fails in between; see restock and refund. With an Idempotency-Key a repeated request records one.',
  access: 'admin',
  params: ReturnParams,
  headers: IdempotencyHeaders,
  body: Body({
    lines: Type.Array(
      Body({
        ...LineInput,
        restock: Type.Boolean({ description: 'Can it be sold again?' }),
      }),
      { minItems: 1, maxItems: LINES_MAX },
    ),
    refund: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'Give back what was paid for these units, if anything was',
      }),
    ),
    refund_shipping: Type.Optional(
      Type.Boolean({ default: false, description: 'Give back what was paid for shipping, too' }),
    ),
    set_off: Type.Optional(
      Type.Boolean({
        default: true,
        description:
          'Take off what was refunded as an amount before (refunded_as_amount of the payment); false if that was for something else',
      }),
    ),
  }),
  response: { 201: Type.Object({ receipt: ReceiptView, return: ReturnView }) },
  problems: [
    ...ADMIN_PROBLEMS,
    ...WRITE_PROBLEMS,
    'return_not_found',
    'return_is_over',
    'receipt_exceeds_return',
    'too_many_returns',
    'duplicate_lines',
    'idempotency_key_reused',
  ],
})

export const listReturnsOperation = operation({
  operationId: 'listReturns',
  summary: 'Orders with returns, newest order first',
  access: 'admin',
  querystring: Type.Object(
    {
      ...PageQuery,
      state: Type.Optional({
        ...State,
        description: 'The first of requested, accepted, received and refused that one of its returns has',
      }),
    },
    { additionalProperties: false },
  ),
  response: {
    200: PageOf(
      Type.Object({
        order_id: Id,
        order_number: NullableInteger(),
        state: State,
        returns: Type.Array(ReturnView),
        updated_at: Timestamp,
      }),
    ),
  },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'malformed_cursor', 'store_unavailable'],
})
