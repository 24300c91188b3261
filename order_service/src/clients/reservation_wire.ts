/** Reservations as they travel: what is asked, and what an answer means. Whatever means nothing is OutcomeUnknown. */
import { formatMoney, readWritten } from '@shop/service_kit/money/money'
import { OutcomeUnknown } from '../domain/errors.ts'
import type { Order, PricedLine, Rejection, RejectionReason } from '../domain/order.ts'
import type { HoldAnswer } from '../domain/ports.ts'

export type WireResult = {
  order_id: string
  status: string
  lines?: { product_id: string; name: string; unit_price: string; quantity: number }[]
  total_price?: string
  reason?: string
  shortages?: { product_id: string; requested: number; available: number }[]
  unknown_products?: string[]
  currency?: string
}

export const reservationOf = (order: Order, digits: number) => ({
  order_id: order.id,
  lines: order.lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
  total_price: formatMoney(order.totalMinor, digits),
})

export function holdAnswer(result: WireResult, digits: number, currency: string): HoldAnswer {
  if (result.currency !== undefined && result.currency !== currency) {
    throw new OutcomeUnknown(`product_service sells in ${result.currency}, this service in ${currency}`)
  }
  if (result.status === 'released') return { status: 'released' }
  if (result.status === 'rejected') return { status: 'rejected', rejection: rejectionOf(result, digits) }
  if (result.status !== 'held' && result.status !== 'shipped') {
    throw new OutcomeUnknown(`the reservation of ${result.order_id} is ${result.status}`)
  }
  return { status: 'held', lines: linesOf(result, digits) }
}

const REASONS: readonly string[] = [
  'product_not_found',
  'insufficient_stock',
  'price_changed',
] satisfies RejectionReason[]

function rejectionOf(result: WireResult, digits: number): Rejection {
  if (!REASONS.includes(result.reason!)) {
    throw new OutcomeUnknown(`order ${result.order_id} was rejected for ${result.reason}`)
  }
  return {
    reason: result.reason as RejectionReason,
    shortages: (result.shortages ?? []).map(({ product_id, requested, available }) => ({
      productId: product_id,
      requested,
      available,
    })),
    unknownProducts: result.unknown_products ?? [],
    ...(result.total_price == null ? {} : { totalMinor: minor(result.total_price, digits) }),
  }
}

const linesOf = ({ lines = [] }: WireResult, digits: number): PricedLine[] =>
  lines.map(({ product_id, name, unit_price, quantity }) => ({
    productId: product_id,
    quantity,
    name,
    unitPriceMinor: minor(unit_price, digits),
  }))

function minor(amount: string, digits: number): number {
  const value = readWritten(amount, digits)
  if (value === undefined) throw new OutcomeUnknown(`${amount} is not an amount`)
  return value
}
