/** What an app asks of tracing, whether spans are recorded or not, and how it handles a request in its trace. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { inTrace } from '../runtime/trace_context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the trace this request is handled in. */
    traceparent: string | undefined
  }
}

export type Tracing = {
  /** Handles every request of `app` in the trace it came with, as a server span if spans are recorded. */
  instrument(app: FastifyInstance): void
  /** Runs `call` as a client span of the current trace; hands it the `traceparent` to send. */
  call<T>(name: string, call: (traceparent: string | undefined) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

export const incomingTraceparent = (request: FastifyRequest): string | undefined => {
  const header = request.headers.traceparent
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : undefined
}

/**
 * Handles each request of `app` in the trace that `traceparentOf` names for it. The events by which a body arrives are in
 * none, but Fastify goes on after the body in the context of before.
 */
export function handleInTraces(
  app: FastifyInstance,
  traceparentOf: (request: FastifyRequest, reply: FastifyReply) => string | undefined,
): void {
  app.decorateRequest('traceparent', undefined)
  app.addHook('onRequest', (request, reply, next) => {
    request.traceparent = traceparentOf(request, reply)
    inTrace(request.traceparent, next)
  })
}
