/** Reservations on the wire: request bodies, and how answers are read. An unusable answer throws OutcomeUnknown. */
import { formatMoney, parsePaddedMoney } from '@shop/service_kit/money/money'
import { OutcomeUnknown } from '../domain/errors.ts'
import {
  askedLines,
  type Order,
  type PricedLine,
  REJECTION_REASONS,
  type Rejection,
  type Shortage,
} from '../domain/order.ts'
import type { HoldAnswer } from '../domain/ports.ts'

type WireShortage = { product_id: string; requested: number; available: number }

export type WireResult = {
  order_id: string
  status: string
  lines?: { product_id: string; name: string; unit_price: string; quantity: number }[]
  total_price?: string
  reason?: string
  shortages?: WireShortage[]
  unknown_products?: string[]
  currency?: string
}

export const reservationOf = (order: Order, digits: number) => ({
  order_id: order.id,
  lines: askedLines(order).map(({ productId, quantity, unitPriceMinor }) => ({
    ...{ product_id: productId, quantity },
    ...(unitPriceMinor === undefined ? {} : { unit_price: formatMoney(unitPriceMinor, digits) }),
  })),
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

function rejectionOf(result: WireResult, digits: number): Rejection {
  const reason = REJECTION_REASONS.find((each) => each === result.reason)
  const totalMinor = result.total_price == null ? undefined : minor(result.total_price, digits)
  switch (reason) {
    case 'product_not_found':
      return { reason, unknownProducts: result.unknown_products ?? [] }
    case 'insufficient_stock':
      return { reason, shortages: (result.shortages ?? []).map(shortageOf), totalMinor }
    case 'price_changed':
      return { reason, totalMinor }
    case undefined:
      throw new OutcomeUnknown(`order ${result.order_id} was rejected for ${result.reason}`)
  }
}

const shortageOf = ({ product_id, requested, available }: WireShortage): Shortage => ({
  productId: product_id,
  requested,
  available,
})

const linesOf = ({ lines = [] }: WireResult, digits: number): PricedLine[] =>
  lines.map(({ product_id, name, unit_price, quantity }) => ({
    productId: product_id,
    quantity,
    name,
    unitPriceMinor: minor(unit_price, digits),
  }))

function minor(amount: string, digits: number): number {
  const value = parsePaddedMoney(amount, digits)
  if (value === undefined) throw new OutcomeUnknown(`${amount} is not an amount`)
  return value
}
