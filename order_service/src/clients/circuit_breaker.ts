/**
 * Remembers that the other service is down, so that nobody waits to find out again.
 *
 * After a failed call further calls fail at once for a pause (backoff.ts) of at most PAUSE.maxMs, or as long as the
 * service asks for; then one call at a time is let through, and the first that is answered ends it. The end of each
 * pause is told, so that work nobody waits for can be that call, and the service is found to be back though nobody
 * orders.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import { OutcomeUnknown } from '../domain/errors.ts'
import type { CircuitState } from '../domain/ports.ts'

/** A trial costs a service that is back nothing, and one that is not a connection; orders wait as long as this. */
export const PAUSE: Backoff = { firstMs: 200, maxMs: 500 }
/** However long the service asks us to wait (`Retry-After`), it is asked once in this time. */
export const RETRY_AFTER_MAX_MS = 5_000
/** So many items in a row that each met a fault of the service, and none was answered: it is the service. */
export const FAILURE_THRESHOLD = 8

/** Then another trial may begin: the one under way may be of an order that is never answered. */
export const TRIAL_TIMEOUT_MS = 250

/** One call, to be ended in exactly one of these ways. */
export type GuardedCall = {
  /** It finds out whether the service is back. */
  readonly trial: boolean
  answered(): void
  /** No answer, or none that a service in order gives. */
  failed(error: unknown): void
  /** No answer, which says nothing about the service where another call was answered meanwhile. */
  noAnswer(error: unknown): void
  /** A fault of the service, or of the one item that was in it. */
  serverError(error: unknown): void
  /** Nothing was learnt. */
  inconclusive(): void
}

export type CircuitBreaker = {
  state(): CircuitState
  /** Throws OutcomeUnknown while the service is down. */
  begin(): GuardedCall
}

export type CircuitBreakerOptions = {
  readonly runtime: Pick<Runtime, 'monotonic' | 'random' | 'after'>
  readonly onOpen: (error: unknown) => void
  readonly onClosed: () => void
  readonly onHalfOpen: () => void
}

export function createCircuitBreaker({
  runtime,
  onOpen,
  onClosed,
  onHalfOpen,
}: CircuitBreakerOptions): CircuitBreaker {
  const { monotonic, random, after } = runtime
  /** Pauses since it was up. */
  let pauses = 0
  let tryAgainAt = 0
  /** The trial that others wait for. */
  let trying: Cancel | undefined
  let faults = 0
  let answers = 0
  let cancel: Cancel | undefined

  const state = () =>
    pauses === 0 ? 'closed' : trying !== undefined || monotonic() < tryAgainAt ? 'open' : 'half_open'

  const pause = (error: unknown) => {
    pauses++
    const asked = Math.min((error as { retryAfterMs?: number }).retryAfterMs ?? 0, RETRY_AFTER_MAX_MS)
    const ms = pauseMs(PAUSE, pauses, random(), asked)
    tryAgainAt = monotonic() + ms
    cancel?.()
    cancel = after(ms, halfOpen, { background: true })
    if (pauses === 1) onOpen(error)
  }

  /** Said by the timer, which may be a moment ahead of the clock: whoever is woken must not find it still down. */
  const halfOpen = () => {
    tryAgainAt = Math.min(tryAgainAt, monotonic())
    onHalfOpen()
  }

  const begin = (): GuardedCall => {
    if (state() === 'open') throw new OutcomeUnknown('the product service was down a moment ago')
    const trial = pauses > 0
    const answersBefore = answers
    const patience = trial
      ? after(
          TRIAL_TIMEOUT_MS,
          () => {
            if (trying !== patience) return
            trying = undefined
            onHalfOpen()
          },
          { background: true },
        )
      : undefined
    trying = patience
    const end = (how: () => void) => {
      patience?.()
      if (trial && trying === patience) trying = undefined
      how()
    }
    const failed = (error: unknown) =>
      end(() => {
        // Else a call from before the outage was noticed, or a trial that another one has made needless.
        if (trial === pauses > 0) pause(error)
      })
    const inconclusive = () => end(() => {})
    return {
      trial,
      failed,
      noAnswer: (error) => (answers === answersBefore ? failed(error) : inconclusive()),
      answered: () =>
        end(() => {
          answers++
          faults = 0
          if (pauses === 0) return
          pauses = 0
          cancel?.()
          onClosed()
        }),
      serverError(error) {
        if (trial || ++faults >= FAILURE_THRESHOLD) failed(error)
      },
      inconclusive,
    }
  }

  return { state, begin }
}
