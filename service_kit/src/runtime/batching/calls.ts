/** When groups are sent: after the I/O that is ready now, so that items that come together are sent together. */
import type { Runtime } from '../runtime.ts'
import { createQueue, type GroupLimits, type Queue, type Waiting } from './queue.ts'

/** At most one run is scheduled: another request before it begins has no effect. */
export type Turns = {
  /** Runs after the I/O that is ready now. */
  request(): void
  /** Runs after so many milliseconds. */
  requestIn(ms: number): void
  isRequested(): boolean
}

export function createTurns({ defer, after }: Pick<Runtime, 'defer' | 'after'>, run: () => void): Turns {
  let requested = false
  const turn = () => {
    requested = false
    run()
  }
  return {
    request() {
      if (requested) return
      requested = true
      defer(turn)
    },
    requestIn(ms) {
      if (requested) return
      requested = true
      after(ms, turn)
    },
    isRequested: () => requested,
  }
}

export type CallQueueOptions<Entry> = GroupLimits<Entry> & {
  readonly runtime: Runtime
  /** Calls that run at once. */
  readonly callsMax: number
  /** Resolves when the next call may begin in its place. Never rejects. */
  call(group: Entry[]): Promise<void>
  /** Removes entries that must not be sent any more. */
  beforeNext?(): void
}

/** A queue that makes a call of each group. */
export function createCallQueue<Entry extends Waiting<unknown, never>>({
  runtime,
  callsMax,
  call,
  beforeNext,
  ...limits
}: CallQueueOptions<Entry>): Queue<Entry> {
  const queue = createQueue<Entry>(limits)
  let running = 0
  const requestCall = () => {
    if (running < callsMax && queue.size() > 0) turns.request()
  }
  const turns = createTurns(runtime, () => {
    while (running < callsMax) {
      beforeNext?.()
      const group = queue.next()
      if (group.length === 0) return
      running++
      call(group).then(() => {
        running--
        requestCall()
      })
    }
  })
  return {
    ...queue,
    push(entry) {
      queue.push(entry)
      requestCall()
    },
    pushPart(part) {
      queue.pushPart(part)
      requestCall()
    },
  }
}
