/** The gateway's own calls to auth_service, for the few routes that carry the session cookie. */
import type { FastifyRequest } from 'fastify'
import { BalancedPool, Pool } from 'undici'
import { ANSWER_TIMEOUT_MS, CONNECT_TIMEOUT_MS, requestHeaders, unanswered } from './forward.ts'

const CONNECTIONS_MAX = 64

export type AuthAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The body as JSON, or undefined when there is none. */
  readonly body: unknown
}

export type AuthCaller = {
  /** Fails with `upstream_unavailable` or `upstream_no_answer`. */
  send(request: FastifyRequest, method: 'POST' | 'PUT', path: string, body: unknown): Promise<AuthAnswer>
  close(): Promise<void>
}

export function createAuthCaller(origins: readonly string[]): AuthCaller {
  const options = { connections: CONNECTIONS_MAX, connect: { timeout: CONNECT_TIMEOUT_MS } }
  const pool = origins.length === 1 ? new Pool(origins[0]!, options) : new BalancedPool([...origins], options)
  return {
    async send(request, method, path, body) {
      const { authorization, 'user-agent': agent } = request.headers
      try {
        const answer = await pool.request({
          method,
          path,
          headers: requestHeaders(request, {
            'content-type': 'application/json',
            ...(authorization === undefined ? {} : { authorization }),
            ...(agent === undefined ? {} : { 'user-agent': agent }),
          }) as Record<string, string>,
          body: JSON.stringify(body),
          headersTimeout: ANSWER_TIMEOUT_MS,
          bodyTimeout: ANSWER_TIMEOUT_MS,
        })
        const text = await answer.body.text()
        return {
          status: answer.statusCode,
          headers: answer.headers,
          body: text === '' ? undefined : JSON.parse(text),
        }
      } catch (error) {
        throw unanswered(error, 'auth')
      }
    },
    close: () => pool.close(),
  }
}
