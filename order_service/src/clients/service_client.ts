/**
 * Calls to another of our services: JSON over kept-alive connections, with a deadline, our service token
 * and the trace passed on.
 *
 * Only the caller knows what is safe to repeat. A call said to be `repeatable` goes out once more, within the same
 * deadline and after a moment, when its connection failed: a replica that died takes its connections with it, and behind
 * the same address there may be others. An answer, whatever it says, is never asked for again here; how long it asks to
 * wait is told. All calls together are repeated no more than REPEATED.
 */
import { retryAfterMs } from '@shop/retry/backoff'
import { createRetryBudget, retry } from '@shop/retry/retry'
import type { Tracing } from '@shop/service_kit/http/tracing'
import { CALLS_AT_ONCE_MAX } from '@shop/service_kit/runtime/batching/isolating_batcher'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { Pool } from 'undici'

/** All calls that a client of ours makes at once: order_service shares three kinds, so that no kind waits for another's. */
const CONNECTIONS_MAX = 3 * CALLS_AT_ONCE_MAX
/** Under way or waiting for a connection. One more would wait behind them for longer than anybody waits for it. */
export const CALLS_MAX = 128
/** Within one network; longer means that nobody is there any more. */
const CONNECT_TIMEOUT_MS = 1_000
const ANSWER_BYTES_MAX = 4 * 1024 * 1024
const REPEAT = { attempts: 2, firstMs: 50, maxMs: 50 }
const REPEATED = { burst: 10, perSecond: 2 }

/** The other service did not give a usable answer: the outcome of the call is unknown. */
export class ServiceUnreachable extends Error {
  /** The status it answered with, if it answered at all. */
  readonly status: number | undefined
  /** How long it asks to wait before it is asked again, if it does. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options?: ErrorOptions & { status?: number; retryAfterMs?: number }) {
    super(message, options)
    this.name = 'ServiceUnreachable'
    this.status = options?.status
    this.retryAfterMs = options?.retryAfterMs
  }
}

export type ServiceClient = {
  /** Resolves the JSON of a 2xx answer. Anything else, and passing the deadline, is ServiceUnreachable. */
  post<T>(
    path: string,
    body: unknown,
    options: {
      deadlineMs: number
      repeatable?: boolean
      /** Ends it before its deadline. */
      signal?: AbortSignal
    },
  ): Promise<T>
  close(): Promise<void>
}

export type ServiceClientOptions = {
  readonly url: string
  readonly token: () => Promise<string>
  readonly tracing: Tracing
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'sleep' | 'after' | 'random'>
}

export function createServiceClient({ url, token, tracing, runtime }: ServiceClientOptions): ServiceClient {
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/$/, '')
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    maxResponseSize: ANSWER_BYTES_MAX,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  })
  const budget = createRetryBudget(REPEATED, runtime.monotonic)

  const send = async (path: string, body: string, signal: AbortSignal, traceparent: string | undefined) =>
    pool.request({
      method: 'POST',
      path: base + path,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await token()}`,
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      body,
      signal,
    })

  let calls = 0

  return {
    post: (path, content, { deadlineMs, repeatable = false, signal }) =>
      tracing.call(`POST ${path}`, async (traceparent) => {
        if (calls >= CALLS_MAX) throw new ServiceUnreachable(`${origin}${path}: ${calls} calls are waiting`)
        const ender = new AbortController()
        const end = () => ender.abort(signal!.reason)
        const cancel = runtime.after(deadlineMs, () =>
          ender.abort(new Error(`no answer within ${deadlineMs} ms`)),
        )
        signal?.addEventListener('abort', end, { once: true })
        if (signal?.aborted) end()
        const text = JSON.stringify(content)
        const said: { status?: number; retryAfterMs?: number } = {}
        calls += 1
        try {
          const answer = await retry(() => send(path, text, ender.signal, traceparent), {
            ...REPEAT,
            budget,
            sleep: runtime.sleep,
            random: runtime.random,
            signal: ender.signal,
            repeatAfter: () => (repeatable ? 0 : undefined),
          })
          said.status = answer.statusCode
          const askedMs = retryAfterMs([answer.headers['retry-after']].flat()[0], runtime.now().getTime())
          if (askedMs !== undefined) said.retryAfterMs = askedMs
          const body = await answer.body.text()
          if (answer.statusCode >= 300)
            throw new Error(`answered ${answer.statusCode}: ${body.slice(0, 200)}`)
          return JSON.parse(body)
        } catch (error) {
          throw new ServiceUnreachable(`${origin}${path}: ${(error as Error).message}`, {
            cause: error,
            ...said,
          })
        } finally {
          cancel()
          signal?.removeEventListener('abort', end)
          calls -= 1
        }
      }),
    close: () => pool.close(),
  }
}
