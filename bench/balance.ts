/**
 * Checks after the load that the stores balance: a fast shop that breaks a promise does not count.
 *
 * Stock is the sum of its movements, and reserved the sum of held units (invariant 2). Every held reservation belongs to
 * a confirmed order, and every confirmed order has one (invariant 6). Every order that was answered is stored (3).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openStores as openOrders } from '@shop/order_service/storage/open_stores'
import { openStores as openProducts } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { CURRENCY, type StoreLocation } from './fill.ts'

const PAGE = 500
const SETTLE_MS = 60_000

/** Resolves to a sentence; rejects with the difference if the stores do not balance. */
export async function checkBalance(
  locations: { products: StoreLocation; orders: StoreLocation },
  answered: number,
): Promise<string> {
  const products = await openProducts({ ...locations.products, CURRENCY }, { runtime: systemRuntime })
  const { orders, close } = await openOrders({ ...locations.orders, CURRENCY }, { runtime: systemRuntime })
  const unsettled = async () => (await orders.backlog()).count
  try {
    for (const deadline = Date.now() + SETTLE_MS; (await unsettled()) > 0; await sleep(200)) {
      if (Date.now() > deadline) throw new Error(`${await unsettled()} orders did not settle`)
    }
    let checked = 0
    for (let after: string | undefined, more = true; more; ) {
      const page = await products.audit.ledgerMismatches(after, PAGE)
      if (page.mismatches.length > 0)
        throw new Error(`the ledger differs: ${JSON.stringify(page.mismatches)}`)
      checked += page.checked
      after = page.next
      more = after !== undefined
    }
    let held = 0
    for (let after: string | undefined, more = true; more; ) {
      const page = await products.audit.heldReservations(after, PAGE)
      const ids = page.reservations.map(({ orderId }) => orderId)
      const statuses = await orders.statusesOf(ids)
      const strange = ids.filter((id) => statuses.get(id) !== 'confirmed')
      if (strange.length > 0) throw new Error(`held without a confirmed order: ${strange.join(', ')}`)
      held += ids.length
      after = page.next
      more = after !== undefined
    }
    let confirmed = 0
    for (let before: string | undefined, more = true; more; ) {
      const page = await orders.listByStatus('confirmed', { limit: PAGE, before })
      confirmed += page.length
      before = page.at(-1)?.order.id
      more = page.length === PAGE
    }
    if (confirmed !== held)
      throw new Error(`${confirmed} orders are confirmed, but ${held} reservations held`)
    if (confirmed < answered)
      throw new Error(`${answered} orders were answered, but only ${confirmed} are stored`)
    return (
      `Stores balance: ${checked} products equal their ledgers, ${held} reservations held for ` +
      `${confirmed} confirmed orders, all ${answered} answered ones among them.`
    )
  } finally {
    await products.close()
    await close()
  }
}
