/**
 * Calls to another of our services: JSON over keep-alive connections, with a deadline, our service token and the
 * current trace.
 *
 * A `repeatable` call whose connection failed is sent once more (REPEAT), within the same deadline: another replica may
 * answer at the same address. All calls together are repeated at most RETRY_BUDGET.
 *
 * A call that was answered is never repeated here, with one exception: a 401, which changed nothing. It is sent once more
 * with each further one of `tokens`, because a replica that does not have the newest secret yet may have answered.
 */
import { retryAfterMs } from '@shop/retry/backoff'
import { createRetryBudget, retry } from '@shop/retry/retry'
import type { Tracing } from '@shop/service_kit/http/tracing'
import { CALLS_AT_ONCE_MAX } from '@shop/service_kit/runtime/batching/isolating_batcher'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { Pool } from 'undici'

/** Enough for three kinds of batched calls, so that no kind waits for another. */
const CONNECTIONS_MAX = 3 * CALLS_AT_ONCE_MAX
/** In flight or waiting for a connection. One more would wait beyond its deadline. */
export const CALLS_MAX = 128
/** Enough within one network. */
const CONNECT_TIMEOUT_MS = 1_000
const ANSWER_BYTES_MAX = 4 * 1024 * 1024
const UNAUTHORIZED = 401
const REPEAT = { attempts: 2, firstMs: 50, maxMs: 50 }
const RETRY_BUDGET = { burst: 10, perSecond: 2 }

/** The other service did not give a usable answer: the outcome of the call is unknown. */
export class ServiceUnreachable extends Error {
  /** HTTP status; undefined without an answer. */
  readonly status: number | undefined
  /** From `Retry-After`. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options?: ErrorOptions & { status?: number; retryAfterMs?: number }) {
    super(message, options)
    this.name = 'ServiceUnreachable'
    this.status = options?.status
    this.retryAfterMs = options?.retryAfterMs
  }
}

export type ServiceClient = {
  /** Resolves the JSON of a 2xx answer. Fails with ServiceUnreachable on any other answer and at the deadline. */
  post<T>(
    path: string,
    body: unknown,
    options: {
      deadlineMs: number
      repeatable?: boolean
      /** Aborts it before its deadline. */
      signal?: AbortSignal
    },
  ): Promise<T>
  close(): Promise<void>
}

export type ServiceClientOptions = {
  readonly url: string
  /** Signed with the current secret, and with the one before, if that is still valid. At least one. */
  readonly tokens: readonly (() => Promise<string>)[]
  readonly tracing: Tracing
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'sleep' | 'after' | 'random'>
}

export function createServiceClient({ url, tokens, tracing, runtime }: ServiceClientOptions): ServiceClient {
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/$/, '')
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    maxResponseSize: ANSWER_BYTES_MAX,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  })
  const budget = createRetryBudget(RETRY_BUDGET, runtime.monotonic)

  const send = async (
    path: string,
    body: string,
    token: () => Promise<string>,
    signal: AbortSignal,
    traceparent: string | undefined,
  ) =>
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
        const controller = new AbortController()
        const abort = () => controller.abort(signal!.reason)
        const cancel = runtime.after(deadlineMs, () =>
          controller.abort(new Error(`no answer within ${deadlineMs} ms`)),
        )
        signal?.addEventListener('abort', abort, { once: true })
        if (signal?.aborted) abort()
        const text = JSON.stringify(content)
        const received: { status?: number; retryAfterMs?: number } = {}
        calls += 1
        try {
          const sendWith = (token: () => Promise<string>) =>
            retry(() => send(path, text, token, controller.signal, traceparent), {
              ...REPEAT,
              budget,
              sleep: runtime.sleep,
              random: runtime.random,
              signal: controller.signal,
              repeatAfter: () => (repeatable ? 0 : undefined),
            })
          let answer = await sendWith(tokens[0]!)
          for (const token of tokens.slice(1)) {
            if (answer.statusCode !== UNAUTHORIZED) break
            await answer.body.dump()
            answer = await sendWith(token)
          }
          received.status = answer.statusCode
          const waitMs = retryAfterMs([answer.headers['retry-after']].flat()[0], runtime.now().getTime())
          if (waitMs !== undefined) received.retryAfterMs = waitMs
          const body = await answer.body.text()
          if (answer.statusCode >= 300)
            throw new Error(`answered ${answer.statusCode}: ${body.slice(0, 200)}`)
          return JSON.parse(body)
        } catch (error) {
          throw new ServiceUnreachable(`${origin}${path}: ${(error as Error).message}`, {
            cause: error,
            ...received,
          })
        } finally {
          cancel()
          signal?.removeEventListener('abort', abort)
          calls -= 1
        }
      }),
    close: () => pool.close(),
  }
}
