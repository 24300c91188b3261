/**
 * Decides when a call has taken so long that its items are sent again before it ends.
 *
 * Invariants
 *  1. A call is slow after its part of the deadline, but not before several times the duration of recently answered calls:
 *     where all calls take long, none is slow. A slow call continues, and may still be answered.
 *  2. At most SLOW_CALLS_MAX of them continue: if there is one more, the oldest is aborted by its signal.
 */
import type { Cancel, Runtime } from '../runtime.ts'

export const SLOW_CALLS_MAX = 8
/** A call is slow after this part of the deadline, and this multiple of the usual duration. */
const SLOW_AFTER = { deadline: 1 / 16, usual: 4 }
/** The usual duration is the longest one lately: with each call it shrinks to this part of itself. */
const USUAL_DECAY = 0.8

export type WatchedCall = {
  readonly signal: AbortSignal
  /** `usual`: its duration counts towards the usual one. */
  answered(usual: boolean): void
  /** Call it when the call has ended, with or without an answer. */
  ended(): void
}

export type SlowCalls = {
  /**
   * `onSlow` is called at most once; a call without it never becomes slow. With `oneByOne`, and while no call was answered
   * since this one began, only one call after the other becomes slow: either the other side is slow, or each call has a bad
   * item.
   */
  watch(onSlow: (() => void) | undefined, options: { readonly oneByOne: boolean }): WatchedCall
}

export function createSlowCalls(
  deadlineMs: number,
  { monotonic, after }: Pick<Runtime, 'monotonic' | 'after'>,
): SlowCalls {
  const slow = new Set<AbortController>()
  let answeredAt = 0
  let slowAt = 0
  let usualMs = 0

  const slowAfterMs = () => Math.max(deadlineMs * SLOW_AFTER.deadline, usualMs * SLOW_AFTER.usual)

  const watch: SlowCalls['watch'] = (onSlow, { oneByOne }) => {
    const begun = monotonic()
    const ending = new AbortController()
    let cancel: Cancel | undefined
    const check = () => {
      const left = slowAfterMs() - (monotonic() - begun)
      if (left > 0) cancel = after(left, check)
      else if (oneByOne && answeredAt < begun && monotonic() < slowAt + slowAfterMs())
        cancel = after(slowAfterMs() / 4, check)
      else becomeSlow()
    }
    const becomeSlow = () => {
      slowAt = monotonic()
      slow.add(ending)
      if (slow.size > SLOW_CALLS_MAX) endOldest()
      onSlow?.()
    }
    if (onSlow) check()
    return {
      signal: ending.signal,
      answered(usual) {
        answeredAt = monotonic()
        if (usual) usualMs = Math.max(answeredAt - begun, usualMs * USUAL_DECAY)
      },
      ended() {
        cancel?.()
        slow.delete(ending)
      },
    }
  }

  const endOldest = () => {
    const [oldest] = slow
    slow.delete(oldest!)
    oldest!.abort(new Error('it was slow, and so were too many others'))
  }

  return { watch }
}
