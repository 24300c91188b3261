/**
 * Tracing. W3C `traceparent` is always accepted and passed on. Spans are recorded and exported (OTLP over
 * HTTP) only when OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise nothing of OpenTelemetry is loaded, nor needs to be
 * installed (the workspace `tracing`), and a request without a `traceparent` costs nothing.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Runtime } from '../runtime/runtime.ts'
import { currentTraceparent, inTrace } from '../runtime/trace_context.ts'

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

const PASS_ON: Tracing = {
  instrument: (app) => handleInTraces(app, incomingTraceparent),
  call: (_name, call) => call(currentTraceparent()),
  stop: async () => {},
}

/** Whether `env` asks for spans. */
const wantsSpans = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)

export async function startTracing(
  service: string,
  env: NodeJS.ProcessEnv,
  runtime: Pick<Runtime, 'sleep'>,
): Promise<Tracing> {
  if (!wantsSpans(env)) return PASS_ON
  const { recordSpans } = await import('@shop/tracing/spans')
  return recordSpans(env.OTEL_SERVICE_NAME ?? service, env, runtime)
}
