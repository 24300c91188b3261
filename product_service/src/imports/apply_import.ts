/**
 * Applies the steps of a checked import, in order, some at a time. Invariants 1 to 3 of domain/import.ts.
 *
 * If the process dies
 *  - after a group or product was made or edited: the repetition finds it as wanted;
 *  - after stock moved: the repetition has the same key, and the ledger answers with the first movement;
 *  - before `position` was saved: the steps behind it are repeated.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import {
  type ApplyCounts,
  changed,
  type Import,
  type ImportNote,
  type ImportStep,
  noteNumberOf,
} from '../domain/import.ts'
import type { Imports } from '../domain/import_ports.ts'
import { applyStep, type Outcome, type StepPorts } from './apply_step.ts'

/** Steps that are applied together: they share a commit, and one answer of a shop waits for one such batch at most. */
export const APPLY_STEPS_AT_ONCE = 100
/** Of the time that a batch took, how long the shop has for itself before the next one. */
const PAUSE_PER_BATCH = 0.5
const PAUSE_MAX_MS = 1_000

export type ApplyPorts = StepPorts & {
  readonly imports: Imports
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'sleep'>
  readonly mayContinue: () => Promise<boolean>
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

function counted(counts: ApplyCounts, { is, delta = 0 }: Outcome): ApplyCounts {
  return {
    ...counts,
    [is]: counts[is] + 1,
    stockIn: counts.stockIn + Math.max(0, delta),
    stockOut: counts.stockOut + Math.max(0, -delta),
  }
}

function noteOf(step: ImportStep, { is, why }: Outcome) {
  if (why === undefined) return []
  const kind = is === 'conflicts' ? ('conflict' as const) : ('refused' as const)
  const note: ImportNote = { row: step.row, column: null, kind, ...why }
  return [{ number: noteNumberOf(step), note }]
}
