/**
 * The standard variables of the OpenTelemetry SDK that its classes do not read themselves: which traces are recorded, and
 * how spans are collected before they are exported. The exporter reads its own variables (OTEL_EXPORTER_OTLP_*).
 *
 * As the specification says, an invalid value counts as not set.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { hostname } from 'node:os'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import { VERSION } from '@shop/service_kit/runtime/version'

/**
 * What every span says of its process. OTEL_RESOURCE_ATTRIBUTES (`name=value`, with commas between them) adds to it and
 * overrides it, as the specification says.
 */
export function resourceOf(service: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const given = (env.OTEL_RESOURCE_ATTRIBUTES ?? '')
    .split(',')
    .map((pair) => pair.split('='))
    .filter((pair) => pair.length === 2 && pair[0]!.trim() !== '')
    .map(([name, value]) => [name!.trim(), decoded(value!.trim())] as const)
  return {
    'service.instance.id': `${hostname()}:${process.pid}`,
    'service.version': VERSION,
    ...Object.fromEntries(given),
    'service.name': service,
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

export type BatchLimits = {
  scheduledDelayMillis?: number
  exportTimeoutMillis?: number
  maxQueueSize?: number
  maxExportBatchSize?: number
}

const BATCH_VARIABLES: readonly (readonly [variable: string, option: keyof BatchLimits])[] = [
  ['OTEL_BSP_SCHEDULE_DELAY', 'scheduledDelayMillis'],
  ['OTEL_BSP_EXPORT_TIMEOUT', 'exportTimeoutMillis'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', 'maxQueueSize'],
  ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'maxExportBatchSize'],
]

/** Milliseconds and spans, as given by OTEL_BSP_*. */
export function batchLimits(env: NodeJS.ProcessEnv): BatchLimits {
  const limits: BatchLimits = {}
  for (const [variable, option] of BATCH_VARIABLES) {
    const value = Number(env[variable])
    if (Number.isSafeInteger(value) && value > 0) limits[option] = value
  }
  return limits
}

/** By OTEL_TRACES_SAMPLER and its argument; by default every trace, unless its caller decided otherwise. */
export function samplerOf(env: NodeJS.ProcessEnv): Sampler {
  const given = env.OTEL_TRACES_SAMPLER_ARG ?? ''
  const asked = Number(given)
  const ratio = given.trim() !== '' && asked >= 0 && asked <= 1 ? asked : 1
  switch (env.OTEL_TRACES_SAMPLER) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio)
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
    default:
      return new ParentBasedSampler({ root: new AlwaysOnSampler() })
  }
}
