/**
 * A queue in which owners take turns: what one owner asks for does not make the others wait behind all of it.
 *
 * Promises
 *  1. At most `waitingMax` tasks wait, and at most `ownerMax` of one owner (default: all of them). One more is refused at once.
 *  2. Owners take turns, however many tasks each has: a task waits for one task of each other owner before each of its own.
 *  3. When the queue is full, a new task displaces the last task of the owner with the most; if that is its own owner, it is refused.
 *  4. A task whose signal aborts while it waits leaves the queue with the signal's reason, and never starts.
 */
export type FairQueueOptions = {
  readonly waitingMax: number
  readonly ownerMax?: number
  /** With `isOwner` the owner has too many tasks, though there may be room for others. */
  readonly refusal: (isOwner: boolean) => Error
}

export type FairQueue = {
  /** Resolves when this task may start. */
  wait(owner: string, signal?: AbortSignal): Promise<void>
  /** Starts the next task; false if none waits. */
  startNext(): boolean
  length(): number
}

type Task = { readonly start: () => void; readonly refuse: (why: Error) => void }

export function createFairQueue({ waitingMax, ownerMax = waitingMax, refusal }: FairQueueOptions): FairQueue {
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
    const owned = tasks.get(owner)?.length ?? 0
    if (owned >= ownerMax) throw refusal(true)
    if (length < waitingMax) return
    // An owner is displaced only if it still has more than the caller afterwards; otherwise two could displace each other.
    let most = owned + 1
    let displaced: string | undefined
    for (const [other, own] of tasks) {
      if (own.length > most) {
        most = own.length
        displaced = other
      }
    }
    if (displaced === undefined) throw refusal(false)
    const last = tasks.get(displaced)!.at(-1)!
    remove(displaced, last)
    last.refuse(refusal(true))
  }

  return {
    async wait(owner, signal) {
      signal?.throwIfAborted()
      makeRoom(owner)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const task: Task = { start: resolve, refuse: reject }
      const own = tasks.get(owner)
      if (own) own.push(task)
      else tasks.set(owner, [task])
      length += 1
      const leave = () => {
        remove(owner, task)
        reject(signal!.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      return promise.finally(() => signal?.removeEventListener('abort', leave))
    },
    startNext() {
      const first = tasks.entries().next().value
      if (!first) return false
      const [owner, own] = first
      const task = own.shift()!
      length -= 1
      // Inserted again, so that this owner's next turn comes last.
      tasks.delete(owner)
      if (own.length > 0) tasks.set(owner, own)
      task.start()
      return true
    },
    length: () => length,
  }
}
