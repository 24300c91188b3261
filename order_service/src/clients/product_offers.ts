/** What product_service sells, over HTTP: for quotes. Without a usable answer in time a quote fails; nothing is remembered. */

import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import { parsePaddedMoney } from '@shop/service_kit/money/money'
import type { Offers } from '../domain/checkout_ports.ts'
import { TAX_CLASSES } from '../domain/checkout_settings.ts'
import { DomainError } from '../domain/errors.ts'
import type { Offer } from '../domain/quote.ts'
import { checks, type Fields } from '../domain/record_fields.ts'

/** A person waits for it. */
export const OFFERS_DEADLINE_MS = 2_000

export type ProductOffersOptions = {
  /** Of its own: however many quotes are asked for, orders have their calls. */
  readonly service: ServiceClient
  readonly currency: string
  readonly digits: () => number
  readonly deadlineMs?: number
}

const OFFER = checks('an offer of product_service cannot be read')

export function createProductOffers(options: ProductOffersOptions): Offers {
  const { service, currency, digits, deadlineMs = OFFERS_DEADLINE_MS } = options
  return {
    async of(productIds) {
      try {
        const answer = await service.post<Fields>(
          '/internal/offers',
          { product_ids: productIds },
          { deadlineMs, repeatable: true },
        )
        if (answer.currency !== currency) {
          throw new Error(`product_service sells in ${answer.currency}, this service in ${currency}`)
        }
        return new Map(
          OFFER.objects(answer.offers, (offer) => [OFFER.text(offer.product_id), offerOf(offer, digits())]),
        )
      } catch (cause) {
        throw new DomainError('products_unavailable', 'Prices cannot be read now; try again.', {}, { cause })
      }
    },
  }
}

const offerOf = (offer: Fields, digits: number): Offer => ({
  name: OFFER.text(offer.name),
  unitPriceMinor: OFFER.count(parsePaddedMoney(OFFER.text(offer.unit_price), digits)),
  taxClass: OFFER.oneOf(TAX_CLASSES, offer.tax_class),
  weightGrams: offer.weight_grams === null ? null : OFFER.count(offer.weight_grams),
  available: OFFER.count(offer.available),
})
