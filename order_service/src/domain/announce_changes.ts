/** A store that also tells of each order it added or saved, once that is durable. */
import type { Order } from './order.ts'
import type { OrderStore } from './ports.ts'

export function announceChanges(orders: OrderStore, changed: (order: Order) => void): OrderStore {
  return {
    ...orders,
    async addOnce(order) {
      const result = await orders.addOnce(order)
      if (result.added) changed(result.order)
      return result
    },
    async save(order) {
      const saved = await orders.save(order)
      changed(saved)
      return saved
    },
  }
}
