/** The events of returns and withdrawals: one for each entry of their history. Those of withdrawals have no name, address or text. */
import type { EventSource, OutgoingEvent } from '@shop/service_kit/events/source'
import { formatMoney } from '@shop/service_kit/money/money'
import type { Case, CaseKind, UnpublishedCases } from '../domain/cases.ts'
import type { Lease } from '../domain/ports.ts'

const aggregateOf = (kind: CaseKind, id: string) => `${kind}:${id}`

export type CaseEventSourceOptions<Kind extends CaseKind> = {
  readonly kind: Kind
  readonly unpublished: UnpublishedCases<Kind>
  readonly lease: Lease
  /** Digits after the point of amounts. */
  readonly digits: () => number
}

export function createCaseEventSource<Kind extends CaseKind>({
  kind,
  unpublished,
  lease,
  digits,
}: CaseEventSourceOptions<Kind>): EventSource {
  const idOf = (aggregate: string) => aggregate.slice(kind.length + 1)
  return {
    kind,
    async unpublished(now, limit) {
      const listed = await unpublished.list(now, limit)
      return listed.map(({ id, version, publishedVersion, updatedAt, found }) => ({
        ...{
          aggregate: aggregateOf(kind, id),
          last: version,
          published: publishedVersion,
          changedAt: updatedAt,
        },
        eventsFrom(sequence, most) {
          const now = found() as Case
          const count = Math.max(0, Math.min(most, version - sequence + 1))
          return Array.from({ length: count }, (_, i) => caseEvent(now, sequence + i, digits()))
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

export function caseEvent(found: Case, version: number, digits: number): OutgoingEvent {
  const entry = found.body.history[version - 1]
  if (!entry) throw new Error(`Case ${found.id} has no version ${version}.`)
  const event = { aggregate: aggregateOf(found.kind, found.id), sequence: version, time: entry.at }
  const common = { version, by: entry.by, created_at: found.createdAt }
  if ('returnId' in entry) {
    const { returnId, receiptId = null, lines, amountMinor } = entry
    return {
      ...{ ...event, type: `return.${entry.type}` },
      data: {
        ...{ order_id: found.id, return_id: returnId, receipt_id: receiptId, ...common },
        lines: lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
        amount: amountMinor === undefined ? null : formatMoney(amountMinor, digits),
      },
    }
  }
  const order_id = 'orderId' in found.body && version > 1 ? (found.body.orderId ?? null) : null
  return {
    ...{ ...event, type: `withdrawal.${entry.type}` },
    data: { withdrawal_id: found.id, order_id, ...common },
  }
}
