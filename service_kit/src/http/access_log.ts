/**
 * One line for each request, for an operator who switches it on (ACCESS_LOG), or at the level `debug`. It has the pattern of the
 * route instead of the address, no header and no body, so nothing in it is secret or personal but the id of the user.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { BareApp } from './app_types.ts'
import { isProbe } from './probes.ts'

export function logAnswers(
  app: BareApp,
  { logger, accessLog = false }: { readonly logger?: Logger | undefined; readonly accessLog?: boolean },
): void {
  const level = accessLog ? 'info' : 'debug'
  if (!logger?.isLevelEnabled(level)) return
  /** What the connection had sent before the answer. */
  const sentBefore = new WeakMap<FastifyRequest, number>()
  app.addHook('onRequest', (request, _reply, next) => {
    sentBefore.set(request, request.raw.socket.bytesWritten)
    next()
  })
  app.addHook('onResponse', (request, reply, next) => {
    if (!isProbe(request.routeOptions.url)) {
      const bytes = request.raw.socket.bytesWritten - (sentBefore.get(request) ?? 0)
      request.log[level](lineOf(request, reply, bytes), 'answered')
    }
    next()
  })
}

function lineOf(request: FastifyRequest, reply: FastifyReply, bytes: number) {
  const location = reply.getHeader('location')
  return {
    method: request.method,
    route: request.routeOptions.url ?? 'unmatched',
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    // Of the head too. Unknown for a request that came over no connection.
    ...(Number.isFinite(bytes) ? { bytes } : {}),
    ...(request.principal ? { user_id: request.principal.userId } : {}),
    // What was made, an order for example.
    ...(reply.statusCode < 300 && typeof location === 'string' ? { location } : {}),
  }
}
