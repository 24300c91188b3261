import { Ago, formatNumber } from '../../ui/format.tsx'
import { Tile } from '../parts.tsx'
import { highest, type ServiceState } from './read_system.ts'

/** Four figures over all services. */
export function Figures({ services }: { services: readonly ServiceState[] }) {
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
              ? 'no order is waiting'
              : `the oldest waits for ${formatNumber(oldest ?? 0)} s`
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
        note={versions.length > 1 ? 'different releases are running' : 'the same everywhere'}
      />
    </dl>
  )
}
