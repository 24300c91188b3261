/** The events of orders: one for each version, with what the order was then. They name accounts by their ids alone. */
import type { EventSource, OutgoingEvent } from '@shop/service_kit/events/source'
import { formatMoney } from '@shop/service_kit/money/money'
import { grandTotalMinor, type Order } from '../domain/order.ts'
import { orderAtVersion } from '../domain/order_at_version.ts'
import type { Lease } from '../domain/ports.ts'
import type { UnpublishedOrders } from '../domain/unpublished.ts'

const KIND = 'order'
const aggregateOf = (id: string) => `${KIND}:${id}`
const idOf = (aggregate: string) => aggregate.slice(KIND.length + 1)

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
      user_id: order.userId,
      status: entry.status,
      by: entry.by,
      lines: order.lines.map((line) => ({
        product_id: line.productId,
        quantity: line.quantity,
        unit_price: 'unitPriceMinor' in line ? formatMoney(line.unitPriceMinor, digits) : null,
      })),
      total_price: formatMoney(grandTotalMinor(order), digits),
      currency: order.currency,
      ...(order.status === 'rejected' ? { reason: order.rejection.reason } : {}),
      created_at: order.createdAt,
    },
  }
}
