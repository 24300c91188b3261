/** Compares the rows of a file, one after the other, with the catalogue and with the rows before. */
import type { CategoryNames } from '../domain/category_names.ts'
import { isSame } from '../domain/details.ts'
import {
  IMPORT_NOTES_MAX,
  type ImportNote,
  type ImportStep,
  NO_CHECK,
  type NumberedNote,
} from '../domain/import.ts'
import { type FutureGroup, faulty, type Planned, planGroup, planProduct } from '../domain/import_plan.ts'
import { saying } from '../domain/import_texts.ts'
import type { GroupWish, ProductWish, ReadRow, Wish } from '../domain/import_wishes.ts'
import type { MediaRecords } from '../domain/media_ports.ts'
import { createKnown, type Known, type KnownPorts, Unknown } from './find_known.ts'
import { createSeen, type Seen } from './seen_keys.ts'

export type PlanPorts = KnownPorts & {
  readonly media: Pick<MediaRecords, 'find'>
  readonly runtime: { readonly newId: () => string }
}

/** What was found so far. */
type Context = {
  readonly ports: PlanPorts
  readonly known: Known
  readonly seen: Seen
  readonly newGroups: Map<string, FutureGroup>
  readonly names: CategoryNames
}

export function createPlan(ports: PlanPorts, names: CategoryNames) {
  const context: Context = {
    ...{ ports, names, known: createKnown(ports), seen: createSeen(), newGroups: new Map() },
  }
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
      const { step, notes: planned } = await planOf(wish, context)
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

async function planOf(wish: Wish, context: Context): Promise<Planned> {
  const { row } = wish
  try {
    const repeated = context.seen.add(wish)
    if (repeated) return faulty(row, repeated.column, repeated.why)
    await requirePictures(wish, context.ports)
    return await (wish.of === 'group' ? planOfGroup(wish, context) : planOfProduct(wish, context))
  } catch (error) {
    if (error instanceof Unknown) return faulty(row, error.column, error.why)
    throw error
  }
}

async function planOfGroup(wish: GroupWish, { ports, known, newGroups, names }: Context): Promise<Planned> {
  const current = await known.group(wish)
  const categories = categoryIds(wish, names, current?.categories)
  const planned = planGroup(wish, current, { newId: ports.runtime.newId(), categories })
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
  { ports, known, newGroups, names }: Context,
): Promise<Planned> {
  const { group: name } = wish
  const group = name === undefined ? undefined : (newGroups.get(name) ?? (await known.groupNamed(name)))
  if (name !== undefined && !group) {
    throw new Unknown('group', saying('group_unknown', { group: name }))
  }
  const current = await known.product(wish, group)
  const categories = categoryIds(wish, names, current?.details.categories)
  return planProduct(wish, current, { newId: ports.runtime.newId(), group, categories })
}

/** A category that was removed is in no file, and no reason to change anything. */
function categoryIds(
  { categories }: Wish,
  names: CategoryNames,
  current: readonly string[] = [],
): readonly string[] | undefined {
  if (categories === undefined) return undefined
  const ids = categories.map((text) => {
    const id = names.idOf(text)
    if (id === undefined) throw new Unknown('categories', saying('category_unknown', { category: text }))
    return id
  })
  return isSame(ids, current.filter(names.slugOf)) ? current : ids
}

async function requirePictures(wish: Wish, { media }: PlanPorts) {
  const items = wish.of === 'group' ? wish.fields.media : wish.fields.details.media
  for (const { id } of items ?? []) {
    if (!(await media.find(id))) throw new Unknown('pictures', saying('picture_unknown', { id }))
  }
}
