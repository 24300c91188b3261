/** The operation that places an order. */
import { BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import {
  Body,
  Id,
  IdempotencyHeaders,
  IntegerInput,
  MoneyInput,
  OrNull,
} from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { PAYMENT_METHODS } from '../domain/checkout.ts'
import { LINES_MAX, QUANTITY_MAX } from '../domain/order.ts'
import { AddressInput } from './addresses.ts'
import { LanguageView } from './checkout_views.ts'
import { OrderView } from './order_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'orders')

/** A quote of LINES_MAX lines with the longest names has less. */
const QUOTE_LENGTH_MAX = 24_000
const EMAIL_LENGTH_MAX = 254

export const Email = Type.String({
  maxLength: EMAIL_LENGTH_MAX,
  pattern: '^[^\\s@<>"(),:;\\[\\]\\\\]{1,64}@[^\\s@<>"(),:;\\[\\]\\\\]+\\.[^\\s@<>"(),:;.\\[\\]\\\\]{2,}$',
  [MESSAGE]: 'must be an e-mail address',
  description: 'For messages about the order',
})

const Quantity = IntegerInput({ minimum: 1, maximum: QUANTITY_MAX })

const TotalPrice = {
  ...MoneyInput,
  description: 'The price the buyer saw; at any other price the order is rejected',
}

/** The forms of an order; a body is validated against the one it has: `quote`, else `lines`, else one product. */
export const OneProduct = Body({ product_id: Id, quantity: Quantity, total_price: TotalPrice })
export const ManyLines = Body({
  lines: Type.Array(Body({ product_id: Id, quantity: Quantity }), { minItems: 1, maxItems: LINES_MAX }),
  total_price: TotalPrice,
})
export const Quoted = Body({
  quote: Type.String({ minLength: 1, maxLength: QUOTE_LENGTH_MAX, description: 'From POST /quotes' }),
  email: Email,
  address: AddressInput,
  billing_address: Type.Optional(OrNull<Static<typeof AddressInput>>(AddressInput)),
  payment_method: Type.Optional(
    Type.Enum([...PAYMENT_METHODS], {
      description: 'Needed where orders are paid; see GET /checkout_settings',
    }),
  ),
  language: Type.Optional({ ...LanguageView, description: 'Of messages about the order; en without it' }),
})
const NewOrder = Type.Union([OneProduct, ManyLines, Quoted])
export type NewOrder = Static<typeof NewOrder>

const PlacedOrderView = Type.Object({
  ...OrderView.properties,
  order_token: Type.Optional(
    Type.String({
      description:
        'Only for a guest: opens this order and its payment, as the header Order-Token. Keep it; links in mails have it, too',
    }),
  ),
})
export type PlacedOrderView = Static<typeof PlacedOrderView>

export const placeOrderOperation = operation({
  operationId: 'placeOrder',
  summary: 'Place an order',
  description:
    'Send an Idempotency-Key: you may then repeat the request as often as you like, for 30 days, and it makes one order. With the quote of POST /quotes the order has an address, taxes and shipping; such an order is also placed by a guest, without an account.',
  access: 'guest',
  headers: IdempotencyHeaders,
  body: NewOrder,
  response: {
    201: { ...PlacedOrderView, description: 'The stock is held' },
    202: { ...PlacedOrderView, description: 'Accepted, not decided yet: see Location, or its events' },
  },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    'forbidden',
    'duplicate_lines',
    'product_not_found',
    'insufficient_stock',
    'price_changed',
    'quote_invalid',
    'quote_expired',
    'quote_for_other_address',
    'quote_required',
    'too_many_unpaid_orders',
    'too_many_orders',
    'payment_method_unavailable',
    'amount_not_by_card',
    'idempotency_key_reused',
    'internal_error',
    'overloaded',
    'store_unavailable',
  ],
})
