/**
 * The order service's view of reservations, answered by the product service's store itself, so that orders can
 * be settled while no service runs. Says what the product service's /internal routes say.
 */
import type { HoldAnswer, Reservations } from '@shop/order_service/domain/ports'
import type { Stock } from '@shop/product_service/domain/ports'

export function createDirectReservations(stock: Stock, now: () => Date): Reservations {
  const at = () => now().toISOString()
  return {
    async hold({ id, lines, totalMinor }): Promise<HoldAnswer> {
      const [reservation] = await stock.reserve([{ orderId: id, lines, totalMinor }], at())
      if (!reservation) throw new Error(`The store gave no answer for order ${id}`)
      const { status, reason, shortages, unknownProducts } = reservation
      if (status === 'released') return { status }
      if (status !== 'rejected') return { status: 'held', lines: reservation.lines }
      const real = reservation.totalMinor ?? undefined
      switch (reason) {
        case 'insufficient_stock':
          return { status, rejection: { reason, shortages, totalMinor: real } }
        case 'price_changed':
          return { status, rejection: { reason, totalMinor: real } }
        default:
          return { status, rejection: { reason: 'product_not_found', unknownProducts } }
      }
    },
    async release({ id }) {
      const [reservation] = await stock.release([id], at())
      if (reservation?.status === 'shipped') throw contradiction(id, 'shipped')
    },
    async ship({ id }) {
      const [reservation] = await stock.ship([id], at())
      if (reservation?.status !== 'shipped') throw contradiction(id, reservation?.status ?? 'unknown')
    },
    outlook: () => 'up',
  }
}

const contradiction = (id: string, status: string) =>
  new Error(`the reservation of order ${id} is ${status}, which contradicts the order`)
