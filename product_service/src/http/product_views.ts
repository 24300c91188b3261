/** A product as JSON. Separate from the operations, because problems contain products too. */
import {
  Id,
  Money,
  NullableInteger,
  NullableString,
  Timestamp,
  Version,
} from '@shop/service_kit/http/schemas'
import { formatMoney } from '@shop/service_kit/money/money'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import type { Product } from '../domain/product.ts'
import { TAX_CLASSES, type TaxClass } from '../domain/tax_class.ts'
import { SHOWN_VIEW, shownView } from './shown_views.ts'

export const ProductParams = Type.Object({ id: Id })

export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217', examples: ['USD'] })
export const CurrencyDigits = Type.Integer({
  minimum: 0,
  maximum: 4,
  description: 'Digits after the point of amounts',
  examples: [2],
})

export const ProductView = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  price: Money,
  currency: Currency,
  currency_digits: CurrencyDigits,
  stock: Type.Integer({ minimum: 0, description: 'Units free to sell now' }),
  reserved: Type.Integer({ minimum: 0, description: 'Units promised to orders that have not shipped' }),
  version: Version,
  created_at: Timestamp,
  updated_at: Timestamp,
  sku: NullableString({ description: 'The number that the shopkeeper gave it' }),
  gtin: NullableString({ description: 'Global Trade Item Number, e.g. an EAN' }),
  weight_grams: NullableInteger(),
  tax_class: Type.Unsafe<TaxClass>({
    type: 'string',
    enum: [...TAX_CLASSES],
    description: 'By which its tax is found in the country of the buyer',
  }),
  compare_at_price: NullableString({
    description: 'What it cost before; shown only while it is above the price',
  }),
  lowest_price_30_days: NullableString({
    description:
      'After a reduction: the lowest price of the 30 days before it (Directive 98/6/EC, Article 6a)',
  }),
  group_id: NullableString({ format: 'uuid', description: 'The group of which it is a variant' }),
  option_values: Type.Array(Type.String(), {
    description: 'Of a variant: its value of each option of its group',
  }),
  ...SHOWN_VIEW,
})
export type ProductView = Static<typeof ProductView>

/** What views need to know of the store. */
export type Prices = {
  readonly currency: string
  readonly digits: () => number
  /** Products keep the ids of categories that were removed; no answer shows them (decision 44). */
  readonly hasCategory: (id: string) => boolean
}

export function productView(
  product: Product,
  { currency, digits: digitsOf, hasCategory }: Prices,
): ProductView {
  const digits = digitsOf()
  const { details } = product
  const optional = (minor: number | null) => (minor === null ? null : formatMoney(minor, digits))
  return {
    id: product.id,
    name: product.name,
    description: product.description,
    price: formatMoney(product.priceMinor, digits),
    currency,
    currency_digits: digits,
    stock: product.stock,
    reserved: product.reserved,
    version: product.version,
    created_at: product.createdAt,
    updated_at: product.updatedAt,
    sku: details.sku,
    gtin: details.gtin,
    weight_grams: details.weightGrams,
    tax_class: details.taxClass,
    compare_at_price: optional(details.compareAtMinor),
    lowest_price_30_days: optional(details.prices.lowestMinor),
    group_id: details.groupId,
    option_values: [...details.optionValues],
    ...shownView(details, hasCategory),
  }
}
