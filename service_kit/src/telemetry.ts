/**
 * Tracing. W3C `traceparent` is always accepted and passed on. Spans are recorded and exported (OTLP over
 * HTTP) only when OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise nothing of OpenTelemetry is loaded and a
 * request costs nothing.
 */
import type { Attributes, Context, SpanKind, Tracer } from '@opentelemetry/api'
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

const incoming = (request: FastifyRequest): string | undefined => {
  const header = request.headers.traceparent
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : undefined
}

const PASS_ON: Tracing = {
  instrument(app) {
    app.decorateRequest('traceparent', undefined)
    app.addHook('onRequest', (request, _reply, next) => {
      if (request.headers.traceparent !== undefined) request.traceparent = incoming(request)
      next()
    })
  },
  call: (_name, parent, call) => call(parent),
  stop: async () => {},
}

export async function startTracing(service: string, env: NodeJS.ProcessEnv): Promise<Tracing> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return PASS_ON
  const [api, sdk, exporter, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const provider = new sdk.NodeTracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': env.OTEL_SERVICE_NAME ?? service }),
    spanProcessors: [new sdk.BatchSpanProcessor(new exporter.OTLPTraceExporter())],
  })
  const tracer = provider.getTracer(service)
  const propagator = new (await import('@opentelemetry/core')).W3CTraceContextPropagator()
  const contextOf = (traceparent: string | undefined): Context =>
    propagator.extract(api.ROOT_CONTEXT, { traceparent }, api.defaultTextMapGetter)
  const start = (name: string, kind: SpanKind, parent: string | undefined, attributes?: Attributes) =>
    startSpan(
      tracer,
      api.trace.setSpan,
      propagator.inject.bind(propagator),
      contextOf(parent),
      name,
      kind,
      attributes,
    )

  return {
    instrument(app) {
      app.decorateRequest('traceparent', undefined)
      app.addHook('onRequest', (request, reply, next) => {
        const route = request.routeOptions.url ?? 'unknown'
        const { span, traceparent } = start(
          `${request.method} ${route}`,
          api.SpanKind.SERVER,
          incoming(request),
          {
            'http.request.method': request.method,
            'http.route': route,
          },
        )
        request.traceparent = traceparent
        reply.raw.once('close', () => {
          span.setAttribute('http.response.status_code', reply.statusCode)
          if (reply.statusCode >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR })
          span.end()
        })
        next()
      })
    },
    async call(name, parent, call) {
      const { span, traceparent } = start(name, api.SpanKind.CLIENT, parent)
      try {
        return await call(traceparent)
      } catch (error) {
        span.recordException(error as Error)
        span.setStatus({ code: api.SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },
    stop: () => provider.shutdown(),
  }
}

function startSpan(
  tracer: Tracer,
  setSpan: typeof import('@opentelemetry/api').trace.setSpan,
  inject: (
    context: Context,
    carrier: Record<string, string>,
    setter: import('@opentelemetry/api').TextMapSetter,
  ) => void,
  parent: Context,
  name: string,
  kind: SpanKind,
  attributes: Attributes = {},
) {
  const span = tracer.startSpan(name, { kind, attributes }, parent)
  const carrier: Record<string, string> = {}
  inject(setSpan(parent, span), carrier, { set: (to, key, value) => Object.assign(to, { [key]: value }) })
  return { span, traceparent: carrier.traceparent }
}
