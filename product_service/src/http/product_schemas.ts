/** Products and movements as they look on the wire. */
import {
  Body,
  Id,
  IntegerInput,
  Money,
  MoneyInput,
  NullableString,
  Timestamp,
  Version,
} from '@shop/service_kit/http/schemas'
import { Typed } from '@shop/service_kit/http/text'
import Type, { type Static } from 'typebox'
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, NOTE_LENGTH_MAX, STOCK_MAX } from '../domain/product.ts'

export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217', examples: ['USD'] })
export const CurrencyDigits = Type.Integer({
  minimum: 0,
  maximum: 4,
  description: 'Digits after the point that amounts have',
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

export const MovementView = Type.Object({
  product_id: Id,
  version: Type.Integer({ minimum: 1, description: 'The version of the product this movement made' }),
  delta: Type.Integer({ description: 'Units that came (+) or went (-)' }),
  stock_after: Type.Integer({ minimum: 0 }),
  reason: Type.Enum(['initial', 'sale', 'release', 'adjustment', 'edit']),
  note: NullableString({ description: "An adjustment's reason" }),
  order_id: NullableString({ format: 'uuid' }),
  by: NullableString({ description: 'The account that caused it; null for orders' }),
  at: Timestamp,
})
export type MovementView = Static<typeof MovementView>

const Name = Typed('line', { maxLength: NAME_LENGTH_MAX, description: 'One line, not blank' })
const Description = Typed('prose', { maxLength: DESCRIPTION_LENGTH_MAX })
const StockInput = IntegerInput({ minimum: 0, maximum: STOCK_MAX })
const SeenVersion = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'The version you have seen',
})

export const CreateBody = Body({
  name: Name,
  description: Description,
  price: MoneyInput,
  stock: StockInput,
})

export const ReplaceBody = Body({
  name: Name,
  description: Description,
  price: MoneyInput,
  stock: Type.Optional(StockInput),
  version: Type.Optional(SeenVersion),
})

export const PatchBody = Body({
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  price: Type.Optional(MoneyInput),
  stock: Type.Optional(StockInput),
  version: Type.Optional(SeenVersion),
})
export type PatchBody = Static<typeof PatchBody>

export const AdjustBody = Body({
  delta: IntegerInput({ minimum: -STOCK_MAX, maximum: STOCK_MAX }),
  reason: Typed('note', { maxLength: NOTE_LENGTH_MAX }),
})

export const ProductParams = Type.Object({ id: Id })
/** A misspelt `version` would be a condition that is never looked at. */
export const VersionQuery = Type.Object(
  { version: Type.Optional(SeenVersion) },
  { additionalProperties: false },
)
export const IfMatchHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'ETag of the version you have seen, or *' })),
})
export const IfNoneMatchHeaders = Type.Object({
  'if-none-match': Type.Optional(Type.String({ description: 'ETag you already have' })),
})
