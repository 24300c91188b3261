/** All checks of a shop, in their order, and the safe fixes where they are wanted. */
import { isMongo } from '../backup/databases.ts'
import type { Plan } from '../plan.ts'
import { checkCategories } from './categories.ts'
import { checkLedger, checkUnsettled } from './consistency.ts'
import { applyFixes, type Check, type CheckResult, type Report, reportOf } from './findings.ts'
import { checkConfiguration, checkPorts } from './machine.ts'
import { checkMedia } from './media.ts'
import { checkNumbers } from './numbers.ts'
import { providerOf } from './payment_provider.ts'
import { checkPayments } from './payments.ts'
import { checkReservations } from './reservations.ts'
import { checkReturns } from './returns.ts'
import { checkStores } from './stores.ts'
import { checkReadability } from './unreadable.ts'

/** Changes nothing without `fix`. */
export async function examine(plan: Plan, { fix }: { readonly fix: boolean }): Promise<Report> {
  const configuration = await checkConfiguration(plan)
  const ports = await checkPorts(plan)
  const stores = await checkStores(plan, ports.running)
  const { products, orders, cases, payments, ordersMadeAt } = stores.open
  const results: CheckResult[] = []
  // What one check repaired, the next one finds repaired.
  const add = async (check: Check) => void results.push(await applyFixes(check, fix))
  try {
    for (const check of [configuration, ports, stores]) await add(check)
    // The replicas of a shop on MongoDB run on other machines too.
    const running = ports.running.length > 0 || isMongo(plan.databaseUrl)
    const now = () => new Date()
    // Orders first: settling an order can also correct its reservation.
    if (products && orders) await add(await checkUnsettled({ products, orders, running, now }))
    if (orders) await add(await checkReadability(orders, stores.open.unreadable))
    if (orders) await add(await checkNumbers(orders))
    if (products) await add(await checkLedger(products, running))
    if (products) await add(await checkMedia(products, now))
    if (products) await add(await checkCategories(products))
    if (products && orders)
      await add(await checkReservations({ products, orders, ordersMadeAt, running, now }))
    if (products && orders && cases)
      await add(
        await checkReturns({
          ...{ cases, orders, audit: products.audit, running, payments: payments?.payments },
          digits: () => payments!.digits(),
        }),
      )
    if (payments) {
      const provider = providerOf(plan, ports.running, payments.digits)
      try {
        await add(
          await checkPayments({
            ...{ payments: payments.payments, digits: payments.digits(), orders, provider, running, now },
            unreadable: stores.open.unreadablePayments,
          }),
        )
      } finally {
        await provider?.close()
      }
    }
    return reportOf(results)
  } finally {
    await products?.close()
    await orders?.close()
    await payments?.close()
  }
}
