/** The operation that reads offers. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id, Money, NullableInteger } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { LINES_MAX } from '../domain/reservation.ts'
import { TAX_CLASSES, type TaxClass } from '../domain/tax_class.ts'
import { PROBLEMS } from './problems.ts'
import { Currency } from './product_views.ts'

const operation = operationsOf(PROBLEMS, 'internal')

export const listOffersOperation = operation({
  operationId: 'listOffers',
  summary: 'Prices, tax classes, weights and free units of products that are on sale',
  access: 'service',
  body: Body({ product_ids: Type.Array(Id, { minItems: 1, maxItems: LINES_MAX }) }),
  response: {
    200: Type.Object({
      currency: Currency,
      offers: Type.Array(
        Type.Object({
          product_id: Id,
          name: Type.String(),
          unit_price: Money,
          tax_class: Type.Unsafe<TaxClass>({ type: 'string', enum: [...TAX_CLASSES] }),
          weight_grams: NullableInteger(),
          available: Type.Integer({ minimum: 0 }),
        }),
        { description: 'Without those that are not on sale' },
      ),
    }),
  },
  problems: [
    'unauthenticated',
    'validation_failed',
    'malformed_body',
    'body_too_large',
    'store_unavailable',
    'overloaded',
  ],
})
