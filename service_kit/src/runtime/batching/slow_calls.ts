/**
 * When a call has taken so long that its answer is not waited for, and what becomes of it then.
 *
 * Promises
 *  1. A call hangs after its part of the deadline, or after several times what calls that were answered took lately:
 *     where all calls are slow, none hangs. It may still be answered.
 *  2. At most HANGING_MAX hang: the eldest is ended by its signal when there is one more.
 */

export const HANGING_MAX = 8
const PATIENCE = { ofDeadline: 1 / 16, ofUsual: 4 }
/** What is left of the longest with each call. */
const REMEMBERED = 0.8

export type Watched = {
  readonly signal: AbortSignal
  /** `usual`: the time it took is what such calls take. */
  answered(usual: boolean): void
  /** In whatever way; to be called once. */
  ended(): void
}

export type HangingCalls = {
  /**
   * `onHang` is called at most once. With `unlessAllDo`, while nothing at all was answered since the call began, only
   * one call after the other is said to hang: it may be the other side that is slow, or a bad item in each.
   */
  watch(onHang: () => void, options: { readonly unlessAllDo: boolean }): Watched
  /** A call that is never said to hang. */
  unwatched(): Watched
}

export function createHangingCalls(deadlineMs: number, clock: () => number): HangingCalls {
  const hanging = new Set<AbortController>()
  let answeredAt = 0
  let probedAt = 0
  let usualMs = 0

  const patienceMs = () => Math.max(deadlineMs * PATIENCE.ofDeadline, usualMs * PATIENCE.ofUsual)

  const begin = (onHang?: () => void, unlessAllDo = false): Watched => {
    const begun = clock()
    const ender = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const look = () => {
      const left = patienceMs() - (clock() - begun)
      if (left > 0) timer = setTimeout(look, left)
      else if (unlessAllDo && answeredAt < begun && clock() < probedAt + patienceMs())
        timer = setTimeout(look, patienceMs() / 4)
      else hang()
    }
    const hang = () => {
      probedAt = clock()
      hanging.add(ender)
      if (hanging.size > HANGING_MAX) endEldest()
      onHang!()
    }
    if (onHang) look()
    return {
      signal: ender.signal,
      answered(usual) {
        answeredAt = clock()
        if (usual) usualMs = Math.max(answeredAt - begun, usualMs * REMEMBERED)
      },
      ended() {
        clearTimeout(timer)
        hanging.delete(ender)
      },
    }
  }

  const endEldest = () => {
    const [eldest] = hanging
    hanging.delete(eldest!)
    eldest!.abort(new Error('it hung, and so did others'))
  }

  return {
    watch: (onHang, { unlessAllDo }) => begin(onHang, unlessAllDo),
    unwatched: () => begin(),
  }
}
