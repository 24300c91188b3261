/**
 * How a product is sold and shown, beyond its name, description, price and stock.
 *
 * A draft is not on sale yet, or no longer; it can be published, at a time if it is known. A variant belongs to a group
 * (group.ts), which has its address, categories and attributes; what differs between variants is theirs.
 */

import type { MediaFacts, MediaItem } from './media.ts'
import type { PricesBefore } from './price_history.ts'
import { TAX_CLASS_DEFAULT, type TaxClass } from './tax_class.ts'

export const SKU_LENGTH_MAX = 64
export const SLUG_LENGTH_MAX = 80
export const WEIGHT_GRAMS_MAX = 100_000_000
export const CATEGORIES_PER_PRODUCT_MAX = 20
export const ATTRIBUTES_MAX = 40
export const ATTRIBUTE_NAME_LENGTH_MAX = 60
export const VALUES_PER_ATTRIBUTE_MAX = 20
export const ATTRIBUTE_VALUE_LENGTH_MAX = 100

/** A picture as it is shown, with what a page needs before it has loaded. */
export type ShownMedia = MediaItem & MediaFacts

/** What is the same for a product without a group and for a group. */
export type Shown = {
  /** Its address in the shop, unique among products and groups; null for a variant, and for a product from before slugs. */
  readonly slug: string | null
  readonly draft: boolean
  /** When a draft is published by itself. RFC 3339, UTC. */
  readonly publishAt: string | null
  readonly media: readonly ShownMedia[]
  /** Ids, in the order in which the admin chose them. */
  readonly categories: readonly string[]
  /** Values by name, such as Material: cotton, linen. */
  readonly attributes: Readonly<Record<string, readonly string[]>>
}

export type ProductDetails = Shown & {
  /** The shopkeeper's number of it, unique among products that were not removed. */
  readonly sku: string | null
  /** Global Trade Item Number: 8, 12, 13 or 14 digits. */
  readonly gtin: string | null
  readonly weightGrams: number | null
  readonly taxClass: TaxClass
  /** What it cost before, or its recommended price: shown only while it is above the price. */
  readonly compareAtMinor: number | null
  readonly groupId: string | null
  /** Of a variant: its value of each option of its group, in their order. */
  readonly optionValues: readonly string[]
  /** Its group is a draft, so it is not on sale either. */
  readonly groupDraft: boolean
  readonly prices: PricesBefore
}

/** What an edit can set. The facts of a picture come from its record. */
export type ShownFields = Omit<Shown, 'media'> & { readonly media: readonly MediaItem[] }
export type EditableDetails = Omit<ProductDetails, 'groupDraft' | 'prices' | 'media'> & ShownFields

export const NO_DETAILS: ProductDetails = {
  slug: null,
  draft: false,
  publishAt: null,
  media: [],
  categories: [],
  attributes: {},
  sku: null,
  gtin: null,
  weightGrams: null,
  taxClass: TAX_CLASS_DEFAULT,
  compareAtMinor: null,
  groupId: null,
  optionValues: [],
  groupDraft: false,
  prices: { changes: [], lowestMinor: null },
}

export const isHidden = ({ draft, groupDraft }: Pick<ProductDetails, 'draft' | 'groupDraft'>): boolean =>
  draft || groupDraft

/** A draft whose time of publishing has come. */
export const isDue = ({ draft, publishAt }: Pick<Shown, 'draft' | 'publishAt'>, at: string): boolean =>
  draft && publishAt !== null && publishAt <= at

/** Two SKUs that look the same are one: every SKU that comes in is in Unicode's form NFC. */
export const normalSku = (sku: string): string => sku.normalize('NFC')

/** The SKU after an edit: one that was stored before SKUs were normalised stays as it is. */
export const keptSku = (before: string | null, given: string | null): string | null =>
  before !== null && given !== null && normalSku(before) === normalSku(given) ? before : given

/** What a SKU may be stored as: in NFC, or in NFD, as it came in before it was normalised. */
export const skuForms = (sku: string): readonly [nfc: string, nfd: string] => [
  normalSku(sku),
  sku.normalize('NFD'),
]

/** Are two values of a field the same? They consist of plain data. */
export const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** The last digit of a GTIN follows from the others (GS1 General Specifications, 7.9). */
export function isGtin(text: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(text)) return false
  const digits = [...text].map(Number).reverse()
  const sum = digits.slice(1).reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 3 : 1), 0)
  return (10 - (sum % 10)) % 10 === digits[0]
}
