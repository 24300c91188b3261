/**
 * Queues in front of expensive work: at most `atOnce` tasks run, and at most `waitingMax` wait in each queue, so memory
 * stays bounded.
 *
 * Promises
 *  1. A full queue does not block the others: each has its own bound.
 *  2. Known callers go first, then other logins, then new accounts. SCHEDULE gives each queue a share, so none starves.
 *  3. Within a queue the owners take turns, however many tasks each has. When the queue is full, a new task displaces the
 *     last task of the owner with the most; if that is the caller, the new task is refused with `overloaded`.
 *  4. A task whose caller disconnects while it waits leaves the queue and never starts.
 */
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
  const queues = Object.fromEntries(QUEUES.map((name) => [name, createQueue(waitingMax)])) as Record<
    HashQueue,
    Queue
  >
  let running = 0
  let turn = 0

  const next = (): Task | undefined => {
    const scheduled = SCHEDULE[turn]!
    turn = (turn + 1) % SCHEDULE.length
    for (const name of [scheduled, ...QUEUES]) {
      const task = queues[name].shift()
      if (task) return task
    }
    return undefined
  }

  const release = () => {
    const task = next()
    // The slot passes directly to the next task, so no later caller can take it first.
    if (task) task.start()
    else running -= 1
  }

  return {
    async run({ queue, owner, signal }, work) {
      if (signal?.aborted) throw abandoned()
      if (running < atOnce) running += 1
      else await queues[queue].wait(owner, signal)
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

type Task = { readonly start: () => void; readonly refuse: (why: Error) => void }

type Queue = {
  /** Resolves when this task may start. */
  wait(owner: string, signal: AbortSignal | undefined): Promise<void>
  shift(): Task | undefined
  length(): number
}

function createQueue(waitingMax: number): Queue {
  /** By owner, in the order of their turns. No owner is in it without a task. */
  const tasks = new Map<string, Task[]>()
  let length = 0

  const remove = (owner: string, task: Task) => {
    const own = tasks.get(owner)
    const at = own?.indexOf(task) ?? -1
    if (!own || at === -1) return
    own.splice(at, 1)
    length -= 1
    if (own.length === 0) tasks.delete(owner)
  }

  const makeRoom = (owner: string) => {
    if (length < waitingMax) return
    // An owner is displaced only if it still has more than the caller afterwards; otherwise two could displace each other.
    let most = (tasks.get(owner)?.length ?? 0) + 1
    let displaced: string | undefined
    for (const [other, own] of tasks) {
      if (own.length > most) {
        most = own.length
        displaced = other
      }
    }
    if (displaced === undefined) throw overloaded()
    const last = tasks.get(displaced)!.at(-1)!
    remove(displaced, last)
    last.refuse(overloaded())
  }

  return {
    wait(owner, signal) {
      makeRoom(owner)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const task: Task = { start: resolve, refuse: reject }
      const own = tasks.get(owner)
      if (own) own.push(task)
      else tasks.set(owner, [task])
      length += 1
      const abandon = () => {
        remove(owner, task)
        reject(abandoned())
      }
      signal?.addEventListener('abort', abandon, { once: true })
      return promise.finally(() => signal?.removeEventListener('abort', abandon))
    },
    shift() {
      const first = tasks.entries().next().value
      if (!first) return undefined
      const [owner, own] = first
      const task = own.shift()!
      length -= 1
      // Inserted again, so that this owner's next turn comes last.
      tasks.delete(owner)
      if (own.length > 0) tasks.set(owner, own)
      return task
    },
    length: () => length,
  }
}

const overloaded = () => new Problem('overloaded', 'Too many passwords are being checked. Try again soon.')
const abandoned = () => new Problem('overloaded', 'The caller disconnected before the work could start.')
