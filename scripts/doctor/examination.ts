/** All checks of a shop, in their order, and the safe fixes where they are wanted. */
import { isMongo } from '../backup/databases.ts'
import type { Plan } from '../plan.ts'
import { checkLedger, checkReservations, checkUnsettled } from './consistency.ts'
import { applyFixes, type Check, type Report } from './findings.ts'
import { checkConfiguration, checkPorts } from './machine.ts'
import { checkStores } from './stores.ts'
import { checkReadability } from './unreadable.ts'

/** Changes nothing without `fix`. */
export async function examine(plan: Plan, { fix }: { readonly fix: boolean }): Promise<Report> {
  const configuration = await checkConfiguration(plan)
  const ports = await checkPorts(plan)
  const stores = await checkStores(plan)
  const { products, orders, ordersMadeAt } = stores.open
  const checks: Check[] = [configuration, ports, stores]
  try {
    // The replicas of a shop on MongoDB run on other machines too.
    const running = ports.running.length > 0 || isMongo(plan.databaseUrl)
    const now = () => new Date()
    // Orders first: settling an order can also correct its reservation.
    if (products && orders) checks.push(await checkUnsettled({ products, orders, running, now }))
    if (orders) checks.push(await checkReadability(orders, stores.open.unreadable))
    if (products) checks.push(await checkLedger(products, running))
    if (products && orders)
      checks.push(await checkReservations({ products, orders, ordersMadeAt, running, now }))
    return await applyFixes(checks, fix)
  } finally {
    await products?.close()
    await orders?.close()
  }
}
