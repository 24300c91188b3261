/**
 * What one replica of a service says about itself: whether it lives, whether it is ready (which asks its database),
 * its release, and a few of its figures. It never fails: what cannot be learnt is null.
 *
 * It is asked on its operations port. Only the values named here leave this module.
 */
import { isIPv6 } from 'node:net'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { addressesOf } from '../clients/addresses.ts'
import { type MetricValues, readMetrics } from './metric_values.ts'
import type { Figures, ReplicaView } from './system_schemas.ts'

const PROBE_TIMEOUT_MS = 2_000
const TEXT_LENGTH_MAX = 300

/** A name may stand for several replicas (a headless service, `tasks.` of a Swarm): each address is one. */
export async function replicasBehind(origin: string): Promise<string[]> {
  const { protocol, port } = new URL(origin)
  // By its address alone no certificate fits.
  const addresses = protocol === 'http:' ? await addressesOf(origin).catch(() => []) : []
  if (addresses.length === 0) return [origin]
  return addresses.map((address) => `http://${isIPv6(address) ? `[${address}]` : address}:${port || 80}`)
}

/** `address` is the origin of its operations port. */
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
  const whole = (name: string) => roundOrNull(values.sum(name))
  const requests = 'http_request_duration_seconds_count'
  const served = values.sum(requests)
  const failed = values.sum(requests, ({ status = '' }) => status.startsWith('5'))
  return {
    node: values.label('nodejs_version_info', 'version') ?? null,
    started_at: timeOrNull(values.sum('process_start_time_seconds')),
    memory_bytes: whole('process_resident_memory_bytes'),
    requests: roundOrNull(served),
    failures: served === undefined ? null : (failed ?? 0),
    settler_backlog: whole('order_settler_backlog'),
    settler_oldest_seconds: whole('order_settler_oldest_seconds'),
    ledger_mismatches: whole('stock_ledger_mismatches'),
    ledger_checked_at: timeOrNull(values.sum('stock_ledger_checked_timestamp_seconds')),
  }
}

const roundOrNull = (value: number | undefined) => (value === undefined ? null : Math.round(value))
/** Zero is a gauge that was never set. */
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
  if (readiness === undefined) return 'It gave no answer in time.'
  if (readiness.status === 200) return null
  try {
    return String(JSON.parse(readiness.text).detail).slice(0, TEXT_LENGTH_MAX)
  } catch {
    return `It answered ${readiness.status}.`
  }
}
