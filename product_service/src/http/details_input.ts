/** The details of a product, in requests. */
import { Id, MoneyInput, NullableString, OrNull } from '@shop/service_kit/http/schemas'
import { TextInput } from '@shop/service_kit/http/text'
import { invalidField } from '@shop/service_kit/runtime/problem'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import {
  type EditableDetails,
  isGtin,
  normalSku,
  SKU_LENGTH_MAX,
  WEIGHT_GRAMS_MAX,
} from '../domain/details.ts'
import { OPTION_VALUE_LENGTH_MAX, OPTIONS_MAX } from '../domain/group.ts'
import { PRICE_MINOR_MAX } from '../domain/product.ts'
import { TAX_CLASSES } from '../domain/tax_class.ts'
import { readPrice } from './inputs.ts'
import { readShown, SHOWN_INPUT } from './shown_views.ts'

const orNull = <Value>(schema: object) => Type.Optional(OrNull<Value>(schema))

export const DETAILS_INPUT = {
  sku: orNull<string>(
    TextInput('line', { maxLength: SKU_LENGTH_MAX, description: 'Unique, as Unicode NFC; null for none' }),
  ),
  gtin: Type.Optional(
    NullableString({ description: '8, 12, 13 or 14 digits, the last of which is a check digit' }),
  ),
  weight_grams: orNull<number>(Type.Integer({ minimum: 0, maximum: WEIGHT_GRAMS_MAX })),
  tax_class: Type.Optional(Type.Enum([...TAX_CLASSES])),
  compare_at_price: orNull<string | number>(MoneyInput),
  group_id: orNull<string>(Id),
  option_values: Type.Optional(
    Type.Array(TextInput('line', { maxLength: OPTION_VALUE_LENGTH_MAX }), {
      maxItems: OPTIONS_MAX,
      description: 'With `group_id`: one value of each option of the group, in their order',
    }),
  ),
  ...SHOWN_INPUT,
}

const DetailsInput = Type.Object(DETAILS_INPUT)

/** A few characters become longer by it. Fails with `validation_failed`. */
function readSku(text: string): string {
  const sku = normalSku(text.toWellFormed())
  if (sku.length <= SKU_LENGTH_MAX) return sku
  throw invalidField('/sku', `must have at most ${SKU_LENGTH_MAX} characters`)
}

/** Only the fields that were sent. Fails with `validation_failed`. */
export function readDetails(body: Static<typeof DetailsInput>, digits: number): Partial<EditableDetails> {
  const { sku, gtin, weight_grams, tax_class, compare_at_price, group_id, option_values } = body
  if (gtin !== undefined && gtin !== null && !isGtin(gtin)) {
    throw invalidField('/gtin', 'must be 8, 12, 13 or 14 digits with a right check digit')
  }
  const compareAt = (price: string | number | null) =>
    price === null ? null : readPrice(price, digits, PRICE_MINOR_MAX, '/compare_at_price')
  return {
    ...(sku === undefined ? {} : { sku: sku === null ? null : readSku(sku) }),
    ...(gtin === undefined ? {} : { gtin }),
    ...(weight_grams === undefined ? {} : { weightGrams: weight_grams }),
    ...(tax_class === undefined ? {} : { taxClass: tax_class }),
    ...(compare_at_price === undefined ? {} : { compareAtMinor: compareAt(compare_at_price) }),
    ...(group_id === undefined ? {} : { groupId: group_id }),
    ...(group_id === null ? { optionValues: [] } : {}),
    ...(option_values === undefined
      ? {}
      : { optionValues: option_values.map((value) => value.toWellFormed()) }),
    ...readShown(body),
  }
}
