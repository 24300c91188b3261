/** Finds stores whose currency or digits differ from the configuration, before a service is started. */
import { join } from 'node:path'
import { moneyFault } from '@shop/service_kit/sqlite/money'
import type { MoneyConfig } from '@shop/service_kit/storage/store_money'
import { type Plan, plannedService } from '../plan.ts'

const WITH_MONEY: readonly string[] = ['product_service', 'payment_service', 'order_service']

/** One sentence for each such store on SQLite. The configuration must be free of faults. */
export function moneyFaults({ services, dataDir, databaseUrl }: Plan): string[] {
  if (databaseUrl !== undefined) return []
  return services
    .filter(({ entry }) => WITH_MONEY.includes(entry.name))
    .map(({ entry, env }) =>
      moneyFault(join(dataDir, entry.databaseFile), entry.readConfig(env) as MoneyConfig),
    )
    .filter((fault) => fault !== undefined)
}

/** The currency configured for each database on MongoDB. The configuration must be free of faults. */
export async function moneyByDatabase(plan: Plan): Promise<ReadonlyMap<string, MoneyConfig>> {
  // Loads the driver, which a shop on SQLite does not need.
  const { MONGO_DATABASE: products } = await import('@shop/product_service/storage/open_mongo')
  const { MONGO_DATABASE: orders } = await import('@shop/order_service/storage/open_mongo')
  const configOf = (name: 'product_service' | 'order_service') => {
    const { entry, env } = plannedService(plan, name)
    return entry.readConfig(env) as MoneyConfig
  }
  return new Map([
    [products, configOf('product_service')],
    [orders, configOf('order_service')],
  ])
}
