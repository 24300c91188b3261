/**
 * Queues in front of expensive work: at most `atOnce` tasks run, and at most `waitingMax` wait in each queue, so memory
 * stays bounded.
 *
 * Promises
 *  1. A full queue does not block the others: each has its own bound.
 *  2. Known callers go first, then other logins, then new accounts. SCHEDULE gives each queue a share, so none starves.
 *  3. Within a queue the owners take turns, however many tasks each has (fair_queue.ts of the kit). When the queue is full, a new
 *     task displaces the last task of the owner with the most; if that is the caller, the new task is refused with `overloaded`.
 *  4. A task whose caller disconnects while it waits leaves the queue and never starts.
 */
import { createFairQueue, type FairQueue } from '@shop/service_kit/runtime/fair_queue'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { HashQueue, QueueTicket } from '../domain/crypto_ports.ts'

const QUEUES: readonly HashQueue[] = ['known', 'login', 'registration']
/** Weighted round robin. When the scheduled queue is empty, the first of QUEUES with a task is served. */
const SCHEDULE: readonly HashQueue[] = [
  ...(['known', 'known', 'known', 'login'] as const),
  ...(['known', 'known', 'known', 'registration'] as const),
]

export type WorkQueues = {
  run<T>(ticket: QueueTicket, work: () => Promise<T>): Promise<T>
  waiting(): number
  running(): number
}

export function createWorkQueues({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }): WorkQueues {
  const queues = Object.fromEntries(
    QUEUES.map((name) => [name, createFairQueue({ waitingMax, refusal: overloaded })]),
  ) as Record<HashQueue, FairQueue>
  let running = 0
  let turn = 0

  const release = () => {
    const scheduled = SCHEDULE[turn]!
    turn = (turn + 1) % SCHEDULE.length
    // The slot passes directly to the next task, so no later caller can take it first.
    if (![scheduled, ...QUEUES].some((name) => queues[name].startNext())) running -= 1
  }

  return {
    async run({ queue, owner, signal }, work) {
      if (signal?.aborted) throw abandoned()
      if (running < atOnce) running += 1
      else
        await queues[queue].wait(owner, signal).catch((error) => {
          throw signal?.aborted ? abandoned() : error
        })
      try {
        if (signal?.aborted) throw abandoned()
        return await work()
      } finally {
        release()
      }
    },
    waiting: () => QUEUES.reduce((sum, name) => sum + queues[name].length(), 0),
    running: () => running,
  }
}

const overloaded = () => new Problem('overloaded', 'Too many passwords are being checked. Try again soon.')
const abandoned = () => new Problem('overloaded', 'The caller disconnected before the work could start.')
