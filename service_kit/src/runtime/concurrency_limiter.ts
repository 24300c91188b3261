/**
 * A concurrency limiter: runs a few tasks of a kind at once, queues a few more, and refuses the rest.
 *
 * Invariants
 *  1. At most `concurrency` tasks run, and at most `queueMax` wait, in the order in which they came. One more fails at
 *     once with `overloaded`.
 *  2. A task that has waited for `waitMs` fails with `overloaded` too, and never starts.
 */
import PQueue from 'p-queue'
import { Problem } from './problem.ts'
import type { Runtime } from './runtime.ts'

export type ConcurrencyLimits = {
  readonly runtime: Pick<Runtime, 'after'>
  /** What the tasks are, in the plural, for the message of a refusal. */
  readonly what: string
  readonly concurrency: number
  readonly queueMax: number
  readonly waitMs: number
}

export type ConcurrencyLimiter = {
  run<T>(task: () => Promise<T>): Promise<T>
}

export function createConcurrencyLimiter(limits: ConcurrencyLimits): ConcurrencyLimiter {
  const { runtime, what, concurrency, queueMax, waitMs } = limits
  const queue = new PQueue({ concurrency })
  const refusal = () => new Problem('overloaded', `Too many ${what} are under way; try again.`)
  return {
    async run(task) {
      // It starts at once, and needs no timer.
      if (queue.pending + queue.size < concurrency) return queue.add(task)
      if (queue.pending >= concurrency && queue.size >= queueMax) throw refusal()
      const waiting = new AbortController()
      const cancel = runtime.after(waitMs, () => waiting.abort(refusal()))
      const start = () => {
        cancel()
        return task()
      }
      return queue.add(start, { signal: waiting.signal })
    },
  }
}
