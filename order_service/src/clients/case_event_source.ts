/**
 * The events of returns and withdrawals: one for each entry of their history. Those of withdrawals have no name, address or text. Those of
 * returns have the buyer of their order, as its own events do, for messages.
 */
import type { EventSource, OutgoingEvent } from '@shop/service_kit/events/source'
import { formatMoney } from '@shop/service_kit/money/money'
import type { Case, CaseKind, UnpublishedCases } from '../domain/cases.ts'
import type { Order } from '../domain/order.ts'
import type { Lease } from '../domain/ports.ts'
import type { ReturnEntry, ReturnsBody } from '../domain/returns.ts'
import { buyerOf, namesOf } from './order_event_source.ts'

const aggregateOf = (kind: CaseKind, id: string) => `${kind}:${id}`

export type CaseEventSourceOptions<Kind extends CaseKind> = {
  readonly kind: Kind
  readonly unpublished: UnpublishedCases<Kind>
  readonly lease: Lease
  /** Of returns. */
  readonly orderOf: (id: string) => Promise<Order | undefined>
  /** Digits after the point of amounts. */
  readonly digits: () => number
}

export function createCaseEventSource<Kind extends CaseKind>({
  kind,
  unpublished,
  lease,
  orderOf,
  digits,
}: CaseEventSourceOptions<Kind>): EventSource {
  const idOf = (aggregate: string) => aggregate.slice(kind.length + 1)
  return {
    kind,
    async unpublished(now, limit) {
      const listed = await unpublished.list(now, limit)
      // One that cannot be read delays no other.
      const orders = await Promise.allSettled(
        listed.map(({ id }) => (kind === 'return' ? orderOf(id) : undefined)),
      )
      return listed.map(({ id, version, publishedVersion, updatedAt, found }, at) => ({
        ...{
          aggregate: aggregateOf(kind, id),
          last: version,
          published: publishedVersion,
          changedAt: updatedAt,
        },
        eventsFrom(sequence, most) {
          const now = found() as Case
          const order = orders[at]!
          if (order.status === 'rejected') throw order.reason
          const count = Math.max(0, Math.min(most, version - sequence + 1))
          return Array.from({ length: count }, (_, i) => caseEvent(now, sequence + i, digits(), order.value))
        },
      }))
    },
    markPublished: (things) =>
      unpublished.markPublished(
        things.map(({ aggregate, last }) => ({ id: idOf(aggregate), version: last })),
      ),
    postpone: (aggregates, until) => unpublished.postpone(aggregates.map(idOf), until),
    backlog: unpublished.backlog,
    lease,
  }
}

export function caseEvent(found: Case, version: number, digits: number, order?: Order): OutgoingEvent {
  const entry = found.body.history[version - 1]
  if (!entry) throw new Error(`Case ${found.id} has no version ${version}.`)
  const event = { aggregate: aggregateOf(found.kind, found.id), sequence: version, time: entry.at }
  const common = { version, by: entry.by, created_at: found.createdAt }
  if ('returnId' in entry) {
    const { returnId, receiptId = null, lines, amountMinor } = entry
    const known = order && namesOf(order, digits)
    return {
      ...{ ...event, type: `return.${entry.type}` },
      data: {
        ...{ order_id: found.id, return_id: returnId, receipt_id: receiptId, ...common },
        lines: lines.map(({ productId, quantity }) => ({
          ...{ product_id: productId, quantity, ...known?.get(productId) },
        })),
        amount: amountMinor === undefined ? null : formatMoney(amountMinor, digits),
        ...{ number: order?.number ?? null, currency: order?.currency ?? null },
        ...{ buyer: order ? buyerOf(order) : null, ...decisionOf(found.body as ReturnsBody, entry, version) },
      },
    }
  }
  const order_id = 'orderId' in found.body && version > 1 ? (found.body.orderId ?? null) : null
  return {
    ...{ ...event, type: `withdrawal.${entry.type}` },
    data: { withdrawal_id: found.id, order_id, ...common },
  }
}

/** What a decision says. Refusing what has arrived in part ends it as received. */
function decisionOf({ returns, history }: ReturnsBody, { type, returnId }: ReturnEntry, version: number) {
  if (type !== 'accepted' && type !== 'refused') return {}
  const before = history.slice(0, version)
  const isPart = before.some((each) => each.returnId === returnId && each.type === 'received')
  const note = returns.find(({ id }) => id === returnId)?.note ?? null
  return { state: type === 'refused' && isPart ? 'received' : type, note }
}
