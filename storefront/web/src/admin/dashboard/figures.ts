/** The figures of the overview, as pure functions of what the order service counted. */
import type { Overview, Product } from '../../api/types.ts'
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
const outcomeOf = ({ status }: Pick<Counted, 'status'>): Outcome => STATUS[status].outcome

const HOUR_MS = 3_600_000
const SOON_HOURS = 72

type Counted = Overview['slots'][number]['orders'][number]
/** Slots, or one of them. */
type Slots = readonly Pick<Overview['slots'][number], 'orders'>[]

export function countOutcomes(slots: Slots): Record<Outcome, number> {
  const counts = { sold: 0, open: 0, called_off: 0, declined: 0 }
  for (const one of counted(slots)) counts[outcomeOf(one)] += one.count
  return counts
}

export const countOrders = (slots: Slots): number => counted(slots).reduce((sum, { count }) => sum + count, 0)

/** Of the orders that are held, shipped or delivered; exact decimal text. */
export const revenueOf = (slots: Slots): string =>
  totalOf(
    counted(slots)
      .filter((one) => outcomeOf(one) === 'sold')
      .map(({ total_price }) => ({ unitPrice: total_price, quantity: 1 })),
  )

export type Reason = NonNullable<Counted['reason']>
export const countReason = (slots: Slots, reason: Reason): number =>
  counted(slots).reduce((sum, one) => sum + (one.reason === reason ? one.count : 0), 0)

const counted = (slots: Slots) => slots.flatMap(({ orders }) => orders)

export type Running = {
  readonly product: Product
  readonly sold: number
  /** At the pace of the range; undefined when none was sold. */
  readonly hoursLeft: number | undefined
}

/** Products that are sold out, nearly sold out, or will be within three days at the pace of the range; soonest first. */
export function runningOut(
  products: readonly Product[],
  bestSelling: Overview['best_selling'],
  { from, to }: { readonly from: Date; readonly to: Date },
  now: Date,
): Running[] {
  const hours = Math.max(1, (Math.min(now.getTime(), to.getTime()) - from.getTime()) / HOUR_MS)
  const sold = new Map(bestSelling.map(({ product_id, quantity }) => [product_id, quantity]))
  return products
    .map((product) => {
      const units = sold.get(product.id) ?? 0
      const hoursLeft = units === 0 ? undefined : product.stock / (units / hours)
      return { product, sold: units, hoursLeft }
    })
    .filter(({ product, hoursLeft }) => product.stock <= LOW_STOCK || (hoursLeft ?? SOON_HOURS) < SOON_HOURS)
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a.product.stock - b.product.stock)
}

const rankOf = ({ product, hoursLeft }: Running): number =>
  product.stock === 0 ? -1 : (hoursLeft ?? SOON_HOURS)
