/**
 * The events of orders: one for each version, with what the order was then. They name accounts by their ids alone. Of the buyer of a
 * quoted order they have the e-mail address and the language, for messages; no name and no postal address.
 */
import type { EventSource, OutgoingEvent } from '@shop/service_kit/events/source'
import { formatMoney } from '@shop/service_kit/money/money'
import type { CheckoutLine } from '../domain/checkout.ts'
import { ownerOf } from '../domain/guests.ts'
import { grandTotalMinor, type Order, type PricedLine, type RequestedLine } from '../domain/order.ts'
import { orderAtVersion } from '../domain/order_at_version.ts'
import type { Lease } from '../domain/ports.ts'
import { shortName } from '../domain/short_name.ts'
import type { UnpublishedOrders } from '../domain/unpublished.ts'

const KIND = 'order'
const aggregateOf = (id: string) => `${KIND}:${id}`
const idOf = (aggregate: string) => aggregate.slice(KIND.length + 1)

/** Of a name: with more, the longest order would not fit into an event. As JSON in UTF-8. */
export const NAME_BYTES_MAX = 160

export type OrderEventSourceOptions = {
  readonly unpublished: UnpublishedOrders
  readonly lease: Lease
  /** Digits after the point of amounts. */
  readonly digits: () => number
}

export function createOrderEventSource({ unpublished, lease, digits }: OrderEventSourceOptions): EventSource {
  return {
    kind: KIND,
    async unpublished(now, limit) {
      const found = await unpublished.list(now, limit)
      return found.map(({ id, version, publishedVersion, updatedAt, order }) => ({
        aggregate: aggregateOf(id),
        last: version,
        published: publishedVersion,
        changedAt: updatedAt,
        eventsFrom(sequence, most) {
          const now = order()
          const count = Math.max(0, Math.min(most, version - sequence + 1))
          return Array.from({ length: count }, (_, i) => eventOf(now, sequence + i, digits()))
        },
      }))
    },
    markPublished: (things) =>
      unpublished.markPublished(
        things.map(({ aggregate, last }) => ({ id: idOf(aggregate), version: last })),
      ),
    postpone: (aggregates, until) => unpublished.postpone(aggregates.map(idOf), until),
    backlog: unpublished.backlog,
    ...(unpublished.sweep ? { sweep: unpublished.sweep } : {}),
    lease,
  }
}

export function eventOf(now: Order, version: number, digits: number): OutgoingEvent {
  const order = orderAtVersion(now, version)
  const entry = order.history[version - 1]
  if (!entry) throw new Error(`Order ${order.id} has no version ${version}.`)
  return {
    aggregate: aggregateOf(order.id),
    sequence: version,
    type: `${KIND}.${entry.status}`,
    time: entry.at,
    data: {
      order_id: order.id,
      number: order.number ?? null,
      version,
      user_id: ownerOf(order),
      status: entry.status,
      by: entry.by,
      lines: order.lines.map((line, i) => ({
        product_id: line.productId,
        quantity: line.quantity,
        ...offerOf(line, order.checkout?.lines[i], digits),
      })),
      total_price: formatMoney(grandTotalMinor(order), digits),
      currency: order.currency,
      ...checkoutOf(order, digits),
      ...(order.tracking === undefined ? {} : { tracking: order.tracking }),
      ...(order.status === 'rejected' ? { reason: order.rejection.reason } : {}),
      created_at: order.createdAt,
    },
  }
}

/** What the line was held at; before that, what was quoted. */
function offerOf(line: RequestedLine | PricedLine, quoted: CheckoutLine | undefined, digits: number) {
  const { name, unitPriceMinor } = 'name' in line ? line : (quoted ?? {})
  return name === undefined || unitPriceMinor === undefined
    ? { unit_price: null }
    : { unit_price: formatMoney(unitPriceMinor, digits), name: shortName(name, NAME_BYTES_MAX) }
}

/** Name and price of each product of an order. */
export const namesOf = (order: Order, digits: number) =>
  new Map(order.lines.map((line, i) => [line.productId, offerOf(line, order.checkout?.lines[i], digits)]))

/** For messages. None of an order that is erased. */
export function buyerOf({ checkout, erasedAt }: Pick<Order, 'checkout' | 'erasedAt'>) {
  if (checkout === undefined || erasedAt !== undefined) return null
  const { email, language, guest } = checkout
  return { email, language, ...(guest ? { guest } : {}) }
}

function checkoutOf(order: Order, digits: number) {
  const { checkout } = order
  if (checkout === undefined) return { buyer: null, shipping: null, tax_total: null }
  const { language, shipping, lines } = checkout
  const taxed = [...lines, ...(shipping?.parts ?? [])]
  return {
    buyer: buyerOf(order),
    shipping: shipping && {
      method: shipping.method,
      name: shipping.names[language],
      price: formatMoney(shipping.priceMinor, digits),
    },
    tax_total: formatMoney(
      taxed.reduce((sum, { taxMinor }) => sum + taxMinor, 0),
      digits,
    ),
  }
}
