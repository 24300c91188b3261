/** Spans by OpenTelemetry, exported as OTLP over HTTP to OTEL_EXPORTER_OTLP_ENDPOINT. */
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { isProbe } from '@shop/service_kit/http/probes'
import { handleInTraces, incomingTraceparent, type Tracing } from '@shop/service_kit/http/tracing'
import { currentTraceparent } from '@shop/service_kit/runtime/request_context'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { batchLimits, resourceOf, samplerOf } from './environment.ts'

/** How long a shutdown waits for the export of the last spans. */
export const STOP_MS = 2_000

export function recordSpans(
  service: string,
  env: NodeJS.ProcessEnv,
  { sleep }: Pick<Runtime, 'sleep'>,
): Tracing {
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resourceOf(service, env)),
    sampler: samplerOf(env),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batchLimits(env) })],
  })
  const tracer = provider.getTracer(service)
  const propagator = new W3CTraceContextPropagator()
  const contextOf = (traceparent: string | undefined): Context =>
    propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter)
  const start = (name: string, kind: SpanKind, parent: string | undefined, attributes: Attributes = {}) => {
    const context = contextOf(parent)
    const span = tracer.startSpan(name, { kind, attributes }, context)
    const carrier: { traceparent?: string } = {}
    propagator.inject(trace.setSpan(context, span), carrier, defaultTextMapSetter)
    return { span, traceparent: carrier.traceparent }
  }

  return {
    instrument(app) {
      handleInTraces(app, (request, reply) => {
        const route = request.routeOptions.url ?? 'unknown'
        if (isProbe(route)) return undefined
        const { span, traceparent } = start(
          `${request.method} ${route}`,
          SpanKind.SERVER,
          incomingTraceparent(request),
          {
            'http.request.method': request.method,
            'http.route': route,
          },
        )
        reply.raw.once('close', () => {
          span.setAttribute('http.response.status_code', reply.statusCode)
          if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        })
        return traceparent
      })
    },
    async call(name, call) {
      const { span, traceparent } = start(name, SpanKind.CLIENT, currentTraceparent())
      try {
        return await call(traceparent)
      } catch (error) {
        span.recordException(error as Error)
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },
    async stop() {
      // If the collector does not answer, the last spans are lost.
      const last = provider.shutdown().catch(() => {})
      await Promise.race([last, sleep(STOP_MS, undefined, { background: true })])
    },
  }
}
