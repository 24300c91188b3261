/**
 * Retries, where they are safe and useful.
 *
 * Invariants
 *  1. A call is retried only if that cannot do its work twice: an idempotent method, or an Idempotency-Key (the same one for
 *     all attempts).
 *  2. It is retried only after a `retryable` problem or no answer, up to `attempts` attempts in all. An event stream is
 *     requested once: its caller can poll instead, and must not wait. So is a table.
 *  3. Delays grow exponentially with full jitter, on top of a `Retry-After`. A `Retry-After` longer than `waitMaxMs` ends the
 *     retries; the problem has it as `retryAfterMs`. All calls of a client together are retried at most RETRY_BUDGET.
 *  4. An aborted call ends at once, also during a delay, with the reason of its signal.
 *  5. An answer is complete: its body is read before the call resolves, and a body that breaks off or stalls counts as no
 *     answer. Only an event stream and a table (`Accept: text/csv`) are passed on while they arrive: their callers notice when
 *     they break off.
 */
import { createRetryBudget, retry } from '@shop/retry/retry'
import { sleep } from '@shop/retry/sleep'
import { EVENT_STREAM } from './event_stream.ts'
import { problemOf, ShopProblem } from './problem.ts'
import { copyOf, keepWhile } from './requests.ts'

export type Fetch = (request: Request) => Promise<Response>

export type RetryOptions = {
  /** Attempts of one call in all, the first included. */
  readonly attempts: number
  /** The longest first delay in milliseconds; it doubles with each retry. */
  readonly waitMs: number
  /** The longest delay in milliseconds. */
  readonly waitMaxMs: number
}

export const RETRY_DEFAULTS: RetryOptions = { attempts: 5, waitMs: 200, waitMaxMs: 5_000 }

/** auth_service answers a repeated refresh with the same tokens for 30 s, and every sign-out with 204. */
const REPEATABLE_POSTS = /\/(token|logout)$/
/** Retries of all calls of one client together, so that many waiting calls do not make an outage worse. */
const RETRY_BUDGET = { burst: 20, perSecond: 2 }
const IDEMPOTENT_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']

/**
 * A fetch with retries. It resolves a 2xx or 304 answer, and fails with a ShopProblem or the reason of the signal. An attempt
 * has `timeoutMs` until its body is complete; what is passed on while it arrives has no timeout.
 */
export function createCaller(fetch: Fetch, options: RetryOptions, timeoutMs: number): Fetch {
  const budget = createRetryBudget(RETRY_BUDGET, () => performance.now())
  const send = async (request: Request, signal: AbortSignal): Promise<Response> => {
    const sent = copyOf(request, signal)
    const response = await fetch(sent)
    keepWhile(response.body, sent)
    if (response.ok || response.status === 304) return isStream(request) ? response : await buffered(response)
    throw await problemOf(response)
  }
  const attempt = async (request: Request): Promise<Response> => {
    try {
      if (isStream(request)) return await send(request, request.signal)
      return await withTimeout(timeoutMs, request.signal, (signal) => send(request, signal))
    } catch (error) {
      request.signal.throwIfAborted()
      if (error instanceof ShopProblem) throw error
      if (error instanceof TimedOut) throw timedOut(request, error)
      const { pathname } = new URL(request.url)
      throw new ShopProblem(
        'unreachable',
        `No answer to ${pathname}: ${(error as Error).message}`,
        noAnswer(error),
      )
    }
  }

  return async (request) => {
    const plan = {
      attempts: repeatable(request) && !isStream(request) ? options.attempts : 1,
      firstMs: options.waitMs,
      maxMs: options.waitMaxMs,
      budget,
      signal: request.signal,
      random: Math.random,
      sleep,
      repeatAfter: (error: unknown) =>
        error instanceof ShopProblem && error.retryable ? (error.retryAfterMs ?? 0) : undefined,
    }
    return retry(() => attempt(request), plan)
  }
}

/** The same answer with its body in memory. */
async function buffered(response: Response): Promise<Response> {
  const body = await response.arrayBuffer()
  const { status, statusText, headers } = response
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers })
}

/**
 * Ends GET and HEAD within `ms` with `timed_out`, including retries, delays and waiting for a token. Writes and event
 * streams have no such limit.
 */
export function withReadDeadline(ms: number, fetch: Fetch): Fetch {
  return async (request) => {
    if (!READ_METHODS.includes(request.method) || isStream(request)) return fetch(request)
    try {
      return await withTimeout(ms, request.signal, (signal) => fetch(copyOf(request, signal)))
    } catch (error) {
      request.signal.throwIfAborted()
      throw error instanceof TimedOut ? timedOut(request, error) : error
    }
  }
}

class TimedOut extends Error {
  constructor(ms: number) {
    super(`within ${ms} ms`)
    this.name = 'TimedOut'
  }
}

const timedOut = (request: Request, timeout: TimedOut) =>
  new ShopProblem(
    'timed_out',
    `No answer to ${new URL(request.url).pathname} ${timeout.message}.`,
    noAnswer(timeout),
  )

/**
 * Runs `work` with a signal that aborts after `ms` and with `signal`. It rejects then, even if `work` ignores the signal: a
 * fetch of Node has been seen to.
 */
async function withTimeout<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const controller = new AbortController()
  const abort = () => controller.abort(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => controller.abort(new TimedOut(ms)), ms)
  try {
    return await abortable(work(controller.signal), controller.signal)
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

const READ_METHODS = ['GET', 'HEAD']
export const TABLE = 'text/csv'
const PASSED_ON: readonly string[] = [EVENT_STREAM, TABLE]

const isStream = (request: Request) => PASSED_ON.includes(request.headers.get('accept') ?? '')

const noAnswer = (cause: unknown) => ({ retryable: true, cause })

const repeatable = (request: Request) =>
  IDEMPOTENT_METHODS.includes(request.method) ||
  request.headers.has('idempotency-key') ||
  REPEATABLE_POSTS.test(new URL(request.url).pathname)

/** `work`, or the reason of `signal` if that aborts first. `work` itself is not stopped: others may wait for it. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
  })
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort))
}
