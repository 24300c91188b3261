/** Sample values shared by tests. Ids are readable; a UUID's last digits say which one it is. */
import type { Draft, Order, PricedLine, Rejection } from '../src/domain/order.ts'
import { newOrder } from '../src/domain/order.ts'

export const AT = new Date('2026-03-01T12:00:00.000Z')
export const later = (ms: number, from: Date = AT) => new Date(from.getTime() + ms)
export const uuid = (n: number) => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`

export const ADA = uuid(1)
export const BOB = uuid(2)
export const ROOT = uuid(3)
export const MUG = uuid(100)
export const PEN = uuid(101)

export const draft = (changes: Partial<Draft> = {}): Draft => ({
  userId: ADA,
  idempotencyKey: undefined,
  lines: [{ productId: MUG, quantity: 2 }],
  totalMinor: 3998,
  currency: 'USD',
  ...changes,
})

export const HELD: readonly PricedLine[] = [
  { productId: MUG, quantity: 2, name: 'Mug', unitPriceMinor: 1999 },
]

export const SHORT: Rejection = {
  reason: 'insufficient_stock',
  shortages: [{ productId: MUG, requested: 2, available: 1 }],
  unknownProducts: [],
  totalMinor: 3998,
}

let serial = 1000
export const order = (changes: Partial<Order> = {}): Order => ({
  ...newOrder(draft(), uuid(serial++), AT),
  ...changes,
})
