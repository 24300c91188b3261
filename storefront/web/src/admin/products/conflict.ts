/**
 * Two people changed one product. What each made of every field, and a merged product to begin with.
 *
 * Promises
 *  1. A field only one of them changed keeps that change; nobody's work is dropped without being shown.
 *  2. Stock is a count that both may be right about: the merged number is theirs moved by as much as you moved it,
 *     so that a sale in between stays sold. When that is below zero, yours stands.
 */
import type { Product } from '../../api/types.ts'

export const FIELDS = ['name', 'description', 'price', 'stock'] as const
export type Field = (typeof FIELDS)[number]
export type Values = Pick<Product, Field>
export type Edit = Partial<Values>

export type FieldConflict = {
  readonly field: Field
  readonly seen: string
  readonly yours: string
  readonly theirs: string
  readonly merged: string
  /** Did both change it, to different values? */
  readonly contested: boolean
}

/** The fields that were changed by anyone, and not to the same value by both. */
export function conflictsOf(seen: Values, edit: Edit, theirs: Values): FieldConflict[] {
  return FIELDS.flatMap((field) => {
    const was = String(seen[field])
    const yours = String(edit[field] ?? seen[field])
    const now = String(theirs[field])
    if (yours === now) return []
    const contested = yours !== was && now !== was
    const merged = yours === was ? now : contested && field === 'stock' ? moved(seen, yours, theirs) : yours
    return [{ field, seen: was, yours, theirs: now, merged, contested }]
  })
}

function moved(seen: Values, yours: string, theirs: Values): string {
  const sum = theirs.stock + Number(yours) - seen.stock
  return sum < 0 ? yours : String(sum)
}

/** What has to be sent so that the product becomes `wanted`. */
export function changesTo(current: Values, wanted: Edit): Edit {
  return Object.fromEntries(
    FIELDS.filter((field) => wanted[field] !== undefined && wanted[field] !== current[field]).map((field) => [
      field,
      wanted[field],
    ]),
  )
}
