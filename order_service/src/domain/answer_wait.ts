/**
 * Lets new orders wait for an answer that is about to come, so that both share a commit (decision 25).
 *
 * A commit costs nearly the same for one order as for a hundred. An order that arrives while the product service is being
 * asked gains nothing from a commit of its own: its call begins after that answer. So it is recorded together with the
 * answer, after ANSWER_WAIT_MS at the latest. While no request is under way, no timer runs.
 */
import type { Reservations, Timers } from './ports.ts'

/** Longer than most calls take, and too short to notice when a call hangs. */
export const ANSWER_WAIT_MS = 20

export type AnswerWait = {
  /** The same, but their holds are counted. */
  readonly reservations: Reservations
  /** Resolves with the next outcome of a hold, or after ANSWER_WAIT_MS. Undefined while none is in flight. */
  nextAnswer(): Promise<void> | undefined
}

export function createAnswerWait(reservations: Reservations, { after }: Pick<Timers, 'after'>): AnswerWait {
  let inFlight = 0
  let next: PromiseWithResolvers<void> | undefined
  let cancel: (() => void) | undefined

  const proceed = () => {
    cancel?.()
    next?.resolve()
    next = undefined
  }

  return {
    reservations: {
      ...reservations,
      async hold(order) {
        inFlight++
        try {
          return await reservations.hold(order)
        } finally {
          inFlight--
          proceed()
        }
      },
    },
    nextAnswer() {
      if (inFlight === 0) return undefined
      if (next === undefined) {
        next = Promise.withResolvers()
        cancel = after(ANSWER_WAIT_MS, proceed)
      }
      return next.promise
    },
  }
}
