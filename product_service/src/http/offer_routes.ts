/** What order_service needs to know of products for a quote: name, price, tax class, weight and free units, as they are now. */
import type { App } from '@shop/service_kit/http/app_types'
import { formatMoney } from '@shop/service_kit/money/money'
import type { Catalogue } from '../domain/ports.ts'
import { listOffersOperation } from './offer_schemas.ts'
import type { Prices } from './product_views.ts'

export type OfferRoutesDeps = {
  readonly catalogue: Pick<Catalogue, 'findMany'>
  readonly prices: Prices
}

export function offerRoutes({ catalogue, prices }: OfferRoutesDeps) {
  return async (app: App) => {
    app.post('/internal/offers', listOffersOperation, async ({ body }) => {
      const products = await catalogue.findMany([...new Set(body.product_ids)])
      return {
        currency: prices.currency,
        offers: products.map(({ id, name, priceMinor, stock, details }) => ({
          product_id: id,
          name,
          unit_price: formatMoney(priceMinor, prices.digits()),
          tax_class: details.taxClass,
          weight_grams: details.weightGrams,
          available: stock,
        })),
      }
    })
  }
}
