/**
 * A process that plays histories for main.ts: it gets tasks as messages, and answers each with a Batch.
 *
 * The first history of a task is played twice: a run whose trace differs is reported as a failure, because then no seed would
 * repeat anything.
 */
import type { Level, Outcome, Plan } from './core/history.ts'
import { LEVELS } from './levels.ts'

export type Task = {
  readonly id: number
  readonly level: string
  readonly plans: readonly Plan[]
  /** Ends at the first violation: for planted bugs. Nothing is counted or compared then, so no history is played for that alone. */
  readonly untilViolation?: boolean
}

export type Failure = { readonly level: string; readonly plan: Plan; readonly violation: string }

export type Batch = {
  readonly id: number
  readonly histories: number
  readonly events: number
  readonly cpuMs: number
  readonly faults: Readonly<Record<string, number>>
  readonly situations: Readonly<Record<string, number>>
  readonly failures: readonly Failure[]
  /** The trace of the first history, to be compared with that of another process. */
  readonly firstHash: string
}

/** Nothing is counted of it: what is loaded or compiled only once belongs to no history. */
const WARM_UP: Plan = { seed: 0, off: [] }
const warm = new Map<string, Promise<Level>>()

function levelOf(name: string, warmsUp: boolean): Promise<Level> {
  const known =
    warm.get(name) ??
    (async () => {
      const level = await LEVELS[name]!()
      if (warmsUp) await level.run(WARM_UP, false)
      return level
    })()
  warm.set(name, known)
  return known
}

async function play({ id, level: name, plans, untilViolation = false }: Task): Promise<Batch> {
  const level = await levelOf(name, !untilViolation)
  const before = process.cpuUsage()
  const faults: Record<string, number> = {}
  const situations: Record<string, number> = {}
  const failures: Failure[] = []
  let events = 0
  let histories = 0
  let firstHash = ''

  const count = (outcome: Outcome) => {
    histories += 1
    events += outcome.events
    add(faults, outcome.faults)
    add(situations, outcome.situations)
  }

  for (const [at, plan] of plans.entries()) {
    const outcome = await level.run(plan, false)
    count(outcome)
    if (outcome.violation !== undefined) failures.push({ level: name, plan, violation: outcome.violation })
    if (at === 0) firstHash = outcome.hash
    if (at === 0 && !untilViolation) {
      const again = await level.run(plan, false)
      if (again.hash !== firstHash) failures.push({ level: name, plan, violation: DIFFERS })
    }
    if (untilViolation && failures.length > 0) break
  }
  const { user, system } = process.cpuUsage(before)
  return { id, histories, events, cpuMs: (user + system) / 1000, faults, situations, failures, firstHash }
}

/** It can be neither shrunk nor listed as a regression. */
export const DIFFERS = 'two runs of this seed differ: something is not under the seed'

function add(sum: Record<string, number>, counts: Readonly<Record<string, number>>) {
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count
}

if (process.send) {
  process.on('message', async (task: Task) => {
    try {
      process.send!(await play(task))
    } catch (error) {
      process.stderr.write(`${(error as Error).stack}\n`)
      process.exit(1)
    }
  })
  process.on('disconnect', () => process.exit())
}
