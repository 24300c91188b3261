/**
 * Starts tracing. W3C `traceparent` is always accepted and forwarded. Spans are recorded and exported (OTLP over HTTP) only if
 * OTEL_EXPORTER_OTLP_ENDPOINT is set. Otherwise OpenTelemetry is not loaded, and need not be installed (the workspace
 * `tracing`).
 */

import { currentTraceparent } from '../runtime/request_context.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { handleInTraces, incomingTraceparent, type Tracing } from './tracing.ts'

const FORWARD_ONLY: Tracing = {
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
  if (!wantsSpans(env)) return FORWARD_ONLY
  const { recordSpans } = await import('@shop/tracing/spans')
  return recordSpans(env.OTEL_SERVICE_NAME ?? service, env, runtime)
}
