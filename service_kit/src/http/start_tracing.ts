/**
 * Tracing. W3C `traceparent` is always accepted and passed on. Spans are recorded and exported (OTLP over
 * HTTP) only when OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise nothing of OpenTelemetry is loaded, nor needs to be
 * installed (the workspace `tracing`), and a request without a `traceparent` costs nothing.
 */
import type { Runtime } from '../runtime/runtime.ts'
import { currentTraceparent } from '../runtime/trace_context.ts'
import { handleInTraces, incomingTraceparent, type Tracing } from './tracing.ts'

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
