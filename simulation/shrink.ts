/** Makes a failing history small: first fewer kinds of faults, then fewer clients, then fewer steps of each client. */
import type { Level, Outcome, Plan } from './core/history.ts'

/** More than any level has. */
export const CLIENTS_MAX = 10
export const STEPS_MAX = 8

/** What makes two violations the same: the invariant, or the first words. */
export const kindOf = (violation: string): string =>
  /^(?:Invariant )?(\d+)(?=[:.])/.exec(violation)?.[1] ?? violation.slice(0, 30)

export type Shrunk = { readonly plan: Plan; readonly outcome: Outcome; readonly tried: number }

export async function shrink(level: Level, failing: Plan): Promise<Shrunk> {
  let plan = failing
  let outcome = await level.run(plan, true)
  let tried = 1
  if (outcome.violation === undefined) return { plan, outcome, tried }
  const kind = kindOf(outcome.violation)

  const attempt = async (smaller: Plan): Promise<boolean> => {
    tried += 1
    const result = await level.run(smaller, true)
    if (result.violation === undefined || kindOf(result.violation) !== kind) return false
    plan = smaller
    outcome = result
    return true
  }

  // Those that never happened too: so the plan says all that is not needed.
  for (const fault of level.faults) await attempt({ ...plan, off: [...plan.off, fault] })
  for (let client = CLIENTS_MAX; client >= 0; client--) {
    const clients = plan.clients ?? Array.from({ length: CLIENTS_MAX + 1 }, (_, at) => at)
    if (clients.includes(client))
      await attempt({ ...plan, clients: clients.filter((each) => each !== client) })
  }
  for (let steps = 1; steps < (plan.steps ?? STEPS_MAX); steps++) {
    if (await attempt({ ...plan, steps })) break
  }
  return { plan, outcome, tried }
}
