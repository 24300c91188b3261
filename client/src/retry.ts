/**
 * Trying again, only where that is safe and useful.
 *
 * Promises
 *  1. A call is repeated only if repeating cannot do its work twice: an idempotent method, or an Idempotency-Key,
 *     which stays the same.
 *  2. Only for an answer that says `retryable`, or for no answer at all. At most `attempts` times in all. A stream of
 *     events only once: whoever wants one has another way to the same news, which must not wait for it.
 *  3. Waits grow exponentially with full jitter, on top of a `Retry-After`; one longer than `waitMaxMs` ends the trying,
 *     with the problem saying how long to wait. All calls of a client together repeat at most REPEATED.
 *  4. Aborting ends it at once, also in the middle of a wait, with the signal's own reason.
 *  5. What is answered is there as a whole: an answer that breaks off or stands still is no answer. Only a stream of
 *     events is handed on as it comes.
 */
import { createRetryBudget, retry } from '@shop/retry/retry'
import { sleep } from '@shop/retry/sleep'
import { EVENT_STREAM } from './event_stream.ts'
import { problemOf, ShopProblem } from './problem.ts'

export type Fetch = (request: Request) => Promise<Response>

export type RetryOptions = {
  readonly attempts: number
  /** The first wait is up to this long, the next up to twice that, and so on. */
  readonly waitMs: number
  readonly waitMaxMs: number
}

export const RETRY_DEFAULTS: RetryOptions = { attempts: 5, waitMs: 200, waitMaxMs: 5_000 }

/** auth_service answers a repeated exchange with the same successor for 30 s, and any sign-out with 204. */
const REPEATABLE_POSTS = /\/(token|logout)$/
/** What the calls of one client together may repeat: an outage is not made worse by all who wait for its end. */
const REPEATED = { burst: 20, perSecond: 2 }
const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']

/**
 * Resolves a 2xx or 304 answer; everything else is a ShopProblem, after the retries it deserves. An attempt has
 * `timeoutMs` until its whole body is there, except a stream of events, which only its caller ends.
 */
export function createCaller(fetch: Fetch, options: RetryOptions, timeoutMs: number): Fetch {
  const budget = createRetryBudget(REPEATED, () => performance.now())
  const send = async (request: Request, signal: AbortSignal): Promise<Response> => {
    const response = await fetch(new Request(request.clone(), { signal }))
    if (response.ok || response.status === 304) return isStream(request) ? response : await whole(response)
    throw await problemOf(response)
  }
  const attempt = async (request: Request): Promise<Response> => {
    try {
      if (isStream(request)) return await send(request, request.signal)
      return await within(timeoutMs, request.signal, (signal) => send(request, signal))
    } catch (error) {
      request.signal.throwIfAborted()
      if (error instanceof ShopProblem) throw error
      if (error instanceof Late) throw timedOut(request, error)
      const { pathname } = new URL(request.url)
      throw new ShopProblem(
        'unreachable',
        `No answer to ${pathname}: ${(error as Error).message}`,
        LOST(error),
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

/** Has its body in memory, so that nothing can happen to it any more. */
async function whole(response: Response): Promise<Response> {
  const body = await response.arrayBuffer()
  const { status, statusText, headers } = response
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers })
}

/**
 * Reading ends within `ms`, whatever it waits for: attempts, pauses between them, a new token. Whoever reads can read
 * again later, and would rather be told. A stream of events may take as long as it likes.
 */
export function withReadDeadline(ms: number, fetch: Fetch): Fetch {
  return async (request) => {
    if (!READING.includes(request.method) || isStream(request)) return fetch(request)
    try {
      return await within(ms, request.signal, (signal) => fetch(new Request(request, { signal })))
    } catch (error) {
      request.signal.throwIfAborted()
      throw error instanceof Late ? timedOut(request, error) : error
    }
  }
}

/** The time is over. */
class Late extends Error {
  constructor(ms: number) {
    super(`within ${ms} ms`)
    this.name = 'Late'
  }
}

const timedOut = (request: Request, late: Late) =>
  new ShopProblem('timed_out', `No answer to ${new URL(request.url).pathname} ${late.message}.`, LOST(late))

/**
 * `work`, with a signal that is aborted after `ms`, and with `signal`: then waiting for it ends too, whether or not the
 * work heard of it. A fetch of Node was seen to miss the end of its time, and to wait for ever.
 */
async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const ending = new AbortController()
  const end = () => ending.abort(signal.reason)
  signal.addEventListener('abort', end, { once: true })
  const timer = setTimeout(() => ending.abort(new Late(ms)), ms)
  try {
    return await abortable(work(ending.signal), ending.signal)
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

const READING = ['GET', 'HEAD']

const isStream = (request: Request) => request.headers.get('accept') === EVENT_STREAM

const LOST = (cause: unknown) => ({ retryable: true, cause })

const repeatable = (request: Request) =>
  IDEMPOTENT.includes(request.method) ||
  request.headers.has('idempotency-key') ||
  REPEATABLE_POSTS.test(new URL(request.url).pathname)

/** `work`, or the signal's reason when that comes first. The work goes on for the others who wait for it. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop))
}
