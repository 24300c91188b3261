/**
 * The check of an import: reads the file, compares each row with the catalogue, and stores the steps. Nothing else is changed.
 * A check that was interrupted begins again under another name, so what it left is never used.
 */
import { nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import { columnsFault, columnsOf } from '../csv/columns.ts'
import { readCsv, UnreadableFile } from '../csv/read_csv.ts'
import { readRows } from '../csv/read_rows.ts'
import {
  changed,
  IMPORT_NOTES_MAX,
  IMPORT_ROWS_MAX,
  type Import,
  type ImportNote,
  type ImportStep,
  NO_CHECK,
  type NumberedNote,
} from '../domain/import.ts'
import { type FutureGroup, faulty, type Planned, planGroup, planProduct } from '../domain/import_plan.ts'
import type { Imports } from '../domain/import_ports.ts'
import type { GroupWish, ProductWish, ReadRow, Wish } from '../domain/import_wishes.ts'
import type { MediaRecords } from '../domain/media_ports.ts'
import { createKnown, type Known, type KnownPorts, Unknown } from './find_known.ts'
import { createSeen, type Seen } from './seen_keys.ts'

/** Rows between two saves, and two pauses. */
export const CHECK_ROWS_AT_ONCE = 200

export type CheckPorts = KnownPorts & {
  readonly imports: Imports
  readonly media: Pick<MediaRecords, 'find'>
  /** The id of a category by its id, slug or path; undefined if there is none. */
  readonly categoryOf: (text: string) => Promise<string | undefined>
  readonly money: () => { readonly currency: string; readonly digits: number }
  readonly runtime: Pick<Runtime, 'now' | 'newId' | 'defer'>
  /** False when the work is to end: another worker has it, or the service stops. */
  readonly mayContinue: () => Promise<boolean>
}

/** Resolves when the check has ended, or must not go on. */
export async function checkImport(job: Import, ports: CheckPorts): Promise<void> {
  const { imports, runtime } = ports
  const at = () => runtime.now().toISOString()
  let current = changed(
    job,
    { attempt: runtime.newId(), checked: NO_CHECK, steps: 0, position: 0, sheet: null },
    at(),
  )
  if (!(await imports.save(current))) return
  const save = async (
    fields: Partial<Import>,
    steps: readonly ImportStep[],
    notes: readonly NumberedNote[],
  ) => {
    current = changed(current, fields, at())
    return (await ports.mayContinue()) && (await imports.save(current, { steps, notes }))
  }
  try {
    const table = await readCsv(partsOf(job, imports))
    const { names, delimiter, encoding } = table
    const { format, fields, columns } = columnsOf(names)
    const sheet = { format, delimiter, encoding, columns }
    const unfit = columnsFault(fields)
    if (unfit !== undefined) return void (await save({ state: 'failed', failure: unfit, sheet }, [], []))
    const plan = createPlan(ports)
    for await (const { row, read } of readRows(table.rows, { format, names, fields, ...ports.money() })) {
      if (row > IMPORT_ROWS_MAX + 1) {
        throw new UnreadableFile(`The file has more than ${IMPORT_ROWS_MAX} rows. Split it.`)
      }
      for (const each of read) await plan.add(each)
      plan.at(row - 1)
      if ((row - 1) % CHECK_ROWS_AT_ONCE !== 0) continue
      const { fields: found, steps, notes } = plan.take()
      if (!(await save({ ...found, sheet }, steps, notes))) return
      await nextTurn(runtime)
    }
    const { fields: found, steps, notes } = plan.take()
    await save({ ...found, sheet, state: 'checked' }, steps, notes)
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error
    await save({ state: 'failed', failure: error.message }, [], [])
  }
}

async function* partsOf({ id, parts }: Import, imports: Imports): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < parts; number++) {
    const content = await imports.part(id, number)
    if (!content) throw new UnreadableFile('A part of the file is missing. Upload it again.')
    yield content
  }
}

function createPlan(ports: CheckPorts) {
  const known = createKnown(ports)
  const seen = createSeen()
  const newGroups = new Map<string, FutureGroup>()
  let counts = NO_CHECK
  let [steps, notes]: [ImportStep[], NumberedNote[]] = [[], []]
  let [stepCount, noteCount] = [0, 0]

  const say = (note: ImportNote) => {
    const { kind } = note
    const of = kind === 'fault' ? 'faults' : kind === 'warning' ? 'warnings' : 'conflicts'
    counts = { ...counts, [of]: counts[of] + 1 }
    noteCount += 1
    if (noteCount <= IMPORT_NOTES_MAX) notes.push({ number: noteCount, note })
  }
  const count = (what: 'created' | 'changed' | 'unchanged') => {
    counts = { ...counts, [what]: counts[what] + 1 }
  }

  return {
    async add({ wish, notes: read }: ReadRow) {
      read.forEach(say)
      if (!wish) return
      const { step, notes: planned } = await planOf(wish, ports, known, seen, newGroups)
      planned.forEach(say)
      if (planned.some(({ kind }) => kind === 'fault')) return
      if (!step) return count('unchanged')
      stepCount += 1
      steps.push({ ...step, number: stepCount })
      count(step.seen === null ? 'created' : 'changed')
      if (step.of !== 'product' || step.delta === 0) return
      const of = step.delta > 0 ? 'stockIn' : 'stockOut'
      counts = { ...counts, [of]: counts[of] + Math.abs(step.delta) }
    },
    at(rows: number) {
      counts = { ...counts, rows }
    },
    /** What was found since the last time, to be saved. */
    take() {
      const taken = { fields: { checked: counts, steps: stepCount }, steps, notes }
      steps = []
      notes = []
      return taken
    },
  }
}

async function planOf(
  wish: Wish,
  ports: CheckPorts,
  known: Known,
  seen: Seen,
  newGroups: Map<string, FutureGroup>,
): Promise<Planned> {
  const { row } = wish
  try {
    const repeated = seen.add(wish)
    if (repeated) return faulty(row, repeated.column, repeated.message)
    const categories = await categoryIds(wish, ports)
    await requirePictures(wish, ports)
    return wish.of === 'group'
      ? await planOfGroup(wish, ports, known, newGroups, categories)
      : await planOfProduct(wish, ports, known, newGroups, categories)
  } catch (error) {
    if (error instanceof Unknown) return faulty(row, error.column, error.message)
    throw error
  }
}

async function planOfGroup(
  wish: GroupWish,
  { runtime }: CheckPorts,
  known: Known,
  newGroups: Map<string, FutureGroup>,
  categories: readonly string[] | undefined,
): Promise<Planned> {
  const current = await known.group(wish)
  const planned = planGroup(wish, current, { newId: runtime.newId(), categories })
  if (planned.notes.length === 0) {
    const { step } = planned
    const fields = step?.of === 'group' ? step.fields : {}
    const base = current ?? { id: step!.id, name: step!.name, options: [] }
    const { id, name = base.name, options = base.options } = { id: base.id, ...fields }
    for (const key of [id, current?.slug, wish.fields.slug])
      if (key) newGroups.set(key, { id, name, options })
  }
  return planned
}

async function planOfProduct(
  wish: ProductWish,
  { runtime }: CheckPorts,
  known: Known,
  newGroups: Map<string, FutureGroup>,
  categories: readonly string[] | undefined,
): Promise<Planned> {
  const { group: name } = wish
  const group = name === undefined ? undefined : (newGroups.get(name) ?? (await known.groupNamed(name)))
  if (name !== undefined && !group) {
    throw new Unknown('group', `There is no group ${name}, and no row before that makes it.`)
  }
  const current = await known.product(wish, group)
  return planProduct(wish, current, { newId: runtime.newId(), group, categories })
}

async function categoryIds({ categories }: Wish, { categoryOf }: CheckPorts) {
  if (categories === undefined) return undefined
  const ids: string[] = []
  for (const text of categories) {
    const id = await categoryOf(text)
    if (id === undefined) throw new Unknown('categories', `There is no category ${text}.`)
    ids.push(id)
  }
  return ids
}

async function requirePictures(wish: Wish, { media }: CheckPorts) {
  const items = wish.of === 'group' ? wish.fields.media : wish.fields.details.media
  for (const { id } of items ?? []) {
    if (!(await media.find(id))) throw new Unknown('pictures', `There is no picture ${id}. Upload it first.`)
  }
}
