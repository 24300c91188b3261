/** A group of variants: products that differ in up to three options, such as size and colour. Rules of change: change_group.ts. */
import type { Shown, ShownFields } from './details.ts'
import { NAME_LENGTH_MAX } from './product.ts'

export const OPTIONS_MAX = 3
export const OPTION_NAME_LENGTH_MAX = 40
export const OPTION_VALUE_LENGTH_MAX = 60
export const VALUES_PER_OPTION_MAX = 200
export const VARIANTS_MAX = 2_000

/** `values` are in the order in which the shop shows them. */
export type GroupOption = { readonly name: string; readonly values: readonly string[] }

export type Group = Shown & {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly options: readonly GroupOption[]
  /** Grows by one with every change, also of the four fields below. */
  readonly version: number
  /** The version that the last edit made. */
  readonly editVersion: number
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: string | null
  /** Of its variants that are on sale; null if there are none. */
  readonly priceFromMinor: number | null
  readonly priceToMinor: number | null
  /** Variants on sale. */
  readonly variants: number
  /** One of them is in stock. */
  readonly inStock: boolean
}

export type GroupFields = Pick<Group, 'name' | 'description' | 'options'> & Partial<ShownFields>

/** Orders keep the name of what was bought, so the name of a variant says which one it is. */
export function variantName(groupName: string, values: readonly string[]): string {
  const suffix = ` – ${values.join(' / ')}`
  return `${groupName.slice(0, Math.max(1, NAME_LENGTH_MAX - suffix.length))}${suffix}`
    .slice(0, NAME_LENGTH_MAX)
    .toWellFormed()
}
