/** What the clients know of the shop: the products on offer, and the orders that are on their way. */
import type { Line } from './record.ts'

/** A place in the catalogue. Its product changes when it is replaced. */
export type Slot = {
  id: string
  priceMinor: number
  /** The version of its last edit that was seen. */
  version: number
  /** A client is replacing it. */
  replacing: boolean
}

export type Underway = {
  readonly id: string
  readonly lines: readonly Line[]
  status: 'confirmed' | 'shipped'
  version: number
}

export type Shelf = {
  readonly slots: readonly Slot[]
  /** The order that has waited longest for its next step, which is not given to another client. */
  nextOrder(): Underway | undefined
  addOrder(order: Underway): void
  /** Orders that wait for their next step. */
  waiting(): number
}

export function createShelf(slots: readonly Slot[]): Shelf {
  let orders: (Underway | undefined)[] = []
  let first = 0
  return {
    slots,
    nextOrder() {
      const order = orders[first]
      if (order === undefined) return undefined
      orders[first++] = undefined
      if (first > 10_000 && first > orders.length / 2) {
        orders = orders.slice(first)
        first = 0
      }
      return order
    },
    addOrder: (order) => void orders.push(order),
    waiting: () => orders.length - first,
  }
}
