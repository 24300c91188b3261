/** What the worker processes are given, one task after the other. */
import type { Plan } from './core/history.ts'
import type { Task } from './worker.ts'

/** Histories in one task: the work is shared evenly, and a run whose time is over ends soon. */
const HISTORIES_MAX = 20

/** Regressions first; then the levels in turn, so that a run that is ended early has played some of each. */
export function* tasksOf(
  names: readonly string[],
  from: number,
  regressions: readonly { readonly level: string; readonly plan: Plan }[],
  countOf: (name: string) => number,
): Generator<Task> {
  let id = 0
  for (const { level, plan } of regressions) yield { id: ++id, level, plans: [plan] }
  const left = new Map(names.map((name) => [name, { seed: from, count: countOf(name) }]))
  while (left.size > 0) {
    for (const [level, rest] of left) {
      const count = Math.min(HISTORIES_MAX, rest.count)
      const plans = Array.from({ length: count }, (_, at) => ({ seed: rest.seed + at, off: [] }))
      rest.seed += count
      rest.count -= count
      if (rest.count === 0) left.delete(level)
      if (count > 0) yield { id: ++id, level, plans }
    }
  }
}
