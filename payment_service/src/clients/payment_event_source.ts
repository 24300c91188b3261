/**
 * The events of payments: one for each entry of the history. As those of orders, they have the e-mail address of the buyer, for mails.
 * They have no token, no page by which someone could pay, and no text that a person wrote.
 */
import type { EventSource, OutgoingEvent } from '@shop/service_kit/events/source'
import { formatMoney } from '@shop/service_kit/money/money'
import { type Payment, sumsOf } from '../domain/payment.ts'
import type { Lease } from '../domain/ports.ts'
import type { UnpublishedPayments } from '../domain/unpublished.ts'

const KIND = 'payment'
const aggregateOf = (orderId: string) => `${KIND}:${orderId}`
const idOf = (aggregate: string) => aggregate.slice(KIND.length + 1)

export type PaymentEventSourceOptions = {
  readonly unpublished: UnpublishedPayments
  readonly lease: Lease
  /** Digits after the point of amounts. */
  readonly digits: () => number
}

export function createPaymentEventSource({
  unpublished,
  lease,
  digits,
}: PaymentEventSourceOptions): EventSource {
  return {
    kind: KIND,
    async unpublished(now, limit) {
      const found = await unpublished.list(now, limit)
      return found.map(({ orderId, version, publishedVersion, updatedAt, payment }) => ({
        aggregate: aggregateOf(orderId),
        last: version,
        published: publishedVersion,
        changedAt: updatedAt,
        eventsFrom(sequence, most) {
          const now = payment()
          const count = Math.max(0, Math.min(most, version - sequence + 1))
          return Array.from({ length: count }, (_, i) => eventOf(now, sequence + i, digits()))
        },
      }))
    },
    markPublished: (things) =>
      unpublished.markPublished(
        things.map(({ aggregate, last }) => ({ orderId: idOf(aggregate), version: last })),
      ),
    postpone: (aggregates, until) => unpublished.postpone(aggregates.map(idOf), until),
    backlog: unpublished.backlog,
    lease,
  }
}

/** `payment` in its data is what it is now: at least as new as the entry. */
export function eventOf(payment: Payment, version: number, digits: number): OutgoingEvent {
  const entry = payment.history[version - 1]
  if (!entry) throw new Error(`The payment of ${payment.orderId} has no version ${version}.`)
  const { authorised, captured, refunded } = sumsOf(payment)
  const money = (minor: number) => formatMoney(Math.max(0, minor), digits)
  return {
    aggregate: aggregateOf(payment.orderId),
    sequence: version,
    type: `${KIND}.${entry.type}`,
    time: entry.at,
    data: {
      order_id: payment.orderId,
      version,
      user_id: payment.userId ?? null,
      method: payment.method,
      currency: payment.currency,
      amount: money(entry.amountMinor),
      by: entry.by,
      payment: {
        version: payment.version,
        state: payment.state,
        amount: money(payment.amountMinor),
        authorised: money(authorised),
        captured: money(captured),
        refunded: money(refunded),
      },
      buyer:
        payment.email === undefined
          ? null
          : {
              email: payment.email,
              language: payment.language,
              ...(payment.orderTokenHash === undefined ? {} : { guest: true }),
            },
      created_at: payment.createdAt,
    },
  }
}
