/** Stores that count in another money than the services would: found before any of them is started. */
import { join } from 'node:path'
import { type MoneyConfig, moneyFault } from '@shop/service_kit/store_money'
import type { Plan } from '../plan.ts'

/** One sentence for each store on SQLite. For a configuration without faults. */
export function moneyFaults({ services, dataDir, databaseUrl }: Plan): string[] {
  if (databaseUrl !== undefined) return []
  return services
    .filter(({ entry }) => entry.name !== 'auth_service')
    .map(({ entry, env }) =>
      moneyFault(join(dataDir, entry.databaseFile), entry.readConfig(env) as MoneyConfig),
    )
    .filter((fault) => fault !== undefined)
}
