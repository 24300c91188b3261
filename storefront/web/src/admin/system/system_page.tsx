/** The state of all services, as the gateway sees it. */

import { queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatList, formatNumber } from '../../language/formats.ts'
import { shopSettings } from '../../settings/current.ts'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Stale } from '../../ui/stale.tsx'
import { AdminPage, Panel } from '../parts.tsx'
import { LIVE_MS } from '../queries.ts'
import { highest, readSystem, type ServiceState } from './read_system.ts'
import { ReplicaItem } from './replica_item.tsx'
import { Figures } from './system_figures.tsx'

const systemQuery = queryOptions({
  queryKey: ['admin', 'system'],
  queryFn: ({ signal }) => readSystem(signal),
  refetchInterval: pollEvery(LIVE_MS),
  staleTime: 0,
})

/** As in deploy/monitoring: orders settle within seconds after a fault ends, so this age means another fault. */
const SETTLE_SECONDS_MAX = 120

const nameOf = (service: string): string => {
  const names: Readonly<Record<string, string>> = admin.system.services
  return names[service] ?? service
}

export default function SystemPage() {
  const { data, error, isPending, dataUpdatedAt, refetch } = useAnswer(systemQuery)
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title={admin.system.title}>{admin.system.title}</PageTitle>
        <p className="max-w-2xl text-soft">{admin.system.more}</p>
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.system.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.system.loading} />
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
        <Notice live tone="bad" title={admin.system.unbalanced}>
          {admin.system.unbalancedMore(mismatches)}
        </Notice>
      )}
      {down.length === 0 && owedSeconds > SETTLE_SECONDS_MAX && (
        <Notice live tone="warn" title={admin.system.slow}>
          {admin.system.slowMore(Math.round(owedSeconds / 60))}
        </Notice>
      )}
      <Verdict ready={ready} total={replicas.length} down={down} />
      <Figures services={services} />
      <div className="grid gap-6 lg:grid-cols-2">
        {services.map(({ service, replicas }) => (
          <Panel
            key={service}
            title={nameOf(service)}
            aside={
              <p className="text-sm text-soft">{service === 'storefront' ? admin.system.gateway : service}</p>
            }
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
  const names = formatList(down.map(({ service }) => nameOf(service)))
  if (down.length > 0) {
    return (
      <Notice live tone="bad" title={admin.system.down(names)}>
        {admin.system.downMore(shopSettings().name)}
      </Notice>
    )
  }
  return ready === total ? (
    <Notice tone="good" title={admin.system.up} />
  ) : (
    <Notice live tone="warn" title={admin.system.partly(formatNumber(ready), formatNumber(total))}>
      {admin.system.partlyMore}
    </Notice>
  )
}
