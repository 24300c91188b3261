/**
 * Calls to another of our services: JSON over kept-alive connections, with a deadline, our service token
 * and the trace passed on.
 *
 * Only the caller knows what is safe to repeat. A call said to be `repeatable` goes out once more, within the same
 * deadline, when its connection failed: a replica that died takes its connections with it, and behind the same
 * address there may be others. An answer, whatever it says, is never asked for again.
 */
import { Pool } from 'undici'
import type { Tracing } from './telemetry.ts'

const CONNECTIONS_MAX = 16
/** Under way or waiting for a connection. One more would wait behind them for longer than anybody waits for it. */
export const CALLS_MAX = 128
/** Within one network; longer means that nobody is there any more. */
const CONNECT_TIMEOUT_MS = 1_000
const ANSWER_BYTES_MAX = 4 * 1024 * 1024

/** The other service did not give a usable answer: the outcome of the call is unknown. */
export class ServiceUnreachable extends Error {
  /** The status it answered with, if it answered at all. */
  readonly status: number | undefined

  constructor(message: string, options?: ErrorOptions & { status?: number | undefined }) {
    super(message, options)
    this.name = 'ServiceUnreachable'
    this.status = options?.status
  }
}

export type ServiceClient = {
  /** Resolves the JSON of a 2xx answer. Anything else, and passing the deadline, is ServiceUnreachable. */
  post<T>(
    path: string,
    body: unknown,
    options: { deadlineMs: number; traceparent?: string | undefined; repeatable?: boolean },
  ): Promise<T>
  close(): Promise<void>
}

export type ServiceClientOptions = {
  readonly url: string
  readonly token: () => Promise<string>
  readonly tracing: Tracing
}

export function createServiceClient({ url, token, tracing }: ServiceClientOptions): ServiceClient {
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/$/, '')
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    maxResponseSize: ANSWER_BYTES_MAX,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  })

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
    post: (path, body, { deadlineMs, traceparent, repeatable = false }) =>
      tracing.call(`POST ${path}`, traceparent, async (sent) => {
        if (calls >= CALLS_MAX) throw new ServiceUnreachable(`${origin}${path}: ${calls} calls are waiting`)
        const deadline = AbortSignal.timeout(deadlineMs)
        const text = JSON.stringify(body)
        let status: number | undefined
        calls += 1
        try {
          const answer = await send(path, text, deadline, sent).catch((error: unknown) => {
            if (!repeatable || deadline.aborted) throw error
            return send(path, text, deadline, sent)
          })
          status = answer.statusCode
          const said = await answer.body.text()
          if (answer.statusCode >= 300)
            throw new Error(`answered ${answer.statusCode}: ${said.slice(0, 200)}`)
          return JSON.parse(said)
        } catch (error) {
          throw new ServiceUnreachable(`${origin}${path}: ${(error as Error).message}`, {
            cause: error,
            status,
          })
        } finally {
          calls -= 1
        }
      }),
    close: () => pool.close(),
  }
}
