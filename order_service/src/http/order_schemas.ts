/** What requests about orders look like, and the list of orders. One order: order_views.ts. */

import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import {
  Body,
  IDEMPOTENCY_KEY_LENGTH_MAX,
  Id,
  IntegerInput,
  MoneyInput,
  Version,
} from '@shop/service_kit/http/schemas'
import Type, { type Static } from 'typebox'
import { LINES_MAX, QUANTITY_MAX } from '../domain/order.ts'
import { OrderView, Status } from './order_views.ts'

const Quantity = IntegerInput({ minimum: 1, maximum: QUANTITY_MAX })

const TotalPrice = {
  ...MoneyInput,
  description: 'What the buyer was shown; the order is rejected if it is not so',
}

/** The two forms of an order; which one is meant shows by `lines`, so faults are told for that form alone. */
export const OneProduct = Body({ product_id: Id, quantity: Quantity, total_price: TotalPrice })
export const ManyLines = Body({
  lines: Type.Array(Body({ product_id: Id, quantity: Quantity }), { minItems: 1, maxItems: LINES_MAX }),
  total_price: TotalPrice,
})
export const NewOrder = Type.Union([OneProduct, ManyLines])
export type NewOrder = Static<typeof NewOrder>

export const StatusBody = Body({ status: Status, version: Type.Optional(Version) })

export const IfMatchHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description:
        '`ETag` of the order as you saw it, a list of such, or `*`; the change applies to nothing else',
    }),
  ),
})

export const IfNoneMatchHeaders = Type.Object({ 'if-none-match': Type.Optional(Type.String()) })

export const OrderParams = Type.Object({ id: Id })
export const UserParams = Type.Object({ user_id: Id })
export const ListQuery = Type.Object(
  { ...PageQuery, status: Type.Optional(Status) },
  { additionalProperties: false },
)
export const UserListQuery = Type.Object(
  {
    ...PageQuery,
    idempotency_key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: IDEMPOTENCY_KEY_LENGTH_MAX,
        description: 'Only the order made with this key',
      }),
    ),
  },
  { additionalProperties: false },
)
export const OrderPageView = PageOf(OrderView)
