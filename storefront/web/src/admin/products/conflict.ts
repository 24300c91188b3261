/**
 * Two admins changed the same product: the values of both for each field, and a merged product as a proposal.
 *
 * Invariants
 *  1. A field that only one of them changed keeps that change. No change is dropped without being shown.
 *  2. Merged stock is their count plus your difference, so that a sale in between is not lost. If that is below zero, it is
 *     your count.
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

/** The fields that either changed, without those that both changed to the same value. */
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

/** The patch that turns `current` into `wanted`. */
export function changesTo(current: Values, wanted: Edit): Edit {
  return Object.fromEntries(
    FIELDS.filter((field) => wanted[field] !== undefined && wanted[field] !== current[field]).map((field) => [
      field,
      wanted[field],
    ]),
  )
}
