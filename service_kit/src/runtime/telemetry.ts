/**
 * Tracing. W3C `traceparent` is always accepted and passed on. Spans are recorded and exported (OTLP over
 * HTTP) only when OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise nothing of OpenTelemetry is loaded, nor needs to be
 * installed (the workspace `tracing`), and a request costs nothing.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** The `traceparent` to hand to calls made for this request. */
    traceparent: string | undefined
  }
}

export type Tracing = {
  /** Adds a server span to every request of `app`. */
  instrument(app: FastifyInstance): void
  /** Runs `call` inside a client span; hands it the `traceparent` to send. */
  call<T>(
    name: string,
    parent: string | undefined,
    call: (traceparent: string | undefined) => Promise<T>,
  ): Promise<T>
  stop(): Promise<void>
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

export const incomingTraceparent = (request: FastifyRequest): string | undefined => {
  const header = request.headers.traceparent
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : undefined
}

const PASS_ON: Tracing = {
  instrument(app) {
    app.decorateRequest('traceparent', undefined)
    app.addHook('onRequest', (request, _reply, next) => {
      if (request.headers.traceparent !== undefined) request.traceparent = incomingTraceparent(request)
      next()
    })
  },
  call: (_name, parent, call) => call(parent),
  stop: async () => {},
}

/** Whether `env` asks for spans. */
const wantsSpans = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)

export async function startTracing(service: string, env: NodeJS.ProcessEnv): Promise<Tracing> {
  if (!wantsSpans(env)) return PASS_ON
  const { recordSpans } = await import('@shop/tracing/spans')
  return recordSpans(env.OTEL_SERVICE_NAME ?? service)
}
