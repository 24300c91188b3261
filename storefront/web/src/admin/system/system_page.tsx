/** How the parts of the shop are, as the gateway sees them at this moment. */
import { queryOptions } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { every } from '../../api/heal.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { SHOP_NAME } from '../../brand.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import { Ago, formatNumber } from '../../ui/format.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Stale } from '../../ui/stale.tsx'
import { AdminPage, Panel, Tile } from '../parts.tsx'
import { LIVE_MS } from '../queries.ts'
import { type Replica, readSystem, type ServiceState } from './read_system.ts'

const systemQuery = queryOptions({
  queryKey: ['admin', 'system'],
  queryFn: ({ signal }) => readSystem(signal),
  refetchInterval: every(LIVE_MS),
  staleTime: 0,
})

/** As in deploy/monitoring: what is owed is settled within seconds of the last fault, so this long tells of another. */
const SETTLE_SECONDS_MAX = 120

const WORDS: Record<string, { title: string; does: string }> = {
  storefront: { title: 'Storefront', does: 'pages and gateway' },
  auth_service: { title: 'Accounts', does: 'auth_service' },
  product_service: { title: 'Products and stock', does: 'product_service' },
  order_service: { title: 'Orders', does: 'order_service' },
}

export default function SystemPage() {
  const { data, error, isPending, dataUpdatedAt, refetch } = useAnswer(systemQuery)
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title="System">System</PageTitle>
        <p className="max-w-2xl text-soft">
          As the gateway sees it, looked at every few seconds. Where a balancer stands before several
          replicas, one of them answers at a time.
        </p>
      </div>
      {error && !data && <ProblemNotice error={error} doing="look at the system" retry={refetch} />}
      {isPending && (
        <>
          <Loading what="the state of the system" />
          <Skeleton className="h-20 rounded-lg" />
          <Skeleton className="h-28 rounded-xl" />
          <Skeleton className="h-96 rounded-xl" />
        </>
      )}
      {data && <State services={data} />}
      <Stale when={error !== null && data !== undefined} at={dataUpdatedAt} />
    </AdminPage>
  )
}

function State({ services }: { services: readonly ServiceState[] }) {
  const replicas = services.flatMap(({ replicas }) => replicas)
  const ready = replicas.filter((replica) => replica.ready).length
  const down = services.filter(({ replicas }) => !replicas.some((replica) => replica.ready))
  const mismatches = highest(replicas.map((replica) => replica.ledger_mismatches)) ?? 0
  const owedSeconds = highest(replicas.map((replica) => replica.settler_oldest_seconds)) ?? 0
  return (
    <>
      {mismatches > 0 && (
        <Notice live tone="bad" title="The ledger does not balance">
          {formatNumber(mismatches)} {mismatches === 1 ? 'product has' : 'products have'} another stock than
          the sum of their movements. The log of product_service names them.
        </Notice>
      )}
      {down.length === 0 && owedSeconds > SETTLE_SECONDS_MAX && (
        <Notice live tone="warn" title="Orders wait longer than they should">
          The oldest has been open for {formatNumber(Math.round(owedSeconds / 60))} minutes. The log of
          order_service says what holds it up.
        </Notice>
      )}
      <Verdict ready={ready} total={replicas.length} down={down} />
      <Figures services={services} />
      <div className="grid gap-6 lg:grid-cols-2">
        {services.map(({ service, replicas }) => (
          <Panel
            key={service}
            title={WORDS[service]?.title ?? service}
            aside={<p className="text-sm text-soft">{WORDS[service]?.does}</p>}
          >
            <ul className="grid gap-5">
              {replicas.map((replica) => (
                <ReplicaItem key={replica.address} replica={replica} withStore={service !== 'storefront'} />
              ))}
            </ul>
          </Panel>
        ))}
      </div>
    </>
  )
}

function Verdict({ ready, total, down }: { ready: number; total: number; down: readonly ServiceState[] }) {
  const names = new Intl.ListFormat(undefined).format(
    down.map(({ service }) => WORDS[service]?.title ?? service),
  )
  if (down.length > 0) {
    return (
      <Notice live tone="bad" title={`${names}: away`}>
        {SHOP_NAME} goes on without: orders are taken and settled when everything is back.
      </Notice>
    )
  }
  return ready === total ? (
    <Notice tone="good" title="Everything is up" />
  ) : (
    <Notice live tone="warn" title={`${formatNumber(ready)} of ${formatNumber(total)} replicas are ready`}>
      Every service has at least one, so visitors notice nothing.
    </Notice>
  )
}

function Figures({ services }: { services: readonly ServiceState[] }) {
  const of = (service: string) => services.find((one) => one.service === service)?.replicas ?? []
  const backlog = highest(of('order_service').map((replica) => replica.settler_backlog))
  const oldest = highest(of('order_service').map((replica) => replica.settler_oldest_seconds))
  const mismatches = highest(of('product_service').map((replica) => replica.ledger_mismatches))
  const checkedAt = of('product_service')
    .flatMap((replica) => replica.ledger_checked_at ?? [])
    .toSorted()
    .at(-1)
  const withStore = services
    .filter(({ service }) => service !== 'storefront')
    .flatMap(({ replicas }) => replicas)
  const stores = withStore.filter((replica) => replica.ready).length
  const versions = [
    ...new Set(services.flatMap(({ replicas }) => replicas.flatMap(({ version }) => version ?? []))),
  ]
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
      <Tile
        label="Settler backlog"
        value={backlog === undefined ? '–' : formatNumber(backlog)}
        note={
          backlog === undefined
            ? 'not known'
            : backlog === 0
              ? 'nothing is owed'
              : `the oldest for ${formatNumber(oldest ?? 0)} s`
        }
      />
      <Tile
        label="Ledger"
        value={
          checkedAt === undefined || mismatches === undefined
            ? '–'
            : mismatches === 0
              ? 'Balances'
              : formatNumber(mismatches)
        }
        note={
          checkedAt === undefined ? (
            'first check a minute after the start'
          ) : (
            <>
              {mismatches === 0 ? 'checked ' : 'products differ, checked '}
              <Ago at={checkedAt} />
            </>
          )
        }
      />
      <Tile
        label="Databases"
        value={`${formatNumber(stores)} of ${formatNumber(withStore.length)}`}
        note="answer their service"
      />
      <Tile
        label={versions.length > 1 ? 'Releases' : 'Release'}
        value={versions.length === 0 ? '–' : versions.join(', ')}
        note={versions.length > 1 ? 'more than one runs' : 'the same everywhere'}
      />
    </dl>
  )
}

function stateOf({ alive, ready }: Replica): {
  tone: BadgeTone
  icon: 'check' | 'warning' | 'close'
  words: string
} {
  if (ready) return { tone: 'good', icon: 'check', words: 'Ready' }
  return alive
    ? { tone: 'warn', icon: 'warning', words: 'Not ready' }
    : { tone: 'bad', icon: 'close', words: 'Away' }
}

function ReplicaItem({ replica, withStore }: { replica: Replica; withStore: boolean }) {
  const { tone, icon, words } = stateOf(replica)
  const facts: [string, ReactNode][] = [
    ...(withStore
      ? [['Database', replica.ready ? `answers in ${replica.answer_ms} ms` : 'no answer'] as [string, string]]
      : []),
    ['Started', replica.started_at === null ? '–' : <Ago key="since" at={replica.started_at} />],
    ['Release', replica.version ?? '–'],
    ['Node.js', replica.node ?? '–'],
    ['Memory', replica.memory_bytes === null ? '–' : mebibytes(replica.memory_bytes)],
    ['Requests', requestWords(replica)],
  ]
  return (
    <li className="grid gap-3 border-t border-line pt-5 first:border-t-0 first:pt-0">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-mono text-sm break-all">{replica.address}</h3>
        <Badge tone={tone} icon={icon}>
          {words}
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

const highest = (values: readonly (number | null)[]): number | undefined => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? undefined : Math.max(...known)
}
const requestWords = ({ requests, failures }: Replica) =>
  requests === null ? '–' : `${formatNumber(requests)}, ${formatNumber(failures ?? 0)} failed`
const size = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 })
const mebibytes = (bytes: number) => size.format(bytes / 1_000_000)
