/**
 * Calls to another of our services: JSON over kept-alive connections, with a deadline, our service token
 * and the trace passed on. It never retries by itself: only the caller knows what is safe to repeat.
 */
import { Pool } from 'undici'
import type { Tracing } from './telemetry.ts'

const CONNECTIONS_MAX = 16
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
    options: { deadlineMs: number; traceparent?: string | undefined },
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
  const pool = new Pool(origin, { connections: CONNECTIONS_MAX, maxResponseSize: ANSWER_BYTES_MAX })

  return {
    post: (path, body, { deadlineMs, traceparent }) =>
      tracing.call(`POST ${path}`, traceparent, async (sent) => {
        let status: number | undefined
        try {
          const answer = await pool.request({
            method: 'POST',
            path: base + path,
            headers: {
              'content-type': 'application/json',
              authorization: `Bearer ${await token()}`,
              ...(sent === undefined ? {} : { traceparent: sent }),
            },
            body: JSON.stringify(body),
            signal: AbortSignal.timeout(deadlineMs),
          })
          status = answer.statusCode
          const text = await answer.body.text()
          if (answer.statusCode >= 300)
            throw new Error(`answered ${answer.statusCode}: ${text.slice(0, 200)}`)
          return JSON.parse(text)
        } catch (error) {
          throw new ServiceUnreachable(`${origin}${path}: ${(error as Error).message}`, {
            cause: error,
            status,
          })
        }
      }),
    close: () => pool.close(),
  }
}
