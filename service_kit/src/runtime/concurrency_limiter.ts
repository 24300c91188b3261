/**
 * A concurrency limiter: runs a few tasks of a kind at once, queues a few more, and refuses the rest.
 *
 * Invariants
 *  1. At most `concurrency` tasks run, and at most `queueMax` wait, of one client at most `clientMax`. One more fails at once
 *     with `overloaded`.
 *  2. A task that has waited for `waitMs` fails with `overloaded` too, and never starts.
 *  3. Clients take turns (fair_queue.ts): a client with many tasks delays another by one of them, and when the queue is full it
 *     is the client with the most that loses one. The client is that of the request (request_context.ts); work of the service
 *     itself counts as one.
 */
import { createFairQueue } from './fair_queue.ts'
import { Problem } from './problem.ts'
import { currentContext } from './request_context.ts'
import type { Runtime } from './runtime.ts'

export type ConcurrencyLimits = {
  readonly runtime: Pick<Runtime, 'after'>
  /** What the tasks are, in the plural, for the message of a refusal. */
  readonly what: string
  readonly concurrency: number
  readonly queueMax: number
  /** Default: as many as may wait at all. */
  readonly clientMax?: number
  readonly waitMs: number
}

export type ConcurrencyLimiter = {
  run<T>(task: () => Promise<T>): Promise<T>
}

const SERVICE_ITSELF = ''

export function createConcurrencyLimiter(limits: ConcurrencyLimits): ConcurrencyLimiter {
  const { runtime, what, concurrency, queueMax, clientMax = queueMax, waitMs } = limits
  const refusal = (isOwner: boolean) =>
    new Problem(
      'overloaded',
      `Too many ${what} ${isOwner ? 'from your address wait' : 'are under way'}; try again.`,
    )
  const queue = createFairQueue({ waitingMax: queueMax, ownerMax: clientMax, refusal })
  let running = 0

  const waitForTurn = async () => {
    const waiting = new AbortController()
    const cancel = runtime.after(waitMs, () => waiting.abort(refusal(false)))
    try {
      await queue.wait(currentContext().client ?? SERVICE_ITSELF, waiting.signal)
    } finally {
      cancel()
    }
  }
  return {
    async run(task) {
      // It starts at once, and needs no timer.
      if (running < concurrency) running += 1
      else await waitForTurn()
      try {
        return await task()
      } finally {
        // The slot passes directly to the next task, so no later caller can take it first.
        if (!queue.startNext()) running -= 1
      }
    },
  }
}
