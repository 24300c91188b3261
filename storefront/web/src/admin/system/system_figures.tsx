import { admin } from '../../language/admin_texts.ts'
import { formatList, formatNumber } from '../../language/formats.ts'
import { Ago } from '../../ui/format.tsx'
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
        label={admin.system.backlog}
        value={backlog === undefined ? '–' : formatNumber(backlog)}
        note={
          backlog === undefined
            ? admin.system.unknown
            : backlog === 0
              ? admin.system.noneWaiting
              : admin.system.oldestWaits(formatNumber(oldest ?? 0))
        }
      />
      <Tile
        label={admin.system.ledger}
        value={
          checkedAt === undefined || mismatches === undefined
            ? '–'
            : mismatches === 0
              ? admin.system.balances
              : formatNumber(mismatches)
        }
        note={
          checkedAt === undefined
            ? admin.system.firstCheck
            : admin.system[mismatches === 0 ? 'checked' : 'differ'](<Ago at={checkedAt} />)
        }
      />
      <Tile
        label={admin.system.databases}
        value={admin.system.of(formatNumber(stores), formatNumber(withStore.length))}
        note={admin.system.answer}
      />
      <Tile
        label={versions.length > 1 ? admin.system.releases : admin.system.release}
        value={versions.length === 0 ? '–' : formatList(versions)}
        note={versions.length > 1 ? admin.system.different : admin.system.same}
      />
    </dl>
  )
}
