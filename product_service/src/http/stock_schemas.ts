/** The operations on the stock of a product, and movements as JSON. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import {
  Body,
  Id,
  IdempotencyHeaders,
  IntegerInput,
  NullableString,
  Timestamp,
} from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { type Movement, NOTE_LENGTH_MAX, STOCK_MAX } from '../domain/product.ts'
import { PROBLEMS } from './problems.ts'
import { ProductParams } from './product_views.ts'

const operation = operationsOf(PROBLEMS, 'stock')

const MovementView = Type.Object({
  product_id: Id,
  version: Type.Integer({ minimum: 1, description: 'The version of the product this movement made' }),
  delta: Type.Integer({ description: 'Units added (+) or removed (-)' }),
  stock_after: Type.Integer({ minimum: 0 }),
  reason: Type.Enum(['initial', 'sale', 'release', 'return', 'adjustment', 'edit']),
  note: NullableString({ description: "An adjustment's reason" }),
  order_id: NullableString({ format: 'uuid' }),
  by: NullableString({ description: 'The account that caused it; null for orders and for opening balances' }),
  at: Timestamp,
})
type MovementView = Static<typeof MovementView>

export const movementView = (movement: Movement): MovementView => ({
  product_id: movement.productId,
  version: movement.version,
  delta: movement.delta,
  stock_after: movement.stockAfter,
  reason: movement.reason,
  note: movement.note,
  order_id: movement.orderId,
  by: movement.by,
  at: movement.at,
})

export const adjustStockOperation = operation({
  operationId: 'adjustStock',
  summary: 'Add units, or remove them (negative delta), whatever the stock is now',
  access: 'admin',
  params: ProductParams,
  headers: IdempotencyHeaders,
  body: Body({
    delta: IntegerInput({ minimum: -STOCK_MAX, maximum: STOCK_MAX }),
    reason: TextInput('note', { maxLength: NOTE_LENGTH_MAX }),
  }),
  response: { 201: MovementView },
  problems: [
    ...ADMIN_PROBLEMS,
    ...BODY_PROBLEMS,
    'product_not_found',
    'insufficient_stock',
    'stock_limit_exceeded',
    'idempotency_key_reused',
    'store_unavailable',
    'overloaded',
  ],
})

export const listStockMovementsOperation = operation({
  operationId: 'listStockMovements',
  summary: 'The ledger of a product, newest first, also of a removed product',
  description:
    'Where old movements are archived, the oldest entry is an opening balance: an adjustment without `by`, with their sum.',
  access: 'admin',
  params: ProductParams,
  querystring: Type.Object(PageQuery, { additionalProperties: false }),
  response: { 200: PageOf(MovementView) },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'malformed_cursor', 'product_not_found'],
})
