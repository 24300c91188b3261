/**
 * Checks the ledger (invariant 2) and that every order settles (5); reservations.ts checks that confirmed means held (6).
 * Reads page by page through the ports of the stores, so it works on every kind of store, and while the services run.
 *
 * Two stores are never read at the same instant. So while the services run, a finding counts only if a second check,
 * RECHECK_DELAY_MS later, finds it again: a change that was under way is complete by then.
 */
import { NO_PAYMENTS } from '@shop/order_service/clients/payment_client'
import type { Order } from '@shop/order_service/domain/order'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { BACKOFF, settleDue } from '@shop/order_service/domain/settle_due'
import { createSettle } from '@shop/order_service/domain/settle_order'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createDirectReservations } from './direct_reservations.ts'
import type { Check, Finding } from './findings.ts'

export const PAGE = 500
const RECHECK_DELAY_MS = 3_000
/** Much longer than an order waits if nothing is wrong (settle_due.ts). */
export const STUCK_AFTER_MS = 60_000
/** How long a fix waits for orders that another settler has claimed; a little more than a lease. */
const SETTLE_TIMEOUT_MS = 20_000
const SETTLE_POLL_MS = 500

export type Shop = {
  readonly products: ProductStores
  readonly orders: OrderStore
  /** An order older than this belongs to an earlier store. */
  readonly ordersMadeAt?: string | undefined
  readonly running: boolean
  readonly now: () => Date
}

export async function checkLedger({ audit }: ProductStores, running: boolean): Promise<Check> {
  let checked = 0
  const compare = async () => {
    checked = 0
    const found: KeyedFinding[] = []
    for (let after: string | undefined, more = true; more; ) {
      const page = await audit.ledgerMismatches(after, PAGE)
      checked += page.checked
      for (const mismatch of page.mismatches) {
        const { productId, stock, movementsSum, reserved, heldUnits } = mismatch
        found.push({
          key: productId,
          problem: `Product ${productId} has stock ${stock} and reserved ${reserved}, but its movements sum up to ${movementsSum} and its held reservations to ${heldUnits}.`,
          remedy:
            'The shop never changes one without the other, so another program changed the store: count the units, and compare with the last backup.',
        })
      }
      after = page.next
      more = after !== undefined
    }
    return found
  }
  return {
    name: 'Ledger',
    findings: await foundTwice(compare, running),
    summary: `balances for ${checked} products`,
  }
}

export async function checkUnsettled(shop: Shop): Promise<Check> {
  const { waiting, stuck } = await unsettled(shop)
  let settling: Promise<ReadonlySet<string>> | undefined
  const findings = stuck.map(({ id, status, updatedAt }): Finding => {
    return {
      problem: `Order ${id} has been ${status} since ${updatedAt} and is not settled.`,
      remedy: shop.running
        ? 'Read the log of order_service; `npm run doctor -- --fix` settles the order now.'
        : 'Start the shop, which settles it, or run `npm run doctor -- --fix`.',
      async fix() {
        settling ??= settleAll(shop)
        if ((await settling).has(id)) throw new Error('it could not be settled yet; try again in a minute')
        return `Order ${id} is settled: it is ${(await shop.orders.find(id))?.order.status}.`
      },
    }
  })
  return { name: 'Orders', findings, summary: `none is stuck; ${waiting} being settled` }
}

async function unsettled({ orders, now }: Shop) {
  const since = new Date(now().getTime() - STUCK_AFTER_MS).toISOString()
  const stuck: Order[] = []
  let waiting = 0
  for (let after: string | undefined, more = true; more; ) {
    const page = await orders.listUnsettled({ limit: PAGE, after })
    waiting += page.length
    stuck.push(...page.map(({ order }) => order).filter(({ updatedAt }) => updatedAt < since))
    after = page.at(-1)?.order.id
    more = page.length === PAGE
  }
  return { waiting, stuck }
}

/** Settles what is due like the settler of order_service, by its leases. Resolves to the ids that remain stuck. */
async function settleAll(shop: Shop): Promise<ReadonlySet<string>> {
  const ports = settlingPorts(shop)
  const settle = createSettle(ports)
  for (
    const deadline = shop.now().getTime() + SETTLE_TIMEOUT_MS;
    ;
    await systemRuntime.sleep(SETTLE_POLL_MS)
  ) {
    await settleDue({ ...ports, pauseMs: () => BACKOFF.firstMs }, settle)
    const { stuck } = await unsettled(shop)
    if (stuck.length === 0 || shop.now().getTime() > deadline) return new Set(stuck.map(({ id }) => id))
  }
}

/** What settles an order while no service runs, or beside them. */
export const settlingPorts = ({ orders, products, now }: Shop) => ({
  payments: NO_PAYMENTS,
  ...systemRuntime,
  ...{ orders, now, reservations: createDirectReservations(products.stock, now) },
  report: () => {},
  reached: () => {},
})

export type KeyedFinding = Finding & { readonly key: string }

export async function foundTwice(
  check: () => Promise<readonly KeyedFinding[]>,
  running: boolean,
): Promise<readonly Finding[]> {
  const first = await check()
  if (!running || first.length === 0) return first
  await systemRuntime.sleep(RECHECK_DELAY_MS)
  const again = new Map((await check()).map((finding) => [finding.key + finding.problem, finding]))
  return first.filter(({ key, problem }) => again.has(key + problem))
}
