/**
 * When a call has taken so long that its items are sent again without waiting for its end.
 *
 * Promises
 *  1. A call is slow when it took its part of the deadline, or several times as long as calls that were answered lately:
 *     where all calls take long, none is slow. A slow call goes on, and may still be answered.
 *  2. At most SLOW_CALLS_MAX of them go on: the oldest is ended by its signal when there is one more.
 */
import type { Cancel, Runtime } from '../runtime.ts'

export const SLOW_CALLS_MAX = 8
const PATIENCE = { ofDeadline: 1 / 16, ofUsual: 4 }
/** With each call, this part of the longest time is remembered. */
const REMEMBERED = 0.8

export type WatchedCall = {
  readonly signal: AbortSignal
  /** `usual`: what it took counts as the time that such calls take. */
  answered(usual: boolean): void
  /** With or without an answer. */
  ended(): void
}

export type SlowCalls = {
  /**
   * `onSlow` is called at most once; a call without it never becomes slow. With `oneByOne`, while nothing was answered
   * since the call began, only one call after the other becomes slow: either the other side is slow, or there is a bad
   * item in each call.
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

  const patienceMs = () => Math.max(deadlineMs * PATIENCE.ofDeadline, usualMs * PATIENCE.ofUsual)

  const watch: SlowCalls['watch'] = (onSlow, { oneByOne }) => {
    const begun = monotonic()
    const ending = new AbortController()
    let cancel: Cancel | undefined
    const look = () => {
      const left = patienceMs() - (monotonic() - begun)
      if (left > 0) cancel = after(left, look)
      else if (oneByOne && answeredAt < begun && monotonic() < slowAt + patienceMs())
        cancel = after(patienceMs() / 4, look)
      else becomeSlow()
    }
    const becomeSlow = () => {
      slowAt = monotonic()
      slow.add(ending)
      if (slow.size > SLOW_CALLS_MAX) endOldest()
      onSlow?.()
    }
    if (onSlow) look()
    return {
      signal: ending.signal,
      answered(usual) {
        answeredAt = monotonic()
        if (usual) usualMs = Math.max(answeredAt - begun, usualMs * REMEMBERED)
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
