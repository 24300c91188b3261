/** The gateway's own calls to auth_service, for the routes that use the session cookie. */
import { text } from 'node:stream/consumers'
import { addressPrefix } from '@shop/service_kit/http/addresses'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Upstream } from '../clients/upstream.ts'
import { GatewayError } from '../errors.ts'
import { disconnectSignal } from './client_disconnect.ts'
import { requestHeaders } from './passed_headers.ts'
import { callClassOf } from './upstream_path.ts'

export type AuthAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The body as JSON, or undefined when there is none. */
  readonly body: unknown
}

type AuthCall = {
  readonly method: 'POST' | 'PUT'
  readonly path: string
  readonly body: unknown
  /** The call continues when the visitor disconnects. */
  readonly ignoreDisconnect?: boolean
}

/** Fails as `Upstream` does. */
export type AuthCaller = (request: FastifyRequest, reply: FastifyReply, call: AuthCall) => Promise<AuthAnswer>

export function createAuthCaller(service: Upstream): AuthCaller {
  return async (request, reply, { method, path, body, ignoreDisconnect = false }) => {
    const { authorization, 'user-agent': agent, 'accept-language': languages } = request.headers
    const caller = { callClass: callClassOf('auth', method, path), address: addressPrefix(request.ip) }
    const call = {
      method,
      path,
      headers: requestHeaders(request, {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
        ...(agent === undefined ? {} : { 'user-agent': agent }),
        ...(languages === undefined ? {} : { 'accept-language': languages }),
      }),
      body: JSON.stringify(body),
      ...(ignoreDisconnect ? {} : { signal: disconnectSignal(reply) }),
    }
    const answer = await service.call(call, caller)
    try {
      const content = await text(answer.body)
      return {
        status: answer.status,
        headers: answer.headers,
        body: content === '' ? undefined : JSON.parse(content),
      }
    } catch (cause) {
      throw new GatewayError(
        'upstream_no_answer',
        'auth did not send a complete answer; it is not known whether it acted.',
        {},
        { cause },
      )
    }
  }
}
