/**
 * Forwards requests to the services.
 *
 * Invariants
 *  1. Bodies, statuses and problem documents are forwarded unchanged, except for compression (compress.ts). Answers are
 *     streamed, server-sent events too.
 *  2. A service gets the visitor's address, the request id and the trace, and never a cookie. X-Forwarded-* headers of
 *     the visitor are dropped.
 *  3. A `Location` is rewritten to the address at the gateway.
 *  4. If a service cannot be reached, the problem is `upstream_unavailable`, and nothing was done. If the answer was
 *     lost, it is `upstream_no_answer`: the outcome is unknown, and only an idempotent request should be repeated.
 *  5. Uploads have a few slots of their own, here and on the way to the service (uploads.ts of the kit), so no order waits for them.
 *     So have events of the payment provider, which anyone may send (webhook_slots.ts).
 *  6. No call waits for an open event stream, nor for calls that hash passwords (upstream.ts).
 */

import { addressPrefix } from '@shop/service_kit/http/addresses'
import type { App } from '@shop/service_kit/http/app'
import { limitUploads, UPLOAD_BYTES_MAX } from '@shop/service_kit/http/uploads'
import type { VerifyToken } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answer, Call } from '../clients/failover.ts'
import type { Upstream } from '../clients/upstream.ts'
import { UPLOADS_MAX } from '../clients/upstream_limits.ts'
import type { Upstreams } from '../config.ts'
import { disconnectSignal } from './client_disconnect.ts'
import { compressed } from './compress.ts'
import { createEventStreams, userOf } from './event_streams.ts'
import { forwardOperation, forwardUploadOperation } from './forward_schemas.ts'
import { requestHeaders, responseHeaders } from './passed_headers.ts'
import {
  callClassOf,
  FORWARDINGS,
  type Forwarding,
  mayStream,
  UPLOAD_PATH,
  upstreamPath,
  WEBHOOK_PATH,
} from './upstream_path.ts'
import { EVENT_BYTES_MAX, limitWebhooks } from './webhook_slots.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export type ForwardRoutesDeps = {
  readonly services: Readonly<Record<keyof Upstreams, Upstream>>
  /** Where they are; of a service that the shop does not have, nowhere. */
  readonly upstreams: Upstreams
  /** Finds the user of an event stream; without it streams are limited by address only. */
  readonly verifyToken: VerifyToken | undefined
  readonly runtime: Pick<Runtime, 'after'>
}

export function forwardRoutes(deps: ForwardRoutesDeps) {
  return async (app: App) => {
    for (const forwarding of FORWARDINGS) app.register(forwardTo(forwarding, deps))
  }
}

function forwardTo(forwarding: Forwarding, { services, upstreams, verifyToken, runtime }: ForwardRoutesDeps) {
  const service = services[forwarding.upstream]
  const isHere = upstreams[forwarding.upstream].length > 0
  const eventStreams = createEventStreams()

  const ask = async (request: FastifyRequest, path: string, call: Call): Promise<Answer> => {
    const address = addressPrefix(request.ip)
    return mayStream(call.method, path)
      ? service.stream(call, { userId: await userOf(request, verifyToken), address })
      : service.call(call, { callClass: callClassOf(forwarding.upstream, call.method, path), address })
  }

  const pass = (reply: FastifyReply, { status, headers, body }: Answer) => {
    reply.code(status).headers(responseHeaders(headers, forwarding.strip))
    const isEvents = String(headers['content-type']).startsWith('text/event-stream')
    if (isEvents) return reply.send(eventStreams.pass(body))
    return reply.send(forwarding.upstream === 'auth' ? body : compressed(reply, body))
  }

  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = upstreamPath(request.url, forwarding)
    if (path === undefined) throw new Problem('route_not_found', `${request.url} is not forwarded.`)
    if (!isHere) throw new Problem('route_not_found', `This shop has no ${forwarding.upstream}.`)
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
    const answer = await ask(request, path, {
      method: request.method as Call['method'],
      path: path + query,
      headers: requestHeaders(request, request.headers),
      ...(request.body === undefined ? {} : { body: request.body as Buffer }),
      signal: disconnectSignal(reply),
    })
    return pass(reply, answer)
  }

  return async (scope: App) => {
    scope.removeAllContentTypeParsers()
    // The body is read completely first: a slow visitor holds no connection to a service, and a body that is too large is
    // rejected here.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.addHook('preClose', async () => eventStreams.endAll())
    if (forwarding.open.includes(UPLOAD_PATH)) {
      // Only admins can take the few slots. Without tokens to check, the service alone refuses the others.
      const uploadOperation = verifyToken ? forwardUploadOperation : forwardOperation
      const limits = {
        bodyLimit: UPLOAD_BYTES_MAX,
        onRequest: limitUploads(UPLOADS_MAX, { checked: verifyToken !== undefined }),
      }
      scope.post(forwarding.strip + UPLOAD_PATH, { ...uploadOperation, ...limits }, handler)
    }
    for (const open of forwarding.open) {
      if (open === WEBHOOK_PATH) {
        const limits = { bodyLimit: EVENT_BYTES_MAX, onRequest: limitWebhooks(runtime) }
        scope.post(forwarding.strip + open, { ...forwardOperation, ...limits }, handler)
        continue
      }
      const address = `${forwarding.strip}${open}`
      for (const url of [address, `${address}/*`]) {
        const isUpload = open === UPLOAD_PATH && url === address
        scope.route({
          method: METHODS.filter((method) => !(isUpload && method === 'POST')),
          url,
          ...forwardOperation,
          exposeHeadRoute: false,
          handler,
        })
      }
    }
  }
}
