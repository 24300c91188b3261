/** A group of variants as JSON. */
import { Id, NullableString, Timestamp, Version } from '@shop/service_kit/http/schemas'
import { formatMoney } from '@shop/service_kit/money/money'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import type { Group } from '../domain/group.ts'
import { Currency, CurrencyDigits, type Prices } from './product_views.ts'
import { SHOWN_VIEW, shownView } from './shown_views.ts'

export const GroupParams = Type.Object({ id: Id })

export const GroupView = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  options: Type.Array(Type.Object({ name: Type.String(), values: Type.Array(Type.String()) })),
  price_from: NullableString({ description: 'The least price of its variants on sale; null without any' }),
  price_to: NullableString(),
  currency: Currency,
  currency_digits: CurrencyDigits,
  variants: Type.Integer({ minimum: 0, description: 'Variants on sale' }),
  in_stock: Type.Boolean({ description: 'A variant is in stock' }),
  version: Version,
  created_at: Timestamp,
  updated_at: Timestamp,
  ...SHOWN_VIEW,
})
export type GroupView = Static<typeof GroupView>

export function groupView(group: Group, { currency, digits: digitsOf, hasCategory }: Prices): GroupView {
  const digits = digitsOf()
  const price = (minor: number | null) => (minor === null ? null : formatMoney(minor, digits))
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    options: group.options.map(({ name, values }) => ({ name, values: [...values] })),
    price_from: price(group.priceFromMinor),
    price_to: price(group.priceToMinor),
    currency,
    currency_digits: digits,
    variants: group.variants,
    in_stock: group.inStock,
    version: group.version,
    created_at: group.createdAt,
    updated_at: group.updatedAt,
    ...shownView(group, hasCategory),
  }
}
