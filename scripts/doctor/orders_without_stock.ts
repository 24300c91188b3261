/** Every confirmed order is held for exactly its lines, and every shipment is known to the store of products (invariant 6). */
import { OPERATOR, statusChanged } from '@shop/order_service/domain/audit'
import { type Confirmed, type Delivered, type Shipped, SYSTEM } from '@shop/order_service/domain/order'
import { type StoredOrder, scheduleChanged } from '@shop/order_service/domain/schedule'
import { createSettle } from '@shop/order_service/domain/settle_order'
import { requestCancel, ship } from '@shop/order_service/domain/transitions'
import type { Reservation } from '@shop/product_service/domain/reservation'
import { type KeyedFinding, PAGE, type Shop, settlingPorts } from './consistency.ts'
import { recoverReservation } from './direct_reservations.ts'
import type { Fix } from './findings.ts'

type Decided = StoredOrder & { readonly order: Confirmed | Shipped | Delivered }

/** Stands for the lines of a reservation that cannot be read, which is a finding of its own. */
export const UNREADABLE = 'unreadable'

export const fingerprint = (lines: readonly { productId: string; quantity: number }[]): string =>
  lines
    .map(({ productId, quantity }) => `${productId} ${quantity}`)
    .sort()
    .join()

/** The oldest first: if the stock does not suffice for all, it goes to those. `held` are the lines of held reservations. */
export async function compareOrdersWithReservations(shop: Shop, held: ReadonlyMap<string, string>) {
  const found: KeyedFinding[] = []
  const counts = { confirmed: 0, shipped: 0, delivered: 0 }
  for (const status of ['confirmed', 'shipped', 'delivered'] as const) {
    for (let before: string | undefined, more = true; more; ) {
      const page = (await shop.orders.listByStatus(status, { limit: PAGE, before })) as Decided[]
      counts[status] += page.length
      const unheld = page.filter(({ order: { id, lines } }) => {
        const known = held.get(id)
        return known !== UNREADABLE && known !== fingerprint(lines)
      })
      const reservations = await shop.products.audit.reservationsOf(unheld.map(({ order }) => order.id))
      for (const { order } of unheld) found.push(...findingOf(shop, order, reservations.get(order.id)))
      before = page.at(-1)?.order.id
      more = page.length === PAGE
    }
  }
  return { confirmed: counts.confirmed, found: found.sort((a, b) => (a.key < b.key ? -1 : 1)) }
}

function findingOf(
  shop: Shop,
  order: Decided['order'],
  reservation: Reservation | undefined,
): readonly KeyedFinding[] {
  const key = order.id
  if (order.status !== 'confirmed') {
    // One that is still held is a finding of reservations.ts, or the settler is about to ship it.
    if (reservation?.status === 'shipped' || reservation?.status === 'held') return []
    if (reservation) return [contradiction(order, reservation)]
    return [
      {
        key,
        problem: `Order ${key} is ${order.status}, but the store of products does not know its shipment.`,
        remedy: `Record it again: \`npm run doctor -- --fix\`. If the stock is too low for it, units that arrived are missing in the store of products: count them, raise the stock, and repeat.`,
        fix: recover(shop, key),
      },
    ]
  }
  if (!reservation) {
    return [
      {
        key,
        problem: `Order ${key} is confirmed, but no stock is held for it.`,
        remedy:
          'Hold its stock again: `npm run doctor -- --fix`. If there is not enough, count the units and raise the stock, or cancel the order (PUT /orders/:id with status cancelled) and inform its customer.',
        fix: recover(shop, key),
      },
    ]
  }
  const sameLines = 'lines' in reservation && fingerprint(reservation.lines) === fingerprint(order.lines)
  if (reservation.status === 'held' && sameLines) return [] // Since the held reservations were read.
  if (reservation.status === 'shipped' && sameLines) {
    return [
      {
        key,
        problem: `Order ${key} is confirmed, but its reservation is shipped.`,
        remedy: 'Record the order as shipped: `npm run doctor -- --fix`.',
        fix: change(shop, key, (confirmed) => ship(confirmed, SYSTEM, shop.now())),
      },
    ]
  }
  if (reservation.status === 'released') {
    return [
      {
        key,
        problem: `Order ${key} is confirmed, but its reservation is released, as that of a cancelled order.`,
        remedy: 'Record the order as cancelled: `npm run doctor -- --fix`.',
        fix: change(shop, key, (confirmed) => requestCancel(confirmed, SYSTEM, shop.now())),
      },
    ]
  }
  return [contradiction(order, reservation)]
}

const contradiction = ({ id, status }: Decided['order'], reservation: Reservation): KeyedFinding => ({
  key: id,
  problem:
    reservation.status === 'held' || reservation.status === 'shipped'
      ? `Order ${id} is ${status}, but its reservation has other lines.`
      : `Order ${id} is ${status}, but its reservation is ${reservation.status}.`,
  remedy:
    status === 'confirmed'
      ? 'Cancel the order (PUT /orders/:id with status cancelled) and inform its customer.'
      : 'Count the units of its products, and correct their stock.',
})

/** Also if it was shipped meanwhile. An order that was cancelled meanwhile holds nothing: it has left a tombstone. */
const recover =
  (shop: Shop, id: string): Fix =>
  async () => {
    const order = (await shop.orders.find(id))?.order
    switch (order?.status) {
      case 'confirmed':
      case 'shipped':
      case 'delivered': {
        const { status } = await recoverReservation(shop.products.stock, order, shop.now)
        return status === 'shipped'
          ? `The shipment of order ${id} is recorded again.`
          : `The reservation of order ${id} is ${status} again, at the prices of the order.`
      }
      default:
        return `Order ${id} is ${order?.status} by now.`
    }
  }

/** Stores what the reservation shows, and settles the order. */
const change =
  (shop: Shop, id: string, transition: (order: Confirmed) => Parameters<typeof scheduleChanged>[0]): Fix =>
  async () => {
    const stored = await shop.orders.find(id)
    if (stored?.order.status !== 'confirmed') return `Order ${id} is ${stored?.order.status} by now.`
    const changed = transition(stored.order)
    const saved = await shop.orders.save(scheduleChanged(changed, stored.schedule, shop.now()), {
      by: OPERATOR,
      record: statusChanged(id, stored.order.status, changed.status),
    })
    const { order } = await createSettle(settlingPorts(shop))(saved)
    return `Order ${id} is recorded as ${order.status}.`
  }
