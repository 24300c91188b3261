/** A product as JSON. Separate from the operations, because problems contain products too. */
import { Id, Money, Timestamp, Version } from '@shop/service_kit/http/schemas'
import { formatMoney } from '@shop/service_kit/money/money'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import type { Product } from '../domain/product.ts'

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
})
export type ProductView = Static<typeof ProductView>

export type Prices = { readonly currency: string; readonly digits: () => number }

export function productView(product: Product, { currency, digits: digitsOf }: Prices): ProductView {
  const digits = digitsOf()
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
  }
}
