/**
 * The port `Reservations` of order_service on the store of product_service, so that orders can be settled while no
 * service runs. It answers like the /internal routes of product_service.
 */
import {
  askedLines,
  type Confirmed,
  type Delivered,
  type Rejection,
  type Shipped,
} from '@shop/order_service/domain/order'
import type { HoldAnswer, Reservations } from '@shop/order_service/domain/ports'
import type { Stock } from '@shop/product_service/domain/ports'
import type { Rejected, Reservation } from '@shop/product_service/domain/reservation'

export function createDirectReservations(stock: Stock, now: () => Date): Reservations {
  const at = () => now().toISOString()
  return {
    async hold(order): Promise<HoldAnswer> {
      const asked = { orderId: order.id, lines: askedLines(order), totalMinor: order.totalMinor }
      const [reservation] = await stock.reserve([asked], at())
      if (!reservation) throw new Error(`The store gave no answer for order ${order.id}`)
      switch (reservation.status) {
        case 'held':
        case 'shipped':
          return { status: 'held', lines: reservation.lines }
        case 'released':
          return { status: 'released' }
        case 'rejected':
          return { status: 'rejected', rejection: rejectionOf(reservation) }
      }
    },
    async release({ id }) {
      const [reservation] = await stock.release([id], at())
      if (reservation?.status === 'shipped') throw contradiction(id, 'shipped')
    },
    async ship(order) {
      const [known] = await stock.ship([order.id], at())
      // Unknown: the store of products was restored from an earlier moment.
      const { status } = known ?? (await recoverReservation(stock, order, now))
      if (status !== 'shipped') throw contradiction(order.id, status)
    },
    circuit: () => 'closed',
  }
}

/** Holds the stock of an order again, or records its shipment again. Throws, naming what is missing, if the stock is too low. */
export async function recoverReservation(
  stock: Stock,
  { id, status, lines, totalMinor }: Confirmed | Shipped | Delivered,
  now: () => Date,
): Promise<Reservation> {
  const lost = {
    orderId: id,
    status: status === 'confirmed' ? ('held' as const) : ('shipped' as const),
    ...{ lines, totalMinor },
  }
  const [answer] = await stock.recover([lost], now().toISOString())
  if (!answer) throw new Error(`The store gave no answer for order ${id}`)
  if (answer.status !== 'not_recovered') return answer
  const missing = answer.shortages.map(
    ({ productId, requested, available }) => `product ${productId} has ${available} of ${requested} units`,
  )
  throw new Error(`the stock is too low: ${missing.join(', ')}`)
}

function rejectionOf(refused: Rejected): Rejection {
  switch (refused.reason) {
    case 'product_not_found':
      return { reason: refused.reason, unknownProducts: refused.unknownProducts }
    case 'insufficient_stock': {
      const { reason, shortages, totalMinor } = refused
      return { reason, shortages, totalMinor: totalMinor ?? undefined }
    }
    case 'price_changed':
      return { reason: refused.reason, totalMinor: refused.totalMinor ?? undefined }
  }
}

const contradiction = (id: string, status: string) =>
  new Error(`the reservation of order ${id} is ${status}, which contradicts the order`)
