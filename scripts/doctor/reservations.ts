/**
 * Compares orders with reservations: confirmed means held (invariant 6). One of the stores may have been restored alone, from
 * an earlier moment than the other:
 *  - that of products: orders that were decided since have no reservation. Their stock is held again, at their own prices;
 *    of shipped ones the shipment is recorded again.
 *  - that of orders: reservations that were shipped or released since show what became of the orders.
 */
import type { OrderStatus } from '@shop/order_service/domain/order'
import type { OrderStore } from '@shop/order_service/domain/ports'
import { isUnsettled } from '@shop/order_service/domain/schedule'
import { foundTwice, type KeyedFinding, PAGE, type Shop } from './consistency.ts'
import type { Check } from './findings.ts'
import { compareOrdersWithReservations, fingerprint, UNREADABLE } from './orders_without_stock.ts'
import { UNREADABLE_REMEDY } from './unreadable.ts'

export async function checkReservations(shop: Shop): Promise<Check> {
  let counted = ''
  const findings = await foundTwice(async () => {
    const { held, found } = await compareHeldWithOrders(shop)
    const { confirmed, found: unheld } = await compareOrdersWithReservations(shop, held)
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
