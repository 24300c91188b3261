/**
 * POST /quotes. Anyone may ask, so quotes have calls to product_service of their own, few at once, and clients take turns: orders are
 * not delayed by them.
 */
import type { App } from '@shop/service_kit/http/app_types'
import { formatMoney } from '@shop/service_kit/money/money'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { CheckoutSettingsStore, Offers, QuoteSeal } from '../domain/checkout_ports.ts'
import { needsRegion } from '../domain/checkout_settings.ts'
import { makeQuote, QUOTE_MINUTES } from '../domain/quote.ts'
import { placeOf } from './addresses.ts'
import { chosenShippingView, taxView } from './checkout_views.ts'
import { requestedLines } from './place_order_routes.ts'
import { createQuoteOperation } from './quote_schemas.ts'

export type QuoteRoutesDeps = {
  readonly settings: Pick<CheckoutSettingsStore, 'read'>
  readonly offers: Offers
  readonly seal: QuoteSeal
  readonly currency: string
  readonly digits: () => number
  readonly runtime: Pick<Runtime, 'now' | 'after'>
}

export const QUOTES_AT_ONCE = 16
export const QUOTES_WAITING_MAX = 64
export const QUOTES_WAITING_OF_CLIENT_MAX = 8
export const QUOTE_WAIT_MS = 5_000

export function quoteRoutes({
  settings,
  offers,
  seal,
  currency,
  digits: digitsOf,
  runtime,
}: QuoteRoutesDeps) {
  const limiter = createConcurrencyLimiter({
    ...{ runtime, what: 'quotes', concurrency: QUOTES_AT_ONCE, queueMax: QUOTES_WAITING_MAX },
    ...{ clientMax: QUOTES_WAITING_OF_CLIENT_MAX, waitMs: QUOTE_WAIT_MS },
  })
  return async (app: App) => {
    app.post('/quotes', createQuoteOperation, async ({ body }) => {
      const lines = requestedLines(body.lines, true)
      const place = placeOf('/address', body.address)
      const quote = await limiter.run(async () => {
        const [stored, found] = await Promise.all([
          settings.read(),
          offers.of(lines.map(({ productId }) => productId)),
        ])
        if (place.region === null && needsRegion(stored.settings, place.country)) {
          throw invalidField('/address/region', `is needed for the taxes of ${place.country}`)
        }
        return makeQuote(stored.settings, currency, found, {
          lines,
          place,
          shippingMethod: body.shipping_method,
        })
      })
      const { facts, priced, isComplete, shippingMethods } = quote
      const expiresAt = new Date(runtime.now().getTime() + QUOTE_MINUTES * 60_000)
      const sealed = isComplete ? seal.seal(facts, priced.totalMinor, expiresAt) : undefined
      const digits = digitsOf()
      const money = (minor: number) => formatMoney(minor, digits)
      return {
        quote: sealed?.token ?? null,
        hash: sealed?.hash ?? null,
        expires_at: expiresAt.toISOString(),
        currency,
        currency_digits: digits,
        prices_include_tax: facts.pricesIncludeTax,
        lines: facts.lines.map(({ productId, quantity, taxClass, unitPriceMinor }, i) => ({
          ...{ product_id: productId, quantity, tax_class: taxClass, unit_price: money(unitPriceMinor) },
          name: quote.offers.get(productId)!.name,
          available: quote.offers.get(productId)!.available,
          ...taxView(priced.lines[i]!, digits),
        })),
        shipping:
          facts.shipping === undefined
            ? null
            : chosenShippingView({ ...facts.shipping, parts: priced.shipping }, digits),
        shipping_methods: shippingMethods.map(({ method: { id, names }, priceMinor }) => ({
          ...{ id, names, price: money(priceMinor) },
        })),
        taxes: priced.taxes.map((tax) => taxView(tax, digits)),
        goods: money(priced.goodsMinor),
        net: money(priced.netMinor),
        tax: money(priced.taxMinor),
        total: money(priced.totalMinor),
      }
    })
  }
}
