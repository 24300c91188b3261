import type { ReactNode } from 'react'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import { Ago, formatNumber } from '../../ui/format.tsx'
import type { Replica } from './read_system.ts'

function stateOf({ alive, ready }: Replica): {
  tone: BadgeTone
  icon: 'check' | 'warning' | 'close'
  label: string
} {
  if (ready) return { tone: 'good', icon: 'check', label: 'Ready' }
  return alive
    ? { tone: 'warn', icon: 'warning', label: 'Not ready' }
    : { tone: 'bad', icon: 'close', label: 'Not reachable' }
}

/** One replica of a service: is it ready, and a few of its figures. */
export function ReplicaItem({ replica, withStore }: { replica: Replica; withStore: boolean }) {
  const { tone, icon, label } = stateOf(replica)
  const facts: [string, ReactNode][] = [
    ...(withStore
      ? [['Database', replica.ready ? `answers in ${replica.answer_ms} ms` : 'no answer'] as [string, string]]
      : []),
    ['Started', replica.started_at === null ? '–' : <Ago key="since" at={replica.started_at} />],
    ['Release', replica.version ?? '–'],
    ['Node.js', replica.node ?? '–'],
    ['Memory', replica.memory_bytes === null ? '–' : megabytes(replica.memory_bytes)],
    ['Requests', describeRequests(replica)],
  ]
  return (
    <li className="grid gap-3 border-t border-line pt-5 first:border-t-0 first:pt-0">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-mono text-sm break-all">{replica.address}</h3>
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      </div>
      {replica.problem && <p className="text-sm text-bad [overflow-wrap:anywhere]">{replica.problem}</p>}
      {replica.alive && (
        <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3">
          {facts.map(([name, value]) => (
            <div key={name} className="grid content-start">
              <dt className="text-xs text-soft">{name}</dt>
              <dd className="tabular text-sm font-semibold">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  )
}

const describeRequests = ({ requests, failures }: Replica) =>
  requests === null ? '–' : `${formatNumber(requests)}, ${formatNumber(failures ?? 0)} failed`
const size = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 })
const megabytes = (bytes: number) => size.format(bytes / 1_000_000)
