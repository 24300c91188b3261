/**
 * The figures of the overview, as pure functions of the orders and products that were read. They begin at `from`: a day ago,
 * or the oldest order that was read when there are too many to read all of the day, or no older one.
 */
import type { Order, Product } from '../../api/types.ts'
import { type Outcome, STATUS } from '../../orders/status.ts'
import { LOW_STOCK } from '../../shop/low_stock.ts'
import { totalOf } from '../../ui/money_math.ts'

/** The colour of each outcome in charts and as a background, in the order of the charts. */
export const OUTCOMES: Readonly<Record<Outcome, { readonly fill: string; readonly ground: string }>> = {
  sold: { fill: 'fill-accent', ground: 'bg-accent' },
  open: { fill: 'fill-chart-open', ground: 'bg-chart-open' },
  called_off: { fill: 'fill-edge', ground: 'bg-edge' },
  declined: { fill: 'fill-chart-failed', ground: 'bg-chart-failed' },
}
export const EVERY_OUTCOME = Object.keys(OUTCOMES) as Outcome[]
const outcomeOf = ({ status }: Pick<Order, 'status'>): Outcome => STATUS[status].outcome

export const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const SHORT_MS = 5 * 60_000
/** A window up to this long has slots shorter than an hour. */
const SHORT_WINDOW_MS = 2 * HOUR_MS
/** A chart has at least this many bars; those before the window are empty. */
const SLOTS_MIN = 12
const SOON_HOURS = 72

export type Window = { readonly orders: readonly Order[]; readonly from: Date; readonly cut: boolean }

/** `orders` newest first; `complete` when there are no older ones. */
export function windowOf(orders: readonly Order[], complete: boolean, now: Date): Window {
  const dayAgo = now.getTime() - DAY_MS
  const inside = orders.filter(({ created_at }) => Date.parse(created_at) >= dayAgo)
  const reachesBeyond = inside.length < orders.length
  const oldest = reachesBeyond ? undefined : inside.at(-1)
  return {
    orders: inside,
    from: new Date(oldest?.created_at ?? dayAgo),
    cut: !complete && !reachesBeyond,
  }
}

/** The time of the fetch by the visitor's clock, or that of the newest order if the clock is slow. */
export const momentOf = (orders: readonly Order[], clock: Date): Date =>
  new Date(Math.max(clock.getTime(), Date.parse(orders[0]?.created_at ?? '') || 0))

export type Slot = {
  readonly at: Date
  readonly counts: Readonly<Record<Outcome, number>>
  /** Exact decimal text. */
  readonly revenue: string
}

/** The window in equal slots that begin at full hours, or every five minutes when it is short. */
export function slotsOf({ orders, from }: Window, now: Date): { sizeMs: number; slots: Slot[] } {
  const sizeMs = now.getTime() - from.getTime() <= SHORT_WINDOW_MS ? SHORT_MS : HOUR_MS
  const first = Math.min(startOf(from, sizeMs), startOf(now, sizeMs) - (SLOTS_MIN - 1) * sizeMs)
  const count = Math.floor((now.getTime() - first) / sizeMs) + 1
  const groups: Order[][] = Array.from({ length: Math.max(1, count) }, () => [])
  for (const order of orders) groups[Math.floor((Date.parse(order.created_at) - first) / sizeMs)]?.push(order)
  const slots = groups.map((group, i) => ({
    at: new Date(first + i * sizeMs),
    counts: countOutcomes(group),
    revenue: revenueOf(group),
  }))
  return { sizeMs, slots }
}

/** In the visitor's time zone, which may be half an hour off. */
function startOf(date: Date, sizeMs: number): number {
  const start = new Date(date)
  start.setMinutes(sizeMs === HOUR_MS ? 0 : Math.floor(start.getMinutes() / 5) * 5, 0, 0)
  return start.getTime()
}

export function countOutcomes(orders: readonly Order[]): Record<Outcome, number> {
  const counts = { sold: 0, open: 0, called_off: 0, declined: 0 }
  for (const order of orders) counts[outcomeOf(order)] += 1
  return counts
}

/** Of the orders that are held, shipped or delivered. */
export const revenueOf = (orders: readonly Order[]): string =>
  totalOf(
    orders
      .filter((order) => outcomeOf(order) === 'sold')
      .map(({ total_price }) => ({ unitPrice: total_price, quantity: 1 })),
  )

export type Running = {
  readonly product: Product
  readonly sold: number
  /** At the pace of the window; undefined when none was sold. */
  readonly hoursLeft: number | undefined
}

/** Products that are sold out, nearly sold out, or will be within three days at the pace of the window; soonest first. */
export function runningOut(products: readonly Product[], { orders, from }: Window, now: Date): Running[] {
  const hours = Math.max(1, (now.getTime() - from.getTime()) / HOUR_MS)
  const sold = new Map<string, number>()
  for (const order of orders.filter((order) => outcomeOf(order) === 'sold')) {
    for (const { product_id, quantity } of order.lines) {
      sold.set(product_id, (sold.get(product_id) ?? 0) + quantity)
    }
  }
  return products
    .map((product) => {
      const units = sold.get(product.id) ?? 0
      const hoursLeft = units === 0 ? undefined : product.stock / (units / hours)
      return { product, sold: units, hoursLeft }
    })
    .filter(({ product, hoursLeft }) => product.stock <= LOW_STOCK || (hoursLeft ?? SOON_HOURS) < SOON_HOURS)
    .toSorted(
      (a, b) =>
        (a.product.stock === 0 ? -1 : (a.hoursLeft ?? SOON_HOURS)) -
          (b.product.stock === 0 ? -1 : (b.hoursLeft ?? SOON_HOURS)) || a.product.stock - b.product.stock,
    )
}
