/**
 * The stored form of details: what a query looks for has a field of its own, the rest is one object. What is as in NO_DETAILS
 * is absent, so a product without details is stored as it always was.
 */

import { NO_DETAILS, type ProductDetails } from './details.ts'
import { isCount, isText, isTextOrNull } from './field_checks.ts'
import { TAX_CLASS_DEFAULT, TAX_CLASSES } from './tax_class.ts'

const REST = [
  'media',
  'categories',
  'attributes',
  'gtin',
  'weightGrams',
  'taxClass',
  'compareAtMinor',
  'prices',
] as const
export type StoredRest = Partial<Pick<ProductDetails, (typeof REST)[number]>>

/** Undefined if all is as in NO_DETAILS. */
export function restOf(
  details: Pick<ProductDetails, 'media' | 'categories' | 'attributes'>,
): StoredRest | undefined {
  const given = details as Partial<ProductDetails>
  const rest = REST.flatMap((field) =>
    isDefault(field, given[field]) ? [] : [[field, given[field]] as const],
  )
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}

function isDefault(field: (typeof REST)[number], value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (field === 'taxClass') return value === TAX_CLASS_DEFAULT
  if (field === 'prices') return (value as ProductDetails['prices']).changes.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

type Fields = Pick<
  ProductDetails,
  'sku' | 'slug' | 'draft' | 'groupDraft' | 'publishAt' | 'groupId' | 'optionValues'
>

/** Always in the same order, because details are compared as text. */
export function detailsOf(fields: Fields, rest: StoredRest | undefined): ProductDetails {
  const { slug, draft, publishAt, sku, groupId, optionValues, groupDraft } = fields
  const { media, categories, attributes, gtin, weightGrams, taxClass, compareAtMinor, prices } = {
    ...NO_DETAILS,
    ...rest,
  }
  return {
    ...{ slug, draft, publishAt, media, categories, attributes },
    ...{ sku, gtin, weightGrams, taxClass, compareAtMinor, groupId, optionValues, groupDraft, prices },
  }
}

/** Throws an Error that names what is wrong. */
export function validateStoredDetails(details: ProductDetails): ProductDetails {
  if (details === NO_DETAILS) return details
  const { slug, sku, gtin, groupId, publishAt, optionValues, categories, weightGrams, compareAtMinor } =
    details
  const isGood =
    [slug, sku, gtin, groupId, publishAt].every(isTextOrNull) &&
    [optionValues, categories].every((list) => Array.isArray(list) && list.every(isText)) &&
    [weightGrams, compareAtMinor].every((number) => number === null || isCount(number)) &&
    TAX_CLASSES.includes(details.taxClass) &&
    areMedia(details.media) &&
    areAttributes(details.attributes) &&
    Array.isArray(details.prices?.changes) &&
    details.prices.changes.every((change) => isCount(change?.minor) && isText(change?.until))
  if (!isGood) throw new Error('its details are not those of a product')
  return details
}

const areMedia = (media: ProductDetails['media']): boolean =>
  Array.isArray(media) &&
  media.every(
    (item) =>
      [item?.id, item?.alt, item?.blur].every(isText) &&
      [item?.width, item?.height, item?.focus?.x, item?.focus?.y].every(isCount),
  )

const areAttributes = (attributes: ProductDetails['attributes']): boolean =>
  attributes !== null &&
  typeof attributes === 'object' &&
  Object.values(attributes).every((values) => Array.isArray(values) && values.every(isText))
