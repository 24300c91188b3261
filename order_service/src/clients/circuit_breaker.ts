/**
 * A circuit breaker: while product_service is down, calls fail at once instead of each waiting for its deadline.
 *
 * - closed: calls go out. A failed call opens the circuit.
 * - open: calls fail at once, for a pause (backoff.ts) of at most PAUSE.maxMs, or as long as the service asks for.
 * - half_open: one trial call at a time goes out. An answer closes the circuit, a failure opens it again.
 *
 * `onHalfOpen` is called at the end of each pause: background work can be the trial, so an outage ends without a new order.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { CircuitState } from '../domain/circuit_state.ts'
import { OutcomeUnknown } from '../domain/errors.ts'

/** Short, because a trial is cheap and accepted orders wait for it. */
export const PAUSE: Backoff = { firstMs: 200, maxMs: 500 }
/** A longer `Retry-After` counts as this. */
export const RETRY_AFTER_MAX_MS = 5_000
/** Server errors in a row, each of a different item, that open the circuit. */
export const FAILURE_THRESHOLD = 8
/** After this another trial may begin: the one in flight may be of an order that is never answered. */
export const TRIAL_TIMEOUT_MS = 250

/** One call. Its caller reports the outcome by exactly one of these methods. */
export type GuardedCall = {
  /** It was made in the half_open state. */
  readonly trial: boolean
  answered(): void
  /** The service is unavailable. */
  failed(error: unknown): void
  /** A failure, unless another call was answered since this one began. */
  noAnswer(error: unknown): void
  /** Caused by the service or by the one item in the call; FAILURE_THRESHOLD decides. */
  serverError(error: unknown): void
  /** Says nothing about the service. */
  inconclusive(): void
}

export type CircuitBreaker = {
  state(): CircuitState
  /** Throws OutcomeUnknown while the circuit is open. `ids`: of what the call is for. */
  begin(ids?: readonly string[]): GuardedCall
}

export type CircuitBreakerOptions = {
  readonly runtime: Pick<Runtime, 'monotonic' | 'random' | 'after'>
  /** With the ids of the call that failed. */
  readonly onOpen: (error: unknown, ids: readonly string[]) => void
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
  /** Pauses since the circuit was closed. */
  let pauses = 0
  let tryAgainAt = 0
  /** Timeout of the trial in flight; until then there is no other. */
  let trialTimeout: Cancel | undefined
  let faults = 0
  let answers = 0
  let cancel: Cancel | undefined

  const state = () =>
    pauses === 0 ? 'closed' : trialTimeout !== undefined || monotonic() < tryAgainAt ? 'open' : 'half_open'

  const pause = (error: unknown, ids: readonly string[]) => {
    pauses++
    const retryAfterMs = Math.min((error as { retryAfterMs?: number }).retryAfterMs ?? 0, RETRY_AFTER_MAX_MS)
    const ms = pauseMs(PAUSE, pauses, random(), retryAfterMs)
    tryAgainAt = monotonic() + ms
    cancel?.()
    cancel = after(ms, halfOpen, { background: true })
    if (pauses === 1) onOpen(error, ids)
  }

  /** The timer may fire just before the clock reaches `tryAgainAt`; the state must be half_open all the same. */
  const halfOpen = () => {
    tryAgainAt = Math.min(tryAgainAt, monotonic())
    onHalfOpen()
  }

  const begin = (ids: readonly string[] = []): GuardedCall => {
    if (state() === 'open') throw circuitOpen()
    const trial = pauses > 0
    const answersBefore = answers
    const timeout = trial
      ? after(
          TRIAL_TIMEOUT_MS,
          () => {
            if (trialTimeout !== timeout) return
            trialTimeout = undefined
            onHalfOpen()
          },
          { background: true },
        )
      : undefined
    trialTimeout = timeout
    const end = (report: () => void) => {
      timeout?.()
      if (trial && trialTimeout === timeout) trialTimeout = undefined
      report()
    }
    const failed = (error: unknown) =>
      end(() => {
        // Ignored: a call begun before the circuit opened, and a trial whose circuit is closed already.
        if (trial === pauses > 0) pause(error, ids)
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

export const circuitOpen = () => new OutcomeUnknown('the circuit of product_service is open')
