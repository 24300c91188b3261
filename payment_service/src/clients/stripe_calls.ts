/**
 * Calls to the API of Stripe by its official client: with a deadline, a limit of calls at once, and our own retries.
 *
 * Invariants
 *  1. A call is repeated only under the same idempotency key, or if it only reads.
 *  2. An error is OutcomeUnknown, unless the provider has answered that it did not do it (Refused).
 *  3. No message and no log line has a key, a card, or a body.
 */
import { retry } from '@shop/retry/retry'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import Stripe from 'stripe'
import { OutcomeUnknown, Refused } from '../domain/errors.ts'

/** Pinned: a newer one is used only after its changes were read. */
export const API_VERSION = '2026-10-28.endive'
/** The provider allows 100 in a second; other shops of the account share them. */
export const CALLS_MAX = 16
const QUEUE_MAX = 500
const QUEUE_MS = 10_000
export const ATTEMPTS_MAX = 3
export const CALL_MS = 10_000
const PAUSE = { firstMs: 200, maxMs: 2_000 }
const TOO_MANY = 429
const IN_USE = 409
const BROKEN = 500

export type StripeCallsOptions = {
  readonly secretKey: string
  /** Another address than that of the provider: the simulator's. */
  readonly apiUrl: string | undefined
  readonly runtime: Pick<Runtime, 'random' | 'sleep' | 'after' | 'monotonic'>
  readonly metrics: Metrics
  /** Tests set less. */
  readonly callMs?: number
}

export type StripeCalls = {
  readonly stripe: Stripe
  /** `name` of the operation for the metrics. */
  call<T>(name: string, work: () => Promise<T>): Promise<T>
}

export function createStripeCalls(options: StripeCallsOptions): StripeCalls {
  const { secretKey, apiUrl, runtime, metrics, callMs = CALL_MS } = options
  const stripe = new Stripe(secretKey, {
    apiVersion: API_VERSION,
    timeout: callMs,
    maxNetworkRetries: 0,
    telemetry: false,
    ...addressOf(apiUrl),
  })
  const limiter = createConcurrencyLimiter({
    runtime,
    what: 'calls to the payment provider',
    concurrency: CALLS_MAX,
    queueMax: QUEUE_MAX,
    waitMs: QUEUE_MS,
  })
  const seconds = metrics.histogram(
    'payment_provider_seconds',
    'Time of a call to the payment provider, its repetitions included.',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    ['operation', 'outcome'],
  )

  return {
    stripe,
    async call(operation, work) {
      const begun = runtime.monotonic()
      const observe = (outcome: string) =>
        seconds.observe({ operation, outcome }, (runtime.monotonic() - begun) / 1000)
      const attempt = () =>
        retry(work, {
          ...PAUSE,
          attempts: ATTEMPTS_MAX,
          random: runtime.random,
          sleep: runtime.sleep,
          repeatAfter: (error) => (isPassing(error) ? 0 : undefined),
        })
      try {
        const result = await limiter.run(attempt)
        observe('answered')
        return result
      } catch (error) {
        const fault = faultOf(operation, error)
        observe(fault instanceof Refused ? 'refused' : 'unknown')
        throw fault
      }
    },
  }
}

function addressOf(apiUrl: string | undefined) {
  if (apiUrl === undefined) return {}
  const { hostname, port, protocol } = new URL(apiUrl)
  const isPlain = protocol === 'http:'
  return {
    host: hostname,
    port: port || (isPlain ? '80' : '443'),
    protocol: isPlain ? ('http' as const) : ('https' as const),
  }
}

const statusOf = (error: unknown): number | undefined =>
  error instanceof Stripe.errors.StripeError ? error.statusCode : undefined

function isPassing(error: unknown): boolean {
  if (error instanceof Stripe.errors.StripeConnectionError) return true
  const status = statusOf(error)
  return status !== undefined && (status === TOO_MANY || status === IN_USE || status >= BROKEN)
}

/** Refused: an answer of 400 to 404, apart from keys that are wrong: an operator repairs these, and no payment fails by it. */
function faultOf(operation: string, error: unknown): Error {
  const { StripeError, StripeInvalidRequestError, StripeCardError } = Stripe.errors
  if (error instanceof StripeInvalidRequestError || error instanceof StripeCardError) {
    const code = error.code ?? error.param ?? 'refused'
    if (statusOf(error) !== TOO_MANY && statusOf(error) !== 401)
      return new Refused(`${operation} was refused: ${code}`, code)
  }
  const broken = error instanceof StripeError && (error.statusCode ?? 0) >= BROKEN
  const why = error instanceof StripeError ? `${error.type} ${error.statusCode ?? ''}` : (error as Error).name
  return Object.assign(new OutcomeUnknown(`${operation}: ${why.trim()}`), { isAnswered: broken })
}

/** The provider has answered with 500, and so has ended its work on this request. */
export const isAnswered = (error: unknown): boolean =>
  error instanceof OutcomeUnknown && (error as { isAnswered?: boolean }).isAnswered === true
