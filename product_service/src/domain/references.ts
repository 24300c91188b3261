/**
 * What else the store knows when a product or group is changed: what may exist once only, and what must exist. A store reads
 * it in the transaction of the change.
 */
import type { Group } from './group.ts'
import type { MediaFacts } from './media.ts'

export type References = {
  /** The id of the product, group or category that has the slug now; undefined if it is free, or only leads to another slug. */
  slugOwner(slug: string): string | undefined
  /** The id of the product that has the SKU and was not removed. */
  skuOwner(sku: string): string | undefined
  /** Undefined for a removed group. */
  group(id: string): Group | undefined
  /** Variants that were not removed. */
  variantCount(groupId: string): number
  /** The id of the variant of these values that was not removed. */
  variantOf(groupId: string, optionValues: readonly string[]): string | undefined
  hasCategory(id: string): boolean
  /** Undefined for an unknown picture. */
  media(id: string): MediaFacts | undefined
}

/** An empty store. */
export const NO_REFERENCES: References = {
  slugOwner: () => undefined,
  skuOwner: () => undefined,
  group: () => undefined,
  variantCount: () => 0,
  variantOf: () => undefined,
  hasCategory: () => false,
  media: () => undefined,
}
