/**
 * A quote: what an order will cost at an address, tax and shipping included.
 *
 * Invariants
 *  1. It is computed from its facts alone (`priced`), when it is shown and again when it is ordered. So what is charged is what was
 *     shown and what is stored, to the cent.
 *  2. Of each line net + tax = gross, and the lines and the shipping add up to the total (taxes.ts).
 *  3. Only a complete quote can be ordered: with a way of shipping, if the shop has any.
 */
import type { Buyer, Checkout } from './checkout.ts'
import {
  AS_GOODS,
  type CheckoutSettings,
  needsRegion,
  type OfferedShipping,
  type Place,
  rateAt,
  shippingTo,
  type TaxClass,
} from './checkout_settings.ts'
import { DomainError } from './errors.ts'
import type { RequestedLine } from './order.ts'
import type { QuotedLine, QuotedShipping, QuoteFacts } from './quote_facts.ts'
import { shortName } from './short_name.ts'
import { spread, sumsByRate, type Taxed, taxOf } from './taxes.ts'

/** For how long it can be ordered. */
export const QUOTE_MINUTES = 30
/** The largest total: that of amounts in the API. */
export const TOTAL_MINOR_MAX = 1_000_000_000_000_000

/** A product as product_service sells it now. */
export type Offer = {
  readonly name: string
  readonly unitPriceMinor: number
  readonly taxClass: TaxClass
  /** null: unknown, and counted as 0. */
  readonly weightGrams: number | null
  readonly available: number
}

export type QuoteRequest = {
  readonly lines: readonly RequestedLine[]
  readonly place: Place
  readonly shippingMethod: string | undefined
}

export type Priced = {
  /** In the order of the lines. */
  readonly lines: readonly Taxed[]
  /** One for each rate; none without shipping. */
  readonly shipping: readonly Taxed[]
  readonly taxes: readonly Taxed[]
  /** Unit price x quantity, summed up: what product_service compares. */
  readonly goodsMinor: number
  readonly netMinor: number
  readonly taxMinor: number
  readonly totalMinor: number
}

/** Of a name in a quote: the longest quote has to fit into a request. */
export const NAME_BYTES_MAX = 100

export type Quote = {
  readonly facts: QuoteFacts
  readonly priced: Priced
  readonly offers: ReadonlyMap<string, Offer>
  readonly shippingMethods: readonly OfferedShipping[]
  readonly isComplete: boolean
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)

/** Fails with `total_too_large`. */
export function priced({ lines, shipping, pricesIncludeTax }: QuoteFacts): Priced {
  const amounts = lines.map(({ unitPriceMinor, quantity }) => unitPriceMinor * quantity)
  const goodsMinor = sum(amounts)
  // A sum above the maximum may be inexact, but it is still above the maximum.
  if (goodsMinor > TOTAL_MINOR_MAX) throw tooLarge()
  const taxedLines = lines.map(({ basisPoints }, i) => taxOf(amounts[i]!, basisPoints, pricesIncludeTax))
  const taxedShipping =
    shipping === undefined ? [] : shippingParts(shipping, lines, amounts, pricesIncludeTax)
  const all = [...taxedLines, ...taxedShipping]
  const totalMinor = sum(all.map((each) => each.grossMinor))
  if (totalMinor > TOTAL_MINOR_MAX) throw tooLarge()
  return {
    lines: taxedLines,
    shipping: taxedShipping,
    taxes: sumsByRate(all),
    goodsMinor,
    netMinor: sum(all.map((each) => each.netMinor)),
    taxMinor: sum(all.map((each) => each.taxMinor)),
    totalMinor,
  }
}

function shippingParts(
  { basisPoints, priceMinor }: QuotedShipping,
  lines: readonly QuotedLine[],
  amounts: readonly number[],
  isIncluded: boolean,
): readonly Taxed[] {
  if (basisPoints !== AS_GOODS) return [taxOf(priceMinor, basisPoints, isIncluded)]
  const byRate = new Map<number, number>()
  spread(priceMinor, amounts).forEach((share, i) => {
    const { basisPoints } = lines[i]!
    byRate.set(basisPoints, (byRate.get(basisPoints) ?? 0) + share)
  })
  return [...byRate].map(([basisPoints, share]) => taxOf(share, basisPoints, isIncluded))
}

/** Fails with `products_unknown`, `shipping_method_unavailable` or `total_too_large`. */
export function makeQuote(
  settings: CheckoutSettings,
  currency: string,
  offers: ReadonlyMap<string, Offer>,
  { lines, place: { country, region }, shippingMethod }: QuoteRequest,
): Quote {
  const place = { country, region: needsRegion(settings, country) ? region : null }
  const unknownProducts = lines.map(({ productId }) => productId).filter((id) => !offers.has(id))
  if (unknownProducts.length > 0) {
    throw new DomainError('products_unknown', `Not on sale: ${unknownProducts.join(', ')}.`, {
      unknownProducts,
    })
  }
  const quoted = lines.map(({ productId, quantity }) => {
    const { name, unitPriceMinor, taxClass } = offers.get(productId)!
    const shown = { productId, quantity, name: shortName(name, NAME_BYTES_MAX) }
    return { ...shown, unitPriceMinor, taxClass, basisPoints: rateAt(settings, taxClass, place) }
  })
  const { pricesIncludeTax } = settings
  const goods = { currency, pricesIncludeTax, place, lines: quoted, shipping: undefined }
  const shippingMethods = shippingTo(settings, place, {
    weightGrams: sum(
      lines.map(({ productId, quantity }) => (offers.get(productId)!.weightGrams ?? 0) * quantity),
    ),
    minor: priced(goods).goodsMinor,
  })
  const shipping =
    shippingMethod === undefined ? undefined : chosen(settings, shippingMethods, shippingMethod, place)
  const facts: QuoteFacts = { ...goods, shipping }
  const isComplete = shipping !== undefined || settings.shippingMethods.length === 0
  return { facts, priced: priced(facts), offers, shippingMethods, isComplete }
}

function chosen(
  settings: CheckoutSettings,
  offered: readonly OfferedShipping[],
  id: string,
  place: Place,
): QuotedShipping {
  const found = offered.find(({ method }) => method.id === id)
  if (found === undefined) {
    const others = offered.map(({ method }) => method.id)
    const instead = others.length === 0 ? 'No other does either.' : `Choose ${others.join(' or ')}.`
    throw new DomainError(
      'shipping_method_unavailable',
      `${id} does not go to ${place.country} with these goods. ${instead}`,
      { offered: others },
    )
  }
  const { method, priceMinor } = found
  const { names, taxClass } = method
  const basisPoints = taxClass === AS_GOODS ? taxClass : rateAt(settings, taxClass, place)
  return { method: id, names, priceMinor, basisPoints }
}

const tooLarge = () => new DomainError('total_too_large', 'No order may cost that much.')

/** What the order of a quote keeps. Fails with `total_too_large`. */
export function checkoutOf(facts: QuoteFacts, quoteHash: string, buyer: Buyer): Checkout {
  const { lines, shipping, totalMinor } = priced(facts)
  const { email, language, address, billingAddress, payment, guest } = buyer
  return {
    ...{ email, language, address, billingAddress, payment, guest, quoteHash },
    pricesIncludeTax: facts.pricesIncludeTax,
    lines: facts.lines.map(({ name, unitPriceMinor, taxClass }, i) => ({
      ...(name === undefined ? {} : { name }),
      ...{ unitPriceMinor, taxClass, ...lines[i]! },
    })),
    shipping:
      facts.shipping === undefined
        ? null
        : {
            method: facts.shipping.method,
            names: facts.shipping.names,
            priceMinor: facts.shipping.priceMinor,
            parts: shipping,
          },
    totalMinor,
  }
}
