/** The money all prices are in, for whoever is about to write one: nobody else computes its digits. */
import type { App } from '@shop/service_kit/http/app'
import { problemResponses } from '@shop/service_kit/http/schemas'
import Type from 'typebox'
import { PROBLEMS } from './problems.ts'
import { Currency, CurrencyDigits, type Prices } from './product_views.ts'

export function currencyRoute({ currency, digits }: Prices) {
  return async (scope: App) => {
    scope.get(
      '/products/currency',
      {
        config: { access: 'public' },
        schema: {
          tags: ['products'],
          summary: 'The currency of all prices',
          operationId: 'getCurrency',
          response: {
            200: Type.Object({ currency: Currency, currency_digits: CurrencyDigits }),
            ...problemResponses(PROBLEMS, 'store_unavailable'),
          },
        },
      },
      () => ({ currency, currency_digits: digits() }),
    )
  }
}
