/** The operation that makes a quote. */
import { BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id, IntegerInput, Money, NullableString, Timestamp } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { METHOD_ID_LENGTH_MAX } from '../domain/checkout_settings.ts'
import { LINES_MAX, QUANTITY_MAX } from '../domain/order.ts'
import { PlaceInput } from './addresses.ts'
import { ChosenShippingView, Names, TAXED_LINE, TaxView } from './checkout_views.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'checkout')

export const QuotedLines = Type.Array(
  Body({ product_id: Id, quantity: IntegerInput({ minimum: 1, maximum: QUANTITY_MAX }) }),
  { minItems: 1, maxItems: LINES_MAX },
)

const QuoteView = Type.Object({
  quote: NullableString({
    description:
      'Send it with POST /orders; null while a way of shipping has to be chosen, or none goes there',
  }),
  hash: NullableString({ description: 'The same for the same lines, place, prices, rates and shipping' }),
  expires_at: Timestamp,
  currency: Type.String(),
  currency_digits: Type.Integer(),
  prices_include_tax: Type.Boolean(),
  lines: Type.Array(
    Type.Object({
      ...TAXED_LINE,
      product_id: Id,
      name: Type.String(),
      quantity: Type.Integer(),
      available: Type.Integer({ minimum: 0, description: 'Free to sell now; nothing is held by a quote' }),
    }),
  ),
  shipping: Type.Union([ChosenShippingView, Type.Null()]),
  shipping_methods: Type.Array(Type.Object({ id: Type.String(), names: Names, price: Money }), {
    description: 'That go there with these goods',
  }),
  taxes: Type.Array(TaxView, { description: 'Of lines and shipping, by rate' }),
  goods: { ...Money, description: 'Unit price x quantity, summed up' },
  net: Money,
  tax: Money,
  total: { ...Money, description: 'With taxes, and with the shipping that was chosen' },
})

export const createQuoteOperation = operation({
  operationId: 'createQuote',
  summary: 'What an order costs at an address: taxes, shipping and total',
  description:
    'Nothing is stored or held. The quote can be ordered for 30 minutes, at exactly this total or not at all.',
  access: 'public',
  body: Body({
    lines: QuotedLines,
    address: PlaceInput,
    shipping_method: Type.Optional(Type.String({ minLength: 1, maxLength: METHOD_ID_LENGTH_MAX })),
  }),
  response: { 200: QuoteView },
  problems: [
    ...BODY_PROBLEMS,
    'duplicate_lines',
    'products_unknown',
    'products_unavailable',
    'shipping_method_unavailable',
    'total_too_large',
    'overloaded',
    'store_unavailable',
  ],
})
