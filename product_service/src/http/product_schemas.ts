/** What requests about products look like. What goes out: product_views.ts. */
import { Body, Id, IntegerInput, MoneyInput } from '@shop/service_kit/http/schemas'
import { Typed } from '@shop/service_kit/http/text'
import Type, { type Static } from 'typebox'
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, NOTE_LENGTH_MAX, STOCK_MAX } from '../domain/product.ts'

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
