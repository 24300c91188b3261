/** The operation that places an order. */
import { BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { Body, Id, IdempotencyHeaders, IntegerInput, MoneyInput } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { LINES_MAX, QUANTITY_MAX } from '../domain/order.ts'
import { OrderView } from './order_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'orders')

const Quantity = IntegerInput({ minimum: 1, maximum: QUANTITY_MAX })

const TotalPrice = {
  ...MoneyInput,
  description: 'The price the buyer saw; at any other price the order is rejected',
}

/** The two forms of an order; a body with `lines` has the second, and is validated against that form alone. */
export const OneProduct = Body({ product_id: Id, quantity: Quantity, total_price: TotalPrice })
export const ManyLines = Body({
  lines: Type.Array(Body({ product_id: Id, quantity: Quantity }), { minItems: 1, maxItems: LINES_MAX }),
  total_price: TotalPrice,
})
const NewOrder = Type.Union([OneProduct, ManyLines])
export type NewOrder = Static<typeof NewOrder>

export const placeOrderOperation = operation({
  operationId: 'placeOrder',
  summary: 'Place an order',
  description:
    'Send an Idempotency-Key: you may then repeat the request as often as you like, for 30 days, and it makes one order.',
  access: 'user',
  headers: IdempotencyHeaders,
  body: NewOrder,
  response: {
    201: { ...OrderView, description: 'The stock is held' },
    202: { ...OrderView, description: 'Accepted, not decided yet: see Location, or its events' },
  },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    'duplicate_lines',
    'product_not_found',
    'insufficient_stock',
    'price_changed',
    'idempotency_key_reused',
    'internal_error',
    'overloaded',
    'store_unavailable',
  ],
})
