/**
 * One step of an import. It takes effect once, however often it is repeated: texts under the version that the check saw, stock
 * under a key of the import and the row. What was changed after the check is reported, and not overwritten.
 */
import { DomainError } from '../domain/errors.ts'
import type { GroupFields } from '../domain/group.ts'
import type { Groups } from '../domain/group_ports.ts'
import type { Import, ImportStep } from '../domain/import.ts'
import { groupHasFields, hasFields } from '../domain/import_plan.ts'
import type { Catalogue, Stock } from '../domain/ports.ts'
import { NOTE_LENGTH_MAX, type Product, type ProductFields } from '../domain/product.ts'

/** Younger movements than these are not looked at. */
const MOVEMENTS_READ_MAX = 100

export type StepPorts = {
  readonly catalogue: Pick<Catalogue, 'create' | 'edit' | 'findAny'>
  readonly groups: Pick<Groups, 'create' | 'edit' | 'find'>
  readonly stock: Pick<Stock, 'adjust' | 'movements'>
  readonly reached: (place: string) => void
}

export type Outcome = { readonly is: 'created' | 'changed' | 'unchanged' | 'conflicts' | 'refused' } & {
  readonly delta?: number
  readonly message?: string
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
  { groups }: StepPorts,
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
  ports: StepPorts,
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
const reasonOf = ({ name }: Pick<Import, 'name'>, { row }: Pick<ImportStep, 'row'>): string => {
  const tail = `, row ${row}`
  return `import ${name}`.slice(0, NOTE_LENGTH_MAX - tail.length).toWellFormed() + tail
}

const adjust = (step: ProductStep, job: Import, stamp: Stamp, { stock }: StepPorts) =>
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
  { stock }: StepPorts,
): Promise<boolean> {
  const page = await stock.movements(current.id, { after: undefined, limit: MOVEMENTS_READ_MAX })
  return (page?.items ?? []).some(
    ({ version, reason, note, by }) =>
      version > step.seen! &&
      (reason === 'adjustment' || reason === 'edit') &&
      !(note === reasonOf(job, step) && by === job.createdBy),
  )
}
