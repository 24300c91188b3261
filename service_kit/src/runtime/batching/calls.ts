/**
 * When groups begin: after the I/O that is ready now, so that what comes together goes together.
 */
import type { Runtime } from '../runtime.ts'
import { createQueue, type GroupLimits, type Queue, type Waiting } from './queue.ts'

/** At most one run is requested; requesting another before it began changes nothing. */
export type Turns = {
  /** After the I/O that is ready now. */
  request(): void
  /** After so many milliseconds. */
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
  /** Calls under way at once. */
  readonly callsMax: number
  /** Resolves, and never rejects, when the next call may begin in its place. */
  call(group: Entry[]): Promise<void>
  /** Takes out of the queue what is not to be sent any more. */
  beforeNext?(): void
}

/** A queue of which each group becomes a call. */
export function createCallQueue<Entry extends Waiting<unknown, never>>({
  runtime,
  callsMax,
  call,
  beforeNext,
  ...limits
}: CallQueueOptions<Entry>): Queue<Entry> {
  const queue = createQueue<Entry>(limits)
  let underWay = 0
  const begin = () => {
    if (underWay < callsMax && queue.size() > 0) turns.request()
  }
  const turns = createTurns(runtime, () => {
    while (underWay < callsMax) {
      beforeNext?.()
      const group = queue.next()
      if (group.length === 0) return
      underWay++
      call(group).then(() => {
        underWay--
        begin()
      })
    }
  })
  return {
    ...queue,
    push(entry) {
      queue.push(entry)
      begin()
    },
    pushPart(part) {
      queue.pushPart(part)
      begin()
    },
  }
}
