/**
 * The check of an import: reads the file, compares each row with the catalogue, and stores the steps. Nothing else is changed.
 * A check that was interrupted begins again under another name, so what it left is never used.
 */
import { nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import { columnsFault, columnsOf } from '../csv/columns.ts'
import { readCsv, UnreadableFile } from '../csv/read_csv.ts'
import { readRows } from '../csv/read_rows.ts'
import { categoryNames } from '../domain/category_names.ts'
import type { Categories } from '../domain/category_ports.ts'
import {
  changed,
  IMPORT_ROWS_MAX,
  type Import,
  type ImportStep,
  NO_CHECK,
  type NumberedNote,
} from '../domain/import.ts'
import type { Imports } from '../domain/import_ports.ts'
import { type Saying, saying } from '../domain/import_texts.ts'
import { createPlan, type PlanPorts } from './plan_rows.ts'

/** Rows between two saves, and two pauses. */
export const CHECK_ROWS_AT_ONCE = 200

export type CheckPorts = PlanPorts & {
  readonly imports: Imports
  readonly categories: Pick<Categories, 'tree'>
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
    if (unfit) return void (await save({ ...failedFor(unfit), sheet }, [], []))
    const plan = createPlan(ports, categoryNames(await ports.categories.tree()))
    let blanks = 0
    for await (const { row, blank, read } of readRows(table.rows, {
      ...{ format, names, fields },
      ...ports.money(),
    })) {
      if (blank) blanks += 1
      const rows = row - 1 - blanks
      if (rows > IMPORT_ROWS_MAX) {
        throw new UnreadableFile(saying('file_too_many_rows', { max: IMPORT_ROWS_MAX }))
      }
      if (blank) {
        if (blanks % CHECK_ROWS_AT_ONCE === 0) await nextTurn(runtime)
        continue
      }
      for (const each of read) await plan.add(each)
      plan.at(rows)
      if (rows % CHECK_ROWS_AT_ONCE !== 0) continue
      const { fields: found, steps, notes } = plan.take()
      if (!(await save({ ...found, sheet }, steps, notes))) return
      await nextTurn(runtime)
    }
    const { fields: found, steps, notes } = plan.take()
    await save({ ...found, sheet, state: 'checked' }, steps, notes)
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error
    await save(failedFor(error.why), [], [])
  }
}

const failedFor = ({ code, values, message }: Saying) =>
  ({ state: 'failed', failure: message, failureOf: { code, values } }) as const

async function* partsOf({ id, parts }: Import, imports: Imports): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < parts; number++) {
    const content = await imports.part(id, number)
    if (!content) throw new UnreadableFile(saying('file_part_missing'))
    yield content
  }
}
