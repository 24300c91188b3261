import type { ReactNode } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber, numberFormat } from '../../language/formats.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import { Ago } from '../../ui/format.tsx'
import type { Replica } from './read_system.ts'

function stateOf({ alive, ready }: Replica): {
  tone: BadgeTone
  icon: 'check' | 'warning' | 'close'
  label: string
} {
  if (ready) return { tone: 'good', icon: 'check', label: admin.system.ready }
  return alive
    ? { tone: 'warn', icon: 'warning', label: admin.system.notReady }
    : { tone: 'bad', icon: 'close', label: admin.system.notReachable }
}

/** One replica of a service: is it ready, and a few of its figures. */
export function ReplicaItem({ replica, withStore }: { replica: Replica; withStore: boolean }) {
  const { tone, icon, label } = stateOf(replica)
  const facts: [string, ReactNode][] = [
    ...(withStore
      ? [
          [
            admin.system.database,
            replica.ready
              ? admin.system.answersIn(formatNumber(replica.answer_ms ?? 0))
              : admin.system.noAnswer,
          ] as [string, string],
        ]
      : []),
    [admin.system.started, replica.started_at === null ? '–' : <Ago key="since" at={replica.started_at} />],
    [admin.system.release, replica.version ?? '–'],
    ['Node.js', replica.node ?? '–'],
    [admin.system.memory, replica.memory_bytes === null ? '–' : megabytes(replica.memory_bytes)],
    [admin.system.requests, describeRequests(replica)],
  ]
  return (
    <li className="grid gap-3 border-t border-line pt-5 first:border-t-0 first:pt-0">
      <div className="flex flex-wrap items-center justify-between gap-2">
        {withStore ? (
          <h3 className="font-mono text-sm break-all">{replica.address}</h3>
        ) : (
          <h3 className="text-sm">{admin.system.thisGateway}</h3>
        )}
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
  requests === null ? '–' : admin.system.requestsFailed(formatNumber(requests), formatNumber(failures ?? 0))
const megabytes = (bytes: number) =>
  numberFormat({ style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 }).format(bytes / 1_000_000)
