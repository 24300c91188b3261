/**
 * Letting in only as much work of a kind as can be done: some at once, some waiting, and no more.
 *
 * Promises
 *  1. At most `atOnce` works run, and at most `waiting` wait, in the order they came; one more fails at once with
 *     `overloaded`, and so costs nothing.
 *  2. Nobody waits longer than `waitMs` to begin; then it fails with `overloaded` too, and is never begun.
 */
import { Problem } from './problem.ts'
import type { Runtime } from './runtime.ts'

export type AdmissionOptions = {
  readonly runtime: Pick<Runtime, 'after'>
  /** What it is, in the plural, for the one who is refused. */
  readonly what: string
  readonly atOnce: number
  readonly waiting: number
  readonly waitMs: number
}

export type Admission = {
  run<T>(work: () => Promise<T>): Promise<T>
}

export function createAdmission({ runtime, what, atOnce, waiting, waitMs }: AdmissionOptions): Admission {
  let running = 0
  const queue = new Set<() => void>()

  const place = () =>
    new Promise<void>((resolve, reject) => {
      const begin = () => {
        cancel()
        queue.delete(begin)
        resolve()
      }
      const cancel = runtime.after(waitMs, () => {
        queue.delete(begin)
        reject(refusal(what))
      })
      queue.add(begin)
    })

  return {
    async run(work) {
      if (running < atOnce) running++
      else if (queue.size >= waiting) throw refusal(what)
      else await place()
      try {
        return await work()
      } finally {
        // Who waits takes over the place of the one that ended.
        const [next] = queue
        if (next) next()
        else running--
      }
    },
  }
}

const refusal = (what: string) => new Problem('overloaded', `Too many ${what} are under way; try again.`)
