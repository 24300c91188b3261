/**
 * Compares the stores: the ledger balances (invariant 2), every order settles (5), and confirmed means held (6). Reads
 * page by page through the ports of the stores, so it works on every kind of store, and while the services run.
 *
 * Two stores are never read at the same instant. So while the services run, a finding counts only if a second check,
 * RECHECK_DELAY_MS later, finds it again: a change that was under way is complete by then.
 */
import type { Order, OrderStatus } from '@shop/order_service/domain/order'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { isUnsettled } from '@shop/order_service/domain/schedule'
import { BACKOFF, settleDue } from '@shop/order_service/domain/settle_due'
import { createSettle } from '@shop/order_service/domain/settle_order'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createDirectReservations } from './direct_reservations.ts'
import type { Check, Finding } from './findings.ts'
import { UNREADABLE_REMEDY } from './unreadable.ts'

const PAGE = 500
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

export async function checkReservations(shop: Shop): Promise<Check> {
  let counted = ''
  const findings = await foundTwice(async () => {
    const { held, found } = await compareHeldWithOrders(shop)
    const { confirmed, found: unheld } = await compareConfirmedWithHeld(shop, held)
    counted = `${held.size} held reservations and ${confirmed} confirmed orders agree`
    return [...found, ...unheld]
  }, shop.running)
  return { name: 'Reservations', findings, summary: counted }
}

/** Every held reservation belongs to an order that may hold one. */
async function compareHeldWithOrders(shop: Shop) {
  const { products, orders } = shop
  const held = new Map<string, string>()
  const found: KeyedFinding[] = []
  for (let after: string | undefined, more = true; more; ) {
    const page = await products.audit.heldReservations(after, PAGE)
    const statuses = await orders.statusesOf(page.reservations.map(({ orderId }) => orderId))
    for (const orderId of page.unreadable) {
      held.set(orderId, UNREADABLE)
      found.push({
        key: orderId,
        problem: `The reservation of order ${orderId} is in the store and cannot be read.`,
        remedy: UNREADABLE_REMEDY,
      })
    }
    for (const { orderId, lines } of page.reservations) {
      held.set(orderId, fingerprint(lines))
      const finding = heldFinding(shop, orderId, statuses.get(orderId), await owes(orders, orderId, statuses))
      if (finding) found.push(finding)
    }
    after = page.next
    more = after !== undefined
  }
  return { held, found }
}

/** Is a step of the order still unknown to product_service? Read only for orders where it matters. */
async function owes(orders: OrderStore, id: string, statuses: ReadonlyMap<string, OrderStatus>) {
  const status = statuses.get(id)
  if (status !== 'shipped' && status !== 'delivered') return false
  const stored = await orders.find(id)
  return stored !== undefined && isUnsettled(stored)
}

function heldFinding(
  { products, ordersMadeAt, now }: Shop,
  orderId: string,
  status: OrderStatus | undefined,
  owed: boolean,
): KeyedFinding | undefined {
  if (status === undefined && isOlder(orderId, ordersMadeAt)) {
    return {
      key: orderId,
      problem: `Stock is held for order ${orderId}, which is not in the store of orders. That store was created later, at ${ordersMadeAt}.`,
      remedy:
        'Put the earlier store of orders back (check that DATABASE_URL names it), or restore a backup (`npm run restore`). If the order is lost, count the units and correct the stock.',
    }
  }
  if (status === undefined || status === 'rejected' || status === 'cancelled') {
    return {
      key: orderId,
      problem: `Stock is held for order ${orderId}, which ${status === undefined ? 'does not exist' : `is ${status}`}.`,
      remedy: 'Release it: `npm run doctor -- --fix`.',
      async fix() {
        await products.stock.release([orderId], now().toISOString())
        return `The stock held for order ${orderId} was released.`
      },
    }
  }
  if ((status === 'shipped' || status === 'delivered') && !owed) {
    return {
      key: orderId,
      problem: `Order ${orderId} is ${status}, but its reservation is still held.`,
      remedy: 'Record the shipment: `npm run doctor -- --fix`.',
      async fix() {
        await products.stock.ship([orderId], now().toISOString())
        return `The reservation of order ${orderId} is recorded as shipped.`
      },
    }
  }
  return undefined
}

/** Ids begin with the time they were made (RFC 9562, version 7). */
const isOlder = (orderId: string, at: string | undefined): boolean =>
  at !== undefined && Number.parseInt(orderId.replaceAll('-', '').slice(0, 12), 16) < Date.parse(at)

/** Every confirmed order is held, for exactly its lines. `held` was read before, so newer orders are not in it. */
async function compareConfirmedWithHeld({ orders }: Shop, held: ReadonlyMap<string, string>) {
  const found: KeyedFinding[] = []
  let confirmed = 0
  for (let before: string | undefined, more = true; more; ) {
    const page = await orders.listByStatus('confirmed', { limit: PAGE, before })
    confirmed += page.length
    for (const { order } of page) {
      const lines = held.get(order.id)
      if (lines === UNREADABLE || lines === fingerprint(order.lines)) continue
      found.push({
        key: order.id,
        problem:
          lines === undefined
            ? `Order ${order.id} is confirmed, but no stock is held for it.`
            : `Order ${order.id} is confirmed, but its reservation has other lines.`,
        remedy: 'Cancel the order (PUT /orders/:id with status cancelled) and inform its customer.',
      })
    }
    before = page.at(-1)?.order.id
    more = page.length === PAGE
  }
  return { confirmed, found }
}

/** Stands for the lines of a reservation that cannot be read, which is a finding of its own. */
const UNREADABLE = 'unreadable'

const fingerprint = (lines: readonly { productId: string; quantity: number }[]): string =>
  lines
    .map(({ productId, quantity }) => `${productId} ${quantity}`)
    .sort()
    .join()

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
  const { orders, products, now } = shop
  const reservations = createDirectReservations(products.stock, now)
  const ports = { ...systemRuntime, orders, reservations, now, report: () => {}, reached: () => {} }
  const settle = createSettle(ports)
  for (const deadline = now().getTime() + SETTLE_TIMEOUT_MS; ; await systemRuntime.sleep(SETTLE_POLL_MS)) {
    await settleDue({ ...ports, pauseMs: () => BACKOFF.firstMs }, settle)
    const { stuck } = await unsettled(shop)
    if (stuck.length === 0 || now().getTime() > deadline) return new Set(stuck.map(({ id }) => id))
  }
}

type KeyedFinding = Finding & { readonly key: string }

async function foundTwice(
  check: () => Promise<readonly KeyedFinding[]>,
  running: boolean,
): Promise<readonly Finding[]> {
  const first = await check()
  if (!running || first.length === 0) return first
  await systemRuntime.sleep(RECHECK_DELAY_MS)
  const again = new Map((await check()).map((finding) => [finding.key + finding.problem, finding]))
  return first.filter(({ key, problem }) => again.has(key + problem))
}
