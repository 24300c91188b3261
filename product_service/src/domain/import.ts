/**
 * An import: a file of products, checked as a whole, then applied step by step.
 *
 * Invariants
 *  1. What an import would change is computed from the whole file before anything is changed (`checking`), and an admin starts it
 *     (`applying`). Each step names the version it was computed from: what was changed since is reported, and not overwritten.
 *  2. A step takes effect once, whatever dies when: a product has its id before it is made; stock moves under an idempotency key
 *     of import and row; `position` is the last step that is done for certain, and the next one is safe to repeat.
 *  3. `position` and counts change together with `version`, so of two workers on one import only one gets on.
 *  4. One import at a time is open: being uploaded, checked or applied.
 */
import type { GroupFields } from './group.ts'
import type { Saying } from './import_texts.ts'
import type { ProductFields } from './product.ts'

/** A part is a body of at most this size, so an upload passes every limit of bodies and can be continued. */
export const IMPORT_PART_BYTES_MAX = 64 * 1024
export const IMPORT_PARTS_MAX = 1_024
export const IMPORT_BYTES_MAX = IMPORT_PART_BYTES_MAX * IMPORT_PARTS_MAX
/** Without the row of the names of columns. */
export const IMPORT_ROWS_MAX = 100_000
/** Notes that are kept of a check; what is beyond is only counted. Each step may have one more. */
export const IMPORT_NOTES_MAX = 10_000
export const IMPORT_NAME_LENGTH_MAX = 100

export const IMPORT_STATES = [
  'uploading',
  'checking',
  'checked',
  'applying',
  'done',
  'cancelled',
  'failed',
] as const
export type ImportState = (typeof IMPORT_STATES)[number]

export const isOpen = ({ state }: Pick<Import, 'state'>): boolean => !FINAL.has(state)
/** A worker has something to do. */
export const isWorkedOn = ({ state }: Pick<Import, 'state'>): boolean =>
  state === 'checking' || state === 'applying'

const FINAL: ReadonlySet<ImportState> = new Set(['done', 'cancelled', 'failed'])

/** How the file was read. */
export type Sheet = {
  readonly format: 'own' | 'shopify' | 'google'
  readonly delimiter: ',' | ';' | '\t'
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be'
  /** `field` is null for a column that is not used. */
  readonly columns: readonly { readonly name: string; readonly field: string | null }[]
}

/** What the check found. */
export type CheckCounts = {
  readonly rows: number
  /** Products and groups. */
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  readonly faults: number
  readonly warnings: number
  /** Changed since they were exported: these rows, or their stock, are left as they are. */
  readonly conflicts: number
  /** Units that would be added, and removed. */
  readonly stockIn: number
  readonly stockOut: number
}

/** What was applied so far. */
export type ApplyCounts = {
  readonly created: number
  readonly changed: number
  /** It was as wanted when its turn came. */
  readonly unchanged: number
  readonly conflicts: number
  readonly refused: number
  readonly stockIn: number
  readonly stockOut: number
}

export const NO_CHECK: CheckCounts = {
  ...{ rows: 0, created: 0, changed: 0, unchanged: 0, faults: 0, warnings: 0 },
  ...{ conflicts: 0, stockIn: 0, stockOut: 0 },
}
export const NOTHING_APPLIED: ApplyCounts = {
  ...{ created: 0, changed: 0, unchanged: 0, conflicts: 0, refused: 0, stockIn: 0, stockOut: 0 },
}

export type Import = {
  readonly id: string
  /** Of the file. */
  readonly name: string
  readonly state: ImportState
  readonly version: number
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
  /** Of the file; known when its upload is complete. */
  readonly parts: number
  /** Names the check whose steps and notes count: one that was interrupted leaves some of its own. */
  readonly attempt: string
  readonly sheet: Sheet | null
  readonly checked: CheckCounts
  readonly steps: number
  /** The last step that was applied. */
  readonly position: number
  readonly applied: ApplyCounts
  /** Why it `failed`: the file as a whole cannot be read. */
  readonly failure: string | null
  /** Absent in an import of an earlier release. */
  readonly failureOf?: Pick<Saying, 'code' | 'values'>
}

export const NOTE_KINDS = ['fault', 'warning', 'conflict', 'refused'] as const
/** Something to say about a row. A row with a fault is left out; a warning changes nothing else. */
export type ImportNote = {
  /** As a spreadsheet counts: the names of the columns are row 1. */
  readonly row: number
  readonly column: string | null
  readonly kind: (typeof NOTE_KINDS)[number]
  readonly message: string
} & Partial<Pick<Saying, 'code' | 'values'>> // Absent in a note of an earlier release.

/** One product or group that an import creates or changes. */
export type ImportStep = {
  /** From 1, without gaps. */
  readonly number: number
  readonly row: number
  /** Of a new one, too: it is made with this id. */
  readonly id: string
  readonly name: string
  /** The version that the check compared with; null for a new one. */
  readonly seen: number | null
} & (
  | {
      readonly of: 'product'
      /** Of an existing product, only what differs. */
      readonly fields: Partial<Omit<ProductFields, 'stock'>>
      /** Units to add, or to remove. */
      readonly delta: number
    }
  | { readonly of: 'group'; readonly fields: Partial<GroupFields> }
)

/** A note of a step. Notes of the check come first. */
export const noteNumberOf = ({ number }: Pick<ImportStep, 'number'>): number => IMPORT_NOTES_MAX + number

export type NumberedNote = { readonly number: number; readonly note: ImportNote }

export function newImport(
  id: string,
  name: string,
  { by, at }: { readonly by: string; readonly at: string },
): Import {
  return {
    ...{ id, name, state: 'uploading', version: 1, createdAt: at, createdBy: by, updatedAt: at },
    ...{ parts: 0, attempt: id, sheet: null, checked: NO_CHECK, steps: 0, position: 0 },
    ...{ applied: NOTHING_APPLIED, failure: null },
  }
}

/** The import after a change; its version grows. */
export const changed = (job: Import, fields: Partial<Import>, at: string): Import => ({
  ...job,
  ...fields,
  version: job.version + 1,
  updatedAt: at,
})
