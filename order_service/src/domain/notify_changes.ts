/** A store that also calls `changed` with each order it added or saved, once that is durable. */
import type { Order } from './order.ts'
import type { OrderStore } from './ports.ts'

export function notifyChanges(orders: OrderStore, changed: (order: Order) => void): OrderStore {
  return {
    ...orders,
    async addOnce(stored) {
      const result = await orders.addOnce(stored)
      if (result.added) changed(result.stored.order)
      return result
    },
    async save(stored, audited, tracking) {
      const saved = await orders.save(stored, audited, tracking)
      changed(saved.order)
      return saved
    },
  }
}
