/**
 * What the shop charges beyond its prices: taxes, and shipping. One document, changed as a whole over the version that was seen.
 *
 * A shop that never changed it has DEFAULT_CHECKOUT_SETTINGS at version 1: no taxes, and no shipping to choose.
 */
import { BASIS_POINTS_MAX } from './taxes.ts'

/** As in product_service. `zero` is taxed nowhere. */
export const TAX_CLASSES = ['standard', 'reduced', 'second_reduced', 'super_reduced', 'zero'] as const
export type TaxClass = (typeof TAX_CLASSES)[number]
/** Shipping that is taxed as the goods are, by their shares. */
export const AS_GOODS = 'as_goods'
export type ShippingTaxClass = TaxClass | typeof AS_GOODS

/** The languages that the pages have. */
export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]
export type Texts = Readonly<Record<Language, string>>

export const TAX_RATES_MAX = 1_000
export const SHIPPING_METHODS_MAX = 50
export const SHIPPING_PRICES_MAX = 50
export const METHOD_ID_LENGTH_MAX = 40
export const METHOD_NAME_LENGTH_MAX = 80
export const WEIGHT_GRAMS_MAX = 1_000_000_000
export { BASIS_POINTS_MAX }

/** `region` is null for the rest of the country. */
export type TaxRate = {
  readonly taxClass: Exclude<TaxClass, 'zero'>
  readonly country: string
  readonly region: string | null
  readonly basisPoints: number
}

/** Holds for goods of at most this weight (null: any) and of at least this amount. */
export type ShippingPrice = {
  readonly weightUpToGrams: number | null
  readonly goodsFromMinor: number
  readonly priceMinor: number
}

export type ShippingMethod = {
  readonly id: string
  readonly names: Texts
  /** Countries to which it goes; empty: everywhere. */
  readonly countries: readonly string[]
  readonly taxClass: ShippingTaxClass
  readonly prices: readonly ShippingPrice[]
}

export type CheckoutSettings = {
  /** Are prices of products and of shipping shown and stored with their tax? */
  readonly pricesIncludeTax: boolean
  readonly taxRates: readonly TaxRate[]
  readonly shippingMethods: readonly ShippingMethod[]
}

export type StoredCheckoutSettings = {
  readonly settings: CheckoutSettings
  readonly version: number
  /** RFC 3339, UTC; null: never changed. */
  readonly updatedAt: string | null
}

export const DEFAULT_CHECKOUT_SETTINGS: CheckoutSettings = {
  pricesIncludeTax: true,
  taxRates: [],
  shippingMethods: [],
}
export const UNCHANGED_SETTINGS: StoredCheckoutSettings = {
  settings: DEFAULT_CHECKOUT_SETTINGS,
  version: 1,
  updatedAt: null,
}

export type Place = { readonly country: string; readonly region: string | null }

const rateKey = ({ taxClass, country, region }: Omit<TaxRate, 'basisPoints'>) =>
  `${taxClass} ${country}${region === null ? '' : `-${region}`}`

/** What the schema of a request cannot say; undefined if all fits together. */
export function settingsFault({
  taxRates,
  shippingMethods,
}: CheckoutSettings): { readonly path: string; readonly message: string } | undefined {
  const keys = taxRates.map(rateKey)
  const repeated = keys.findIndex((key, i) => keys.indexOf(key) < i)
  if (repeated !== -1) return { path: `/tax_rates/${repeated}`, message: 'repeats another rate' }
  const bare = taxRates.findIndex(
    ({ country }) => !keys.includes(rateKey({ taxClass: 'standard', country, region: null })),
  )
  if (bare !== -1) {
    const message = `needs a standard rate of ${taxRates[bare]!.country} as a whole beside it`
    return { path: `/tax_rates/${bare}/country`, message }
  }
  const ids = shippingMethods.map(({ id }) => id)
  const twice = ids.findIndex((id, i) => ids.indexOf(id) < i)
  return twice === -1
    ? undefined
    : { path: `/shipping_methods/${twice}/id`, message: 'repeats another method' }
}

/**
 * The rate of a class at a place, in basis points: that of its region, else of its country. Where the country has rates but none
 * of this class, it is the standard rate, so that a forgotten rate never means no tax. A country without rates is outside of what
 * the shop taxes.
 */
export function rateAt(
  { taxRates }: CheckoutSettings,
  taxClass: TaxClass,
  { country, region }: Place,
): number {
  if (taxClass === 'zero') return 0
  const rate = (of: TaxClass) => {
    const here = taxRates.filter((each) => each.country === country && each.taxClass === of)
    const found =
      here.find((each) => region !== null && each.region === region) ??
      here.find((each) => each.region === null)
    return found?.basisPoints
  }
  return rate(taxClass) ?? rate('standard') ?? 0
}

/** Does the tax of this country depend on the region? Then an address needs one. */
export const needsRegion = ({ taxRates }: CheckoutSettings, country: string): boolean =>
  taxRates.some((each) => each.country === country && each.region !== null)

export type OfferedShipping = { readonly method: ShippingMethod; readonly priceMinor: number }

/** The methods that go there with these goods, in the order of the settings, each at the lowest of its prices that hold. */
export function shippingTo(
  { shippingMethods }: CheckoutSettings,
  { country }: Place,
  goods: { readonly weightGrams: number; readonly minor: number },
): readonly OfferedShipping[] {
  return shippingMethods.flatMap((method) => {
    if (method.countries.length > 0 && !method.countries.includes(country)) return []
    const prices = method.prices.filter(
      ({ weightUpToGrams, goodsFromMinor }) =>
        (weightUpToGrams === null || goods.weightGrams <= weightUpToGrams) && goods.minor >= goodsFromMinor,
    )
    if (prices.length === 0) return []
    return [{ method, priceMinor: Math.min(...prices.map((price) => price.priceMinor)) }]
  })
}
