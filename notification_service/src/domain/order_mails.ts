/**
 * Which events are mailed, and what the mail says. Data of events are what another release of another service has written, so each
 * field may be missing: the mail is made without it.
 *
 * Invariants
 *  1. One mail for one event, under its id (M1). An order whose capture failed is confirmed again, and its buyer knows that already: that
 *     mail has the same id each time.
 *  2. No event older than FRESH_MS is mailed: after an update the whole history of a shop is published once.
 */
import { type EventData, eventIdOf, type NewEvent } from './event.ts'
import {
  expiryOf,
  ID_LENGTH_MAX,
  languageOf,
  MAIL_ID,
  type MailKind,
  type MailValues,
  type NewMail,
  normalEmail,
} from './mail.ts'

export const FRESH_MS = 24 * 60 * 60_000

const BY_TYPE: Readonly<Record<string, MailKind>> = {
  'order.confirmed': 'order_confirmed',
  'order.rejected': 'order_rejected',
  'order.shipped': 'order_shipped',
  'order.cancelled': 'order_cancelled',
  'payment.refunded': 'order_refunded',
  'return.accepted': 'return_accepted',
  'return.refused': 'return_refused',
}
/** A status between which there is nothing to say has no mail, except for the first version of an order. */
function kindOf({ type, sequence, data }: NewEvent): MailKind | undefined {
  if (type.startsWith('order.') && sequence === 1) return 'order_received'
  // What had arrived of it stays; only the rest is given up.
  if (type === 'return.refused' && data.state === 'received') return undefined
  return BY_TYPE[type]
}

/** Undefined if the event has none. */
export function mailOfEvent(event: NewEvent, now: Date): NewMail | undefined {
  const kind = kindOf(event)
  if (kind === undefined || now.getTime() - Date.parse(event.time) > FRESH_MS) return undefined
  const { email, language } = objectOf(event.data.buyer)
  const id = kind === 'order_confirmed' ? `${event.aggregate}:confirmed` : eventIdOf(event)
  const to = typeof email === 'string' ? normalEmail(email) : undefined
  if (to === undefined || id.length > ID_LENGTH_MAX || !MAIL_ID.test(id)) return undefined
  return {
    ...{ id, kind, language: languageOf(language), expiresAt: expiryOf(now.toISOString()) },
    content: { to, values: valuesOf(event) },
  }
}

export type OrderLine = {
  readonly name: string
  readonly quantity: number
  readonly unit_price: string
}

/** What the texts of an order are made of. Amounts are decimal text. */
export type OrderValues = {
  readonly order_id: string
  readonly number: number | null
  readonly currency: string
  readonly total: string | null
  /** Placed without an account: its link has its token. */
  readonly guest: boolean
  /** Empty if they are not known. */
  readonly lines: readonly OrderLine[]
  readonly shipping: { readonly name: string; readonly price: string } | null
  readonly tax_total: string | null
  readonly reason: string | null
  readonly tracking: { readonly carrier: string | null; readonly number: string } | null
  /** Of a refund. */
  readonly amount: string | null
  /** What the shop says about a return. */
  readonly note: string | null
}

/** Of a mail that says no more of the order than where it is. */
export const linkValues = (order_id: string, number: number, guest: boolean): MailValues & OrderValues => ({
  ...{ order_id, number, guest, currency: '', total: null, lines: [], shipping: null },
  ...{ tax_total: null, reason: null, tracking: null, amount: null, note: null },
})

function valuesOf({ aggregate, data }: NewEvent): MailValues & OrderValues {
  const lines = listOf(data.lines).flatMap((line): OrderLine[] => {
    const { name, quantity, unit_price } = objectOf(line)
    const isKnown = typeof name === 'string' && typeof quantity === 'number' && typeof unit_price === 'string'
    return isKnown ? [{ name, quantity, unit_price }] : []
  })
  const shipping = objectOf(data.shipping)
  const tracking = objectOf(data.tracking)
  return {
    order_id: aggregate.slice(aggregate.indexOf(':') + 1),
    number: typeof data.number === 'number' ? data.number : null,
    guest: objectOf(data.buyer).guest === true,
    currency: textOf(data.currency) ?? '',
    total: textOf(data.total_price),
    // All of them or none: a list that lacks some is not what was ordered.
    lines: lines.length === listOf(data.lines).length ? lines : [],
    shipping:
      typeof shipping.name === 'string' && typeof shipping.price === 'string'
        ? { name: shipping.name, price: shipping.price }
        : null,
    tax_total: textOf(data.tax_total),
    reason: textOf(data.reason),
    tracking:
      typeof tracking.number === 'string'
        ? { number: tracking.number, carrier: textOf(tracking.carrier) }
        : null,
    amount: textOf(data.amount),
    note: textOf(data.note),
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const objectOf = (value: unknown): EventData =>
  value instanceof Object && !Array.isArray(value) ? (value as EventData) : {}
