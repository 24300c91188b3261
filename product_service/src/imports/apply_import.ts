/**
 * Applies the steps of a checked import, in order, some at a time. Invariants 1 to 3 of domain/import.ts.
 *
 * If the process dies
 *  - after a group or product was made or edited: the repetition finds it as wanted;
 *  - after stock moved: the repetition has the same key, and the ledger answers with the first movement;
 *  - before `position` was saved: the steps behind it are repeated.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { DomainError } from '../domain/errors.ts'
import type { GroupFields } from '../domain/group.ts'
import type { Groups } from '../domain/group_ports.ts'
import {
  type ApplyCounts,
  changed,
  type Import,
  type ImportNote,
  type ImportStep,
  noteNumberOf,
} from '../domain/import.ts'
import { groupHasFields, hasFields } from '../domain/import_plan.ts'
import type { Imports } from '../domain/import_ports.ts'
import type { Catalogue, Stock } from '../domain/ports.ts'
import { NOTE_LENGTH_MAX, type Product, type ProductFields } from '../domain/product.ts'

/** Steps that are applied together: they share a commit, and one answer of a shop waits for one such batch at most. */
export const APPLY_STEPS_AT_ONCE = 50
/** Of the time that a batch took, how long the shop has for itself before the next one. */
const PAUSE_PER_BATCH = 1
const PAUSE_MAX_MS = 1_000
const MOVEMENTS_READ_MAX = 100

export type ApplyPorts = {
  readonly imports: Imports
  readonly catalogue: Pick<Catalogue, 'create' | 'edit' | 'findAny'>
  readonly groups: Pick<Groups, 'create' | 'edit' | 'find'>
  readonly stock: Pick<Stock, 'adjust' | 'movements'>
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'sleep'>
  readonly reached: (place: string) => void
  readonly mayContinue: () => Promise<boolean>
}

type Outcome = { readonly is: 'created' | 'changed' | 'unchanged' | 'conflicts' | 'refused' } & {
  readonly delta?: number
  readonly message?: string
}

export async function applyImport(job: Import, ports: ApplyPorts): Promise<void> {
  const { imports, runtime, reached } = ports
  for (let current = job; ; ) {
    const started = runtime.monotonic()
    const steps = await imports.steps(current, current.position, APPLY_STEPS_AT_ONCE)
    const at = runtime.now().toISOString()
    const outcomes = new Map<ImportStep, Outcome>()
    const run = async (step: ImportStep) => {
      outcomes.set(step, await applyStep(step, current, at, ports))
    }
    // A group before its variants.
    await Promise.all(steps.filter(({ of }) => of === 'group').map(run))
    await Promise.all(steps.filter(({ of }) => of === 'product').map(run))
    reached('import_steps_applied')
    const notes = steps.flatMap((step) => noteOf(step, outcomes.get(step)!))
    const next = changed(
      current,
      {
        position: steps.at(-1)?.number ?? current.position,
        applied: steps.reduce((counts, step) => counted(counts, outcomes.get(step)!), current.applied),
        ...(steps.length < APPLY_STEPS_AT_ONCE ? { state: 'done' } : {}),
      },
      at,
    )
    if (!(await imports.save(next, { notes }))) return keepCounts(next, notes, ports)
    if (next.state === 'done' || !(await ports.mayContinue())) return
    current = next
    const tookMs = runtime.monotonic() - started
    await runtime.sleep(Math.min(PAUSE_MAX_MS, tookMs * PAUSE_PER_BATCH))
  }
}

/** It was cancelled meanwhile: what the last batch did is counted all the same. */
async function keepCounts(
  { id, attempt, position, applied }: Import,
  notes: readonly { readonly number: number; readonly note: ImportNote }[],
  { imports, runtime }: ApplyPorts,
) {
  const stored = await imports.find(id)
  if (stored?.state !== 'cancelled' || stored.attempt !== attempt || stored.position >= position) return
  await imports.save(changed(stored, { position, applied }, runtime.now().toISOString()), { notes })
}

async function applyStep(step: ImportStep, job: Import, at: string, ports: ApplyPorts): Promise<Outcome> {
  const stamp = { by: job.createdBy, at }
  try {
    return step.of === 'group'
      ? await applyGroup(step, step.fields, stamp, ports)
      : await applyProduct(step, job, stamp, ports)
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const is = CONFLICTS.has(error.code) ? 'conflicts' : 'refused'
    return { is, message: is === 'conflicts' ? CHANGED_MEANWHILE : error.message }
  }
}

const CONFLICTS: ReadonlySet<string> = new Set([
  'version_conflict',
  'group_conflict',
  'product_not_found',
  'group_not_found',
])
const CHANGED_MEANWHILE = 'It was changed or removed after the check, and is left as it is.'

type Stamp = { readonly by: string; readonly at: string }

async function applyGroup(
  { id, seen }: ImportStep,
  fields: Partial<GroupFields>,
  stamp: Stamp,
  { groups }: ApplyPorts,
): Promise<Outcome> {
  const current = await groups.find(id)
  if (current && groupHasFields(current, fields)) return { is: seen === null ? 'created' : 'unchanged' }
  if (seen === null) {
    if (current) return { is: 'conflicts', message: CHANGED_MEANWHILE }
    await groups.create({ id, fields: fields as GroupFields }, stamp)
    return { is: 'created' }
  }
  await groups.edit(id, fields, [seen], stamp)
  return { is: 'changed' }
}

type ProductStep = Extract<ImportStep, { of: 'product' }>

/** Stock first: under its key it can be repeated whatever happened to the texts. */
async function applyProduct(
  step: ProductStep,
  job: Import,
  stamp: Stamp,
  ports: ApplyPorts,
): Promise<Outcome> {
  const { id, seen, fields, delta } = step
  const { catalogue, reached } = ports
  const current = await catalogue.findAny(id)
  if (seen === null) {
    if (!current) {
      await catalogue.create({ id, fields: { ...(fields as Omit<ProductFields, 'stock'>), stock: 0 } }, stamp)
    }
    reached('import_product_created')
    if (delta !== 0) await adjust(step, job, stamp, ports)
    return { is: 'created', delta }
  }
  if (!current) return { is: 'conflicts', message: CHANGED_MEANWHILE }
  const wanted = hasFields(current, fields)
  if (!wanted && current.editVersion > seen) return { is: 'conflicts', message: CHANGED_MEANWHILE }
  let moved = 0
  if (delta !== 0) {
    const byHand = current.version > seen && (await wasCounted(step, current, job, ports))
    if (byHand)
      return {
        is: 'conflicts',
        message: 'Its stock was changed by hand after the check, and is left as it is.',
      }
    try {
      await adjust(step, job, stamp, ports)
      moved = delta
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'insufficient_stock') throw error
      return {
        is: 'conflicts',
        message: 'So many units were sold after the check that its stock cannot be reduced so far.',
      }
    }
    reached('import_stock_moved')
  }
  if (wanted) return { is: moved === 0 ? 'unchanged' : 'changed', delta: moved }
  try {
    await catalogue.edit(id, fields, [seen], stamp)
    return { is: 'changed', delta: moved }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const is = CONFLICTS.has(error.code) ? 'conflicts' : 'refused'
    const message = is === 'conflicts' ? CHANGED_MEANWHILE : error.message
    return {
      is,
      delta: moved,
      message: moved === 0 ? message : `${message} Its stock was changed by ${moved}.`,
    }
  }
}

const keyOf = (job: Import, { row }: ImportStep) => `import ${job.id} ${row}`
/** The reason in the ledger. */
export const reasonOf = ({ name }: Pick<Import, 'name'>, { row }: Pick<ImportStep, 'row'>): string => {
  const tail = `, row ${row}`
  return `import ${name}`.slice(0, NOTE_LENGTH_MAX - tail.length).toWellFormed() + tail
}

const adjust = (step: ProductStep, job: Import, stamp: Stamp, { stock }: ApplyPorts) =>
  stock.adjust(
    {
      productId: step.id,
      delta: step.delta,
      note: reasonOf(job, step),
      attempt: { key: keyOf(job, step), fingerprint: `${step.id} ${step.delta}` },
    },
    stamp,
  )

/**
 * Did someone else set or adjust the stock after the check? Then the number in the file is not the newest. Sales and releases
 * are no such change: the units of the file are added to what is left.
 */
async function wasCounted(
  step: ProductStep,
  current: Product,
  job: Import,
  { stock }: ApplyPorts,
): Promise<boolean> {
  const page = await stock.movements(current.id, { after: undefined, limit: MOVEMENTS_READ_MAX })
  return (page?.items ?? []).some(
    ({ version, reason, note, by }) =>
      version > step.seen! &&
      (reason === 'adjustment' || reason === 'edit') &&
      !(note === reasonOf(job, step) && by === job.createdBy),
  )
}

function counted(counts: ApplyCounts, { is, delta = 0 }: Outcome): ApplyCounts {
  return {
    ...counts,
    [is]: counts[is] + 1,
    stockIn: counts.stockIn + Math.max(0, delta),
    stockOut: counts.stockOut + Math.max(0, -delta),
  }
}

function noteOf(step: ImportStep, { is, message }: Outcome) {
  if (message === undefined) return []
  const kind = is === 'conflicts' ? ('conflict' as const) : ('refused' as const)
  const note: ImportNote = { row: step.row, column: null, kind, message: `${step.name}: ${message}` }
  return [{ number: noteNumberOf(step), note }]
}
