/**
 * One step of an import. It takes effect once, however often it is repeated: texts under the version that the check saw, stock
 * under a key of the import and the row, and under the version up to which no other user has set it. What was changed after the
 * check is reported, and not overwritten.
 */
import { DomainError } from '../domain/errors.ts'
import type { GroupFields } from '../domain/group.ts'
import type { Groups } from '../domain/group_ports.ts'
import type { Import, ImportStep } from '../domain/import.ts'
import { groupHasFields, hasFields } from '../domain/import_plan.ts'
import {
  IMPORT_TEXTS,
  type ImportCode,
  type Saying,
  said,
  saying,
  withMoved,
} from '../domain/import_texts.ts'
import type { Catalogue, Stock } from '../domain/ports.ts'
import { type Movement, NOTE_LENGTH_MAX, type ProductFields } from '../domain/product.ts'

/** Movements that are read at once. */
const MOVEMENTS_AT_ONCE = 100
/** Sales may come in between each time; beyond that the stock is left as it is. */
export const ADJUSTMENTS_MAX = 10
/** The version of a product that a step has just made, without stock. */
const MADE = 1

export type StepPorts = {
  readonly catalogue: Pick<Catalogue, 'create' | 'edit' | 'findAny'>
  readonly groups: Pick<Groups, 'create' | 'edit' | 'find' | 'isKnown'>
  readonly stock: Pick<Stock, 'adjust' | 'movements'>
  readonly reached: (place: string) => void
}

export type Outcome = { readonly is: 'created' | 'changed' | 'unchanged' | 'conflicts' | 'refused' } & {
  readonly delta?: number
  readonly why?: Saying
}

export async function applyStep(
  step: ImportStep,
  job: Import,
  at: string,
  ports: StepPorts,
): Promise<Outcome> {
  const stamp = { by: job.createdBy, at }
  try {
    return step.of === 'group'
      ? await applyGroup(step, step.fields, stamp, ports)
      : await applyProduct(step, job, stamp, ports)
  } catch (error) {
    return notDone(step, error)
  }
}

const CONFLICTS: ReadonlySet<string> = new Set([
  'version_conflict',
  'group_conflict',
  'product_not_found',
  'group_not_found',
])

/** What failed is thrown again, and repeated. */
function notDone({ name }: ImportStep, error: unknown, moved = 0): Outcome {
  if (!(error instanceof DomainError)) throw error
  if (CONFLICTS.has(error.code)) {
    return { is: 'conflicts', delta: moved, why: withMoved(saying('changed_meanwhile', { name }), moved) }
  }
  const code = `refused_${error.code}`
  const known = Object.hasOwn(IMPORT_TEXTS, code) ? (code as ImportCode) : 'refused'
  return { is: 'refused', delta: moved, why: withMoved(said(known, { name, detail: error.message }), moved) }
}

const conflict = (why: Saying): Outcome => ({ is: 'conflicts', why })
const changedMeanwhile = ({ name }: ImportStep) => conflict(saying('changed_meanwhile', { name }))

type Stamp = { readonly by: string; readonly at: string }

async function applyGroup(
  step: ImportStep,
  fields: Partial<GroupFields>,
  stamp: Stamp,
  { groups }: StepPorts,
): Promise<Outcome> {
  const { id, seen } = step
  const current = await groups.find(id)
  if (current && groupHasFields(current, fields)) return { is: seen === null ? 'created' : 'unchanged' }
  if (seen === null) {
    // It was made before, and changed or removed since.
    if (current || (await groups.isKnown(id))) return changedMeanwhile(step)
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
  ports: StepPorts,
): Promise<Outcome> {
  const { id, seen, fields, delta } = step
  const { catalogue, stock, reached } = ports
  const current = await catalogue.findAny(id)
  if (seen === null) {
    if (!current) {
      // It was made before, and removed since.
      if (await stock.movements(id, { after: undefined, limit: 1 })) return changedMeanwhile(step)
      await catalogue.create({ id, fields: { ...(fields as Omit<ProductFields, 'stock'>), stock: 0 } }, stamp)
    }
    reached('import_product_created')
    const fault = delta === 0 ? undefined : await moveStock(step, job, stamp, ports)
    return fault ? conflict(fault) : { is: 'created', delta }
  }
  if (!current) return changedMeanwhile(step)
  const wanted = hasFields(current, fields)
  if (!wanted && current.editVersion > seen) return changedMeanwhile(step)
  if (delta !== 0) {
    const fault = await moveStock(step, job, stamp, ports)
    if (fault) return conflict(fault)
    reached('import_stock_moved')
  }
  if (wanted) return { is: delta === 0 ? 'unchanged' : 'changed', delta }
  try {
    await catalogue.edit(id, fields, [seen], stamp)
    return { is: 'changed', delta }
  } catch (error) {
    return notDone(step, error, delta)
  }
}

/**
 * Adds the units of the file to what sales and releases left. If someone else has set or adjusted the stock after the check, the
 * number in the file is not the newest: then nothing moves. So the movement names the version up to which that was looked up.
 */
async function moveStock(
  step: ProductStep,
  job: Import,
  stamp: Stamp,
  { catalogue, stock }: StepPorts,
): Promise<Saying | undefined> {
  const { id, name, delta, seen } = step
  const note = reasonOf(job, step)
  const attempt = { key: `import ${job.id} ${step.row}`, fingerprint: `${id} ${delta}` }
  const isOwn = (movement: Pick<Movement, 'note' | 'by'>) =>
    movement.note === note && movement.by === stamp.by
  let lookedUp = seen ?? MADE
  for (let tries = 0; tries < ADJUSTMENTS_MAX; tries++) {
    const current = await catalogue.findAny(id)
    if (!current) return saying('changed_meanwhile', { name })
    const since = await movedSince(id, lookedUp, isOwn, stock)
    if (since !== undefined) return since === 'moved' ? undefined : saying('stock_counted', { name })
    lookedUp = current.version
    try {
      await stock.adjust({ productId: id, delta, note, attempt, version: lookedUp }, stamp)
      return undefined
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      if (error.code === 'insufficient_stock') return saying('stock_sold', { name })
      if (error.code !== 'version_conflict') throw error
    }
  }
  return saying('stock_busy', { name })
}

/** The reason in the ledger. */
const reasonOf = ({ name }: Pick<Import, 'name'>, { row }: Pick<ImportStep, 'row'>): string => {
  const tail = `, row ${row}`
  return `import ${name}`.slice(0, NOTE_LENGTH_MAX - tail.length).toWellFormed() + tail
}

/** Was it moved by this step, or else set or adjusted by someone, after this version? Sales and releases are neither. */
async function movedSince(
  id: string,
  version: number,
  isOwn: (movement: Pick<Movement, 'note' | 'by'>) => boolean,
  stock: Pick<Stock, 'movements'>,
): Promise<'moved' | 'counted' | undefined> {
  let counted = false
  for (let after: readonly [number] | undefined; ; ) {
    const page = await stock.movements(id, { after, limit: MOVEMENTS_AT_ONCE })
    const younger = (page?.items ?? []).filter((each) => each.version > version)
    const byHand = younger.filter(({ reason }) => reason === 'adjustment' || reason === 'edit')
    if (byHand.some(isOwn)) return 'moved'
    counted ||= byHand.length > 0
    if (!page?.next || younger.length < page.items.length) return counted ? 'counted' : undefined
    after = [younger.at(-1)!.version]
  }
}
