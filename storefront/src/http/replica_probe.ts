/**
 * Probes one replica on its operations port: is it alive, is it ready (which includes its database), its release, and a
 * few of its metrics. It never rejects: a value that is not known is null. No other value leaves this module.
 */
import { isIPv6 } from 'node:net'
import { addressesOf } from '@shop/service_kit/calls/addresses'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { type MetricValues, readMetrics } from './metric_values.ts'
import type { Figures, ReplicaView } from './system_schemas.ts'

const PROBE_TIMEOUT_MS = 2_000
const TEXT_LENGTH_MAX = 300

/** One origin for each replica: a host name may have several addresses (clients/addresses.ts). */
export async function replicasBehind(origin: string): Promise<string[]> {
  const { protocol, port } = new URL(origin)
  // A certificate is for the host name, not for an address.
  const addresses = protocol === 'http:' ? await addressesOf(origin).catch(() => []) : []
  if (addresses.length < 2) return [origin]
  return addresses.map((address) => `http://${isIPv6(address) ? `[${address}]` : address}:${port || 80}`)
}

/** `address` is the origin of the operations port. */
export async function probeReplica(
  address: string,
  { monotonic, deadline }: Pick<Runtime, 'monotonic' | 'deadline'>,
): Promise<ReplicaView> {
  const ask = (url: string) => fetchText(url, deadline(PROBE_TIMEOUT_MS))
  const begun = monotonic()
  const [health, readiness, metrics] = await Promise.all([
    ask(`${address}/healthz`).catch((error: Error) => error),
    ask(`${address}/readyz`).then(
      (answer) => ({ ...answer, ms: monotonic() - begun }),
      () => undefined,
    ),
    ask(`${address}/metrics`).catch(() => undefined),
  ])
  const alive = !(health instanceof Error) && health.status === 200
  return {
    address: new URL(address).host,
    alive,
    ready: readiness?.status === 200,
    problem: health instanceof Error ? 'It cannot be reached.' : problemIn(readiness),
    answer_ms: readiness ? Math.round(readiness.ms) : null,
    version: alive ? versionIn(health.text) : null,
    ...figuresIn(readMetrics(metrics?.status === 200 ? metrics.text : '')),
  }
}

export function figuresIn(values: MetricValues): Figures {
  const rounded = (name: string) => roundOrNull(values.sum(name))
  const requests = 'http_request_duration_seconds_count'
  const served = values.sum(requests)
  const failed = values.sum(requests, ({ status = '' }) => status.startsWith('5'))
  return {
    node: values.label('nodejs_version_info', 'version') ?? null,
    started_at: timeOrNull(values.sum('process_start_time_seconds')),
    memory_bytes: rounded('process_resident_memory_bytes'),
    requests: roundOrNull(served),
    failures: served === undefined ? null : (failed ?? 0),
    settler_backlog: rounded('order_settler_backlog'),
    settler_oldest_seconds: rounded('order_settler_oldest_seconds'),
    ledger_mismatches: rounded('stock_ledger_mismatches'),
    ledger_checked_at: timeOrNull(values.sum('stock_ledger_checked_timestamp_seconds')),
  }
}

const roundOrNull = (value: number | undefined) => (value === undefined ? null : Math.round(value))
/** A gauge that was never set is zero. */
const timeOrNull = (seconds: number | undefined) =>
  seconds === undefined || seconds === 0 ? null : new Date(seconds * 1000).toISOString()

async function fetchText(url: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { signal, redirect: 'error' })
  return { status: answer.status, text: await answer.text() }
}

function versionIn(health: string): string | null {
  try {
    const { version } = JSON.parse(health)
    return typeof version === 'string' ? version.slice(0, TEXT_LENGTH_MAX) : null
  } catch {
    return null
  }
}

function problemIn(readiness: { status: number; text: string } | undefined): string | null {
  if (readiness === undefined) return 'It did not answer in time.'
  if (readiness.status === 200) return null
  try {
    return String(JSON.parse(readiness.text).detail).slice(0, TEXT_LENGTH_MAX)
  } catch {
    return `It answered ${readiness.status}.`
  }
}
