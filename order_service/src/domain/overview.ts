/**
 * What was ordered in a range of time: numbers and sums by slot, status and reason, and the products that sold best.
 *
 * Invariants
 *  O1. Every order of the range is counted in the slot of its id, which begins with its time, or its slot is not `complete`: then there
 *      are at least as many.
 *  O2. An overview reads at most READS_MAX orders, READ_AT_ONCE in one turn of the event loop; each slot has its share of
 *      them, and of what those before it left. It remembers at most PRODUCTS_MAX products.
 *  O3. A sum of money is exact (invariant 9), however many orders it has.
 */
import { firstIdAt } from './ended_orders.ts'
import { grandTotalMinor, type Order, type OrderStatus, type RejectionReason } from './order.ts'
import type { OrderStore } from './ports.ts'

export const SLOTS_MAX = 31 * 24
export const READS_MAX = 100_000
const READ_AT_ONCE = 100
export const PRODUCTS_MAX = 10_000
export const BEST_SELLING_MAX = 20

export type Range = { readonly from: number; readonly to: number; readonly slotMs: number }

export type Counted = {
  readonly status: OrderStatus
  readonly reason: RejectionReason | undefined
  readonly count: number
  readonly totalMinor: bigint
}
export type Slot = {
  readonly from: string
  readonly to: string
  readonly complete: boolean
  readonly orders: readonly Counted[]
}
export type Sold = {
  readonly productId: string
  readonly name: string
  readonly quantity: number
  readonly totalMinor: bigint
}
export type Overview = {
  readonly complete: boolean
  readonly slots: readonly Slot[]
  readonly bestSelling: readonly Sold[]
}

const BOUGHT: readonly OrderStatus[] = ['confirmed', 'shipped', 'delivered']

export async function overviewOf(
  orders: Pick<OrderStore, 'listBetween'>,
  { from, to, slotMs }: Range,
  nextTurn: () => Promise<void>,
  readsMax = READS_MAX,
): Promise<Overview> {
  const starts = Array.from({ length: Math.ceil((to - from) / slotMs) }, (_, i) => from + i * slotMs)
  const products = new Map<string, Sold>()
  let complete = true
  let left = readsMax
  const slots: Slot[] = []
  for (const [i, start] of starts.entries()) {
    const most = Math.floor(left / (starts.length - i))
    const [first, last] = [start, Math.min(start + slotMs, to)].map((ms) => new Date(ms).toISOString()) as [
      string,
      string,
    ]
    const counted = new Map<string, Counted>()
    let [after, read, more] = [firstIdAt(first), 0, true]
    while (more && read < most) {
      const count = Math.min(READ_AT_ONCE, most - read)
      const page = await orders.listBetween(after, firstIdAt(last), count)
      for (const { order } of page) {
        countOrder(counted, order)
        if (!sell(products, order)) complete = false
      }
      read += page.length
      more = page.length === count
      after = page.at(-1)?.order.id ?? after
      await nextTurn()
    }
    left -= read
    if (more && (await orders.listBetween(after, firstIdAt(last), 1)).length === 0) more = false
    if (more) complete = false
    slots.push({ from: first, to: last, complete: !more, orders: [...counted.values()] })
  }
  const bestSelling = [...products.values()]
    .sort((a, b) => b.quantity - a.quantity || (a.productId < b.productId ? -1 : 1))
    .slice(0, BEST_SELLING_MAX)
  return { complete, slots, bestSelling }
}

function countOrder(counted: Map<string, Counted>, order: Order) {
  const { status } = order
  const reason = order.status === 'rejected' ? order.rejection.reason : undefined
  const key = `${status} ${reason}`
  const before = counted.get(key) ?? { status, reason, count: 0, totalMinor: 0n }
  counted.set(key, {
    ...before,
    count: before.count + 1,
    totalMinor: before.totalMinor + BigInt(grandTotalMinor(order)),
  })
}

/** False if a product was left out. */
function sell(products: Map<string, Sold>, order: Order): boolean {
  if (!BOUGHT.includes(order.status)) return true
  let all = true
  for (const line of order.lines) {
    if (!('name' in line)) continue
    const { productId, name, quantity, unitPriceMinor } = line
    const before = products.get(productId)
    if (!before && products.size >= PRODUCTS_MAX) {
      all = false
      continue
    }
    products.set(productId, {
      ...{ productId, name },
      quantity: (before?.quantity ?? 0) + quantity,
      totalMinor: (before?.totalMinor ?? 0n) + BigInt(unitPriceMinor) * BigInt(quantity),
    })
  }
  return all
}
