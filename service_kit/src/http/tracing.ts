/** The interface of tracing, with or without recorded spans; and how a request is handled in its trace. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { inTrace } from '../runtime/request_context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace in which this request is handled. */
    traceparent: string | undefined
  }
}

export type Tracing = {
  /** Handles every request of `app` in the trace of its caller, as a server span if spans are recorded. */
  instrument(app: FastifyInstance): void
  /** Runs `call` as a client span of the current trace. `call` gets the `traceparent` to send. */
  call<T>(name: string, call: (traceparent: string | undefined) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

export const incomingTraceparent = (request: FastifyRequest): string | undefined => {
  const header = request.headers.traceparent
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : undefined
}

/**
 * Handles each request of `app` in the trace of `traceparentOf`. Events of an incoming body are in no trace, but after the body
 * Fastify continues in the context from before it.
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
