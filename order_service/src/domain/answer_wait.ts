/**
 * Lets new orders and changes of status wait for an answer that is about to come, so that all share a commit (decisions 25
 * and 36).
 *
 * A commit costs nearly the same for one order as for a hundred. What comes while the product service is being asked gains
 * nothing from a commit of its own: a call of the same kind begins after that answer. So it is recorded together with the
 * answer, after ANSWER_WAIT_MS at the latest. While no call is under way, nothing waits and no timer runs.
 *
 * Nor does anything wait where writes share no commit (`sharesCommits`): it would be recorded later and gain nothing, and
 * a new order would miss the call that begins after the answer.
 */
import type { OrderStore, Ports, Reservations, Timers } from './ports.ts'

/** Longer than most calls take, and too short to notice when a call hangs. */
export const ANSWER_WAIT_MS = 20

export type AnswerWait = {
  /** The same, but their calls are counted. */
  readonly reservations: Reservations
  /**
   * Resolves with the next outcome of a call, or after ANSWER_WAIT_MS. Undefined while none is in flight, and on a store
   * whose writes share no commit.
   */
  nextAnswer(): Promise<void> | undefined
}

/** For what people ask for, which may wait. */
export type RequestPorts = Ports & Pick<AnswerWait, 'nextAnswer'>

export function createAnswerWait(
  { reservations, orders }: { reservations: Reservations; orders: Pick<OrderStore, 'sharesCommits'> },
  { after }: Pick<Timers, 'after'>,
): AnswerWait {
  let inFlight = 0
  let next: PromiseWithResolvers<void> | undefined
  let cancel: (() => void) | undefined

  const proceed = () => {
    cancel?.()
    next?.resolve()
    next = undefined
  }

  const counted = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    inFlight++
    try {
      return await answer
    } finally {
      inFlight--
      proceed()
    }
  }

  return {
    reservations: {
      ...reservations,
      hold: (order) => counted(reservations.hold(order)),
      release: (order) => counted(reservations.release(order)),
      ship: (order) => counted(reservations.ship(order)),
    },
    nextAnswer() {
      if (!orders.sharesCommits || inFlight === 0) return undefined
      if (next === undefined) {
        next = Promise.withResolvers()
        cancel = after(ANSWER_WAIT_MS, proceed)
      }
      return next.promise
    },
  }
}
