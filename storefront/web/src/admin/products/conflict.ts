/**
 * Two admins changed the same product or group: the values of both for each field, and a merged one as a proposal.
 *
 * Invariants
 *  1. A field that only one of them changed keeps that change. No change is dropped without being shown.
 *  2. Merged stock is their count plus your difference, so that a sale in between is not lost. If that is below zero, it is
 *     your count.
 *
 * Here and in forms, each field is a text: what is typed, or JSON of what is chosen.
 */
import type { Group, Product } from '../../api/types.ts'

/** Fields that are typed, */
export const TYPED = [
  'name',
  'description',
  'price',
  'compare_at_price',
  'stock',
  'sku',
  'gtin',
  'weight_grams',
  'slug',
] as const
/** and fields that are chosen. */
export const CHOSEN = [
  'options',
  'media',
  'attributes',
  'categories',
  'tax_class',
  'status',
  'publish_at',
] as const
export const FIELDS = [...TYPED, ...CHOSEN] as const
export type Field = (typeof FIELDS)[number]
type All = Product & Pick<Group, 'options'>
export type Values = { readonly [F in Field]?: All[F] }
export type Edit = Values
export type Texts = Partial<Record<Field, string>>

/** A picture as a product or group shows it, without the facts of its file. */
export type Picture = Pick<Product['media'][number], 'id' | 'alt' | 'focus'>
/** Values by name: attributes, and the options of a group. */
export type NamedValues = readonly [name: string, values: readonly string[]]

export function textOf(field: Field, values: Values): string {
  switch (field) {
    case 'media':
      return JSON.stringify(values.media?.map(({ id, alt, focus }) => ({ id, alt, focus })) ?? [])
    case 'attributes':
      return JSON.stringify(Object.entries(values.attributes ?? {}))
    case 'options':
      return JSON.stringify(values.options?.map(({ name, values }) => [name, values]) ?? [])
    case 'categories':
      return JSON.stringify(values.categories ?? [])
    default:
      return String(values[field] ?? '')
  }
}

export const textsOf = (fields: readonly Field[], values: Values): Texts =>
  Object.fromEntries(fields.map((field) => [field, textOf(field, values)]))

export type FieldConflict = {
  readonly field: Field
  readonly seen: string
  readonly yours: string
  readonly theirs: string
  readonly merged: string
  /** Did both change it, to different values? */
  readonly contested: boolean
}

/** The fields that either changed, without those that both changed to the same value. */
export function conflictsOf(seen: Values, edit: Edit, theirs: Values): FieldConflict[] {
  const own = { ...seen, ...edit }
  return FIELDS.flatMap((field) => {
    const was = textOf(field, seen)
    const yours = textOf(field, own)
    const now = textOf(field, theirs)
    if (yours === now) return []
    const contested = yours !== was && now !== was
    const merged = yours === was ? now : contested && field === 'stock' ? moved(was, yours, now) : yours
    return [{ field, seen: was, yours, theirs: now, merged, contested }]
  })
}

function moved(seen: string, yours: string, theirs: string): string {
  const sum = Number(theirs) + Number(yours) - Number(seen)
  return sum < 0 ? yours : String(sum)
}

/** The patch that turns `current` into `wanted`. */
export function changesTo(current: Values, wanted: Edit): Edit {
  return Object.fromEntries(
    FIELDS.filter(
      (field) => wanted[field] !== undefined && textOf(field, wanted) !== textOf(field, current),
    ).map((field) => [field, wanted[field]]),
  )
}
