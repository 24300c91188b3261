/**
 * Concurrent work of one process that travels to MongoDB together. Each piece still has its own answer.
 *
 * Promises
 *  1. A piece resolves or rejects with what became of it, not of its neighbours.
 *  2. At most `inFlightMax` groups are under way and QUEUE_MAX pieces wait; one more is refused with `overloaded`.
 *  3. A piece that waited longer than the deadline of its caller is not begun any more.
 */

import type { Outcome } from '../runtime/batching/shared_call.ts'
import { Problem } from '../runtime/problem.ts'
import { unavailable } from './errors.ts'
import { DEADLINE_MS } from './store.ts'

export const QUEUE_MAX = 20_000
/** Pieces in one group at most. */
export const GROUP_MAX = 256

export type Sharing<Piece, Answer> = {
  /** One outcome a piece, in their order. Rejecting rejects them all. */
  run(pieces: readonly Piece[]): Promise<readonly Outcome<Answer>[]>
  readonly inFlightMax: number
  /** What a piece counts towards GROUP_MAX; 1 unless given. */
  weight?(piece: Piece): number
}

type Waiting<Piece, Answer> = {
  readonly piece: Piece
  readonly since: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

export function shareWork<Piece, Answer>({
  run,
  inFlightMax,
  weight = () => 1,
}: Sharing<Piece, Answer>): (piece: Piece) => Promise<Answer> {
  const queue: Waiting<Piece, Answer>[] = []
  let inFlight = 0
  let scheduled = false

  const schedule = () => {
    if (scheduled || inFlight >= inFlightMax || queue.length === 0) return
    scheduled = true
    // After all sockets that are ready were read, so that what came together goes together.
    setImmediate(start)
  }

  const start = () => {
    scheduled = false
    const group = takeGroup()
    if (group.length > 0) {
      inFlight++
      runGroup(group).finally(() => {
        inFlight--
        schedule()
      })
    }
    schedule()
  }

  const takeGroup = () => {
    const group: Waiting<Piece, Answer>[] = []
    const begunBefore = performance.now() - DEADLINE_MS
    let sum = 0
    let taken = 0
    for (const waiting of queue) {
      const weighs = weight(waiting.piece)
      if (group.length > 0 && sum + weighs > GROUP_MAX) break
      taken++
      if (waiting.since < begunBefore) {
        waiting.reject(unavailable(new Error('It waited too long and was not begun.')))
        continue
      }
      sum += weighs
      group.push(waiting)
    }
    queue.splice(0, taken)
    return group
  }

  const runGroup = async (group: readonly Waiting<Piece, Answer>[]) => {
    try {
      const outcomes = await run(group.map(({ piece }) => piece))
      group.forEach(({ resolve, reject }, i) => {
        const outcome = outcomes[i]!
        if (outcome.ok) resolve(outcome.value)
        else reject(outcome.error)
      })
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  return (piece) => {
    if (queue.length >= QUEUE_MAX) {
      return Promise.reject(new Problem('overloaded', `${QUEUE_MAX} writes are already waiting.`))
    }
    return new Promise((resolve, reject) => {
      queue.push({ piece, since: performance.now(), resolve, reject })
      schedule()
    })
  }
}
