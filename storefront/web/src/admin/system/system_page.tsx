/** The state of all services, as the gateway sees it. */
import { queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { SHOP_NAME } from '../../brand.ts'
import { formatNumber } from '../../ui/format.tsx'
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

const SERVICES: Record<string, { title: string; does: string }> = {
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
          As the gateway sees it, checked every few seconds. Behind a load balancer only one of several
          replicas answers at a time.
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
          The stock of {formatNumber(mismatches)} {mismatches === 1 ? 'product' : 'products'} differs from the
          sum of its movements. The log of product_service names them.
        </Notice>
      )}
      {down.length === 0 && owedSeconds > SETTLE_SECONDS_MAX && (
        <Notice live tone="warn" title="Orders wait longer than they should">
          The oldest has been open for {formatNumber(Math.round(owedSeconds / 60))} minutes. The log of
          order_service says why.
        </Notice>
      )}
      <Verdict ready={ready} total={replicas.length} down={down} />
      <Figures services={services} />
      <div className="grid gap-6 lg:grid-cols-2">
        {services.map(({ service, replicas }) => (
          <Panel
            key={service}
            title={SERVICES[service]?.title ?? service}
            aside={<p className="text-sm text-soft">{SERVICES[service]?.does}</p>}
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
    down.map(({ service }) => SERVICES[service]?.title ?? service),
  )
  if (down.length > 0) {
    return (
      <Notice live tone="bad" title={`${names}: not available`}>
        {SHOP_NAME} keeps working: orders are accepted, and settled when everything is available again.
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
