/**
 * Forwarding to the services.
 *
 * Promises
 *  1. Bodies, statuses and problem documents pass untouched but for compression (compress.ts), answers as they come
 *     (server-sent events too).
 *  2. A service learns the visitor's address, the request id and the trace, and never a cookie. What a visitor sends
 *     in X-Forwarded-* is not passed on.
 *  3. A `Location` is told as it is reached through us.
 *  4. A service that is away is answered as the problem `upstream_unavailable`: nothing was done. When the answer was
 *     lost it is `upstream_no_answer`: the outcome is unknown, and only an idempotent request should be repeated.
 */
import replyFrom from '@fastify/reply-from'
import type { App } from '@shop/service_kit/http_app'
import { Problem } from '@shop/service_kit/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Upstreams } from '../config.ts'
import { compressed } from './compress.ts'
import { createEventStreams } from './event_streams.ts'
import type { StorefrontProblemCode } from './problems.ts'
import { FORWARDINGS, type Forwarding, upstreamPath } from './upstream_path.ts'

/** Open connections to one service. Each waiting stream of events takes one. */
export const CONNECTIONS_MAX = 1_024
export const CONNECT_TIMEOUT_MS = 2_000
/** Longer than any service takes to answer by itself. */
export const ANSWER_TIMEOUT_MS = 20_000
/** Longest silence within an answer; services send a heartbeat every 15 s. */
export const SILENCE_MAX_MS = 60_000

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export function forwardRoutes(upstreams: Upstreams) {
  return async (app: App) => {
    for (const forwarding of FORWARDINGS) {
      app.register(forwardTo([...upstreams[forwarding.upstream]], forwarding))
    }
  }
}

function forwardTo(origins: string[], forwarding: Forwarding) {
  return async (scope: App) => {
    scope.removeAllContentTypeParsers()
    // Whole before it is sent on: a slow visitor holds no connection to a service, and one who says too much is told
    // so here, whether or not the length was announced.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.register(replyFrom, {
      base: (origins.length === 1 ? origins[0]! : origins) as string,
      disableRequestLogging: true,
      // By itself it asks up to eleven times for a GET answered 503, of a service that has too much to do already.
      retryMethods: [],
      undici: {
        connections: CONNECTIONS_MAX,
        connect: { timeout: CONNECT_TIMEOUT_MS },
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: SILENCE_MAX_MS,
        pipelining: 1,
      },
    })
    const eventStreams = createEventStreams()
    scope.addHook('preClose', async () => eventStreams.endAll())
    const handler = (request: FastifyRequest, reply: FastifyReply) => {
      const path = upstreamPath(request.url, forwarding)
      const { 'content-type': contentType = 'application/octet-stream' } = request.headers
      if (path === undefined) throw new Problem('route_not_found', `Nothing is forwarded at ${request.url}.`)
      return reply.from(path, {
        ...(request.body === undefined ? {} : { body: request.body, contentType }),
        rewriteRequestHeaders: (_request, headers) => requestHeaders(request, headers),
        rewriteHeaders: (headers) => responseHeaders(headers, forwarding.strip),
        onResponse: (_request, _reply, { stream }) => {
          const isEvents = String(reply.getHeader('content-type')).startsWith('text/event-stream')
          if (isEvents) reply.send(eventStreams.pass(stream))
          else reply.send(forwarding.upstream === 'auth' ? stream : compressed(reply, stream))
        },
        onError: (failed, { error }) => {
          failed.send(unanswered(error, forwarding.upstream))
        },
      })
    }
    for (const first of forwarding.open) {
      for (const url of [`${forwarding.strip}/${first}`, `${forwarding.strip}/${first}/*`]) {
        scope.route({
          method: [...METHODS],
          url,
          exposeHeadRoute: false,
          config: { access: 'public' },
          schema: { hide: true },
          handler,
        })
      }
    }
  }
}

/** Meant for one connection only (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const NOT_PASSED_ON = new Set([...HOP_BY_HOP, 'cookie', 'forwarded', 'expect', 'http2-settings'])

type Headers = Record<string, string | string[] | undefined>

/** What a service is told about the request, and by whom it was made. */
export function requestHeaders(request: FastifyRequest, headers: Headers): Headers {
  const passed: Headers = {}
  for (const [name, value] of Object.entries(headers)) {
    if (!NOT_PASSED_ON.has(name) && !name.startsWith('x-forwarded-')) passed[name] = value
  }
  passed['x-forwarded-for'] = request.ip
  passed['x-forwarded-proto'] = request.protocol
  passed['x-request-id'] = request.id
  delete passed.traceparent
  if (request.traceparent !== undefined) passed.traceparent = request.traceparent
  return passed
}

function responseHeaders(headers: Headers, strip: string): Headers {
  const passed: Headers = { 'cache-control': 'private, no-cache' }
  for (const [name, value] of Object.entries(headers)) {
    if (!HOP_BY_HOP.includes(name) && name !== 'x-request-id') passed[name] = value
  }
  const { location } = headers
  if (typeof location === 'string' && location.startsWith('/')) passed.location = strip + location
  return passed
}

const NEVER_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']

/** Tells "nothing was sent" from "no answer came": only the first leaves no doubt about the outcome. */
export function unanswered(error: unknown, service: string): Problem<StorefrontProblemCode> {
  const codes = codesOf(error)
  const connected = !codes.some(
    (code) => NEVER_CONNECTED.includes(code) || code === 'UND_ERR_CONNECT_TIMEOUT',
  )
  const options = { cause: error }
  return connected
    ? new Problem(
        'upstream_no_answer',
        `${service} gave no answer; whether it acted is not known.`,
        {},
        options,
      )
    : new Problem('upstream_unavailable', `${service} is away; nothing was done.`, {}, options)
}

/** Codes of an error and of what caused it; a failed connection to several addresses has several. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const { code, cause } = error as NodeJS.ErrnoException
  const parts = error instanceof AggregateError ? error.errors : []
  return [...(code === undefined ? [] : [code]), ...codesOf(cause), ...parts.flatMap(codesOf)]
}
