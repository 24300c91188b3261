/**
 * A payment as stores hold it: one flat record. `readPayment` validates every record read, so data changed from outside is found
 * here; the checks of the stores do not look into JSON.
 */
import { type Bill, isWholeBill, type Parts } from './bill.ts'
import {
  CANCEL_REASONS,
  CHANGES,
  type Change,
  ENTRY_KINDS,
  type Entry,
  METHODS,
  type Payment,
  PHASES,
  REFUND_STATES,
  type Refund,
  refundsOf,
  STATES,
  sumsOf,
  type Wish,
} from './payment.ts'
import type { Schedule, Stored } from './schedule.ts'

export type PaymentRecord = Payment & Schedule & { readonly hintedVersion: number }

export const recordOf = ({ payment, schedule, hintedVersion }: Stored): PaymentRecord => ({
  ...payment,
  ...schedule,
  hintedVersion,
})

type Fields = Readonly<Record<string, unknown>>

const fail = (part: string): never => {
  throw new Error(`its ${part} are not those of a payment`)
}
const text = (value: unknown, part: string): string =>
  typeof value === 'string' && value !== '' ? value : fail(part)
const optional = (value: unknown, part: string): string | undefined =>
  value === undefined || value === null ? undefined : text(value, part)
const count = (value: unknown, part: string): number =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(part)
const oneOf = <Value extends string>(values: readonly Value[], value: unknown, part: string): Value =>
  values.find((each) => each === value) ?? fail(part)
const list = <Item>(values: unknown, part: string, item: (fields: Fields) => Item): readonly Item[] =>
  Array.isArray(values)
    ? values.map((value) => (value instanceof Object ? item(value) : fail(part)))
    : fail(part)

const entryOf = (fields: Fields): Entry => ({
  id: text(fields.id, 'entries'),
  kind: oneOf(ENTRY_KINDS, fields.kind, 'entries'),
  amountMinor: count(fields.amountMinor, 'entries'),
  at: text(fields.at, 'entries'),
})

const refundOf = (fields: Fields): Refund => ({
  id: text(fields.id, 'refunds'),
  amountMinor: count(fields.amountMinor, 'refunds'),
  reason: text(fields.reason, 'refunds'),
  state: oneOf(REFUND_STATES, fields.state, 'refunds'),
  providerId: optional(fields.providerId, 'refunds'),
  key: text(fields.key, 'refunds'),
  by: text(fields.by, 'refunds'),
  at: text(fields.at, 'refunds'),
  paidAt: optional(fields.paidAt, 'refunds'),
  parts: fields.parts == null ? undefined : partsOf(fields.parts as Fields),
})

const partsOf = ({ lines, shippingMinor, setOffMinor }: Fields): Parts => ({
  lines: list(lines, 'refunds', ({ productId, quantity, amountMinor }) => ({
    productId: text(productId, 'refunds'),
    quantity: count(quantity, 'refunds'),
    amountMinor: count(amountMinor, 'refunds'),
  })),
  shippingMinor: count(shippingMinor, 'refunds'),
  setOffMinor: setOffMinor == null ? undefined : count(setOffMinor, 'refunds'),
})

const billOf = ({ lines, shippingMinor }: Fields): Bill => ({
  lines: list(lines, 'lines', ({ productId, quantity, grossMinor }) => ({
    productId: text(productId, 'lines'),
    quantity: count(quantity, 'lines'),
    grossMinor: count(grossMinor, 'lines'),
  })),
  shippingMinor: count(shippingMinor, 'lines'),
})

const changeOf = (fields: Fields): Change => ({
  type: oneOf(CHANGES, fields.type, 'changes'),
  at: text(fields.at, 'changes'),
  by: text(fields.by, 'changes'),
  amountMinor: count(fields.amountMinor, 'changes'),
})

function wishOf(value: unknown): Wish {
  const fields = (value instanceof Object ? value : fail('wishes')) as Fields
  switch (oneOf(['pay', 'capture', 'cancel'], fields.kind, 'wishes')) {
    case 'pay':
      return { kind: 'pay' }
    case 'capture':
      return { kind: 'capture', amountMinor: count(fields.amountMinor, 'wishes') }
    case 'cancel':
      return { kind: 'cancel', reason: oneOf(CANCEL_REASONS, fields.reason, 'wishes') }
  }
}

/** Throws an Error that says which part is wrong. */
export function readPayment(record: Fields): Stored {
  const history = list(record.history, 'changes', changeOf)
  const payment: Payment = {
    orderId: text(record.orderId, 'ids'),
    method: oneOf(METHODS, record.method, 'methods'),
    amountMinor: count(record.amountMinor, 'amounts'),
    currency: text(record.currency, 'amounts'),
    userId: optional(record.userId, 'ids'),
    orderTokenHash: optional(record.orderTokenHash, 'ids'),
    email: optional(record.email, 'texts'),
    description: text(record.description, 'texts'),
    language: text(record.language, 'texts'),
    expiresAt: text(record.expiresAt, 'times'),
    bill: record.bill == null ? undefined : billOf(record.bill as Fields),
    opening: count(record.opening, 'places'),
    sessionExpiresAt: text(record.sessionExpiresAt, 'places'),
    sessionId: optional(record.sessionId, 'places'),
    intentId: optional(record.intentId, 'places'),
    checkoutUrl: optional(record.checkoutUrl, 'places'),
    wish: wishOf(record.wish),
    phase: oneOf(PHASES, record.phase, 'phases'),
    state: oneOf(STATES, record.state, 'states'),
    entries: list(record.entries, 'entries', entryOf),
    refunds: list(record.refunds, 'refunds', refundOf),
    captureBefore: optional(record.captureBefore, 'times'),
    paidAt: optional(record.paidAt, 'times'),
    history,
    version: history.length,
    createdAt: text(record.createdAt, 'times'),
    updatedAt: text(record.updatedAt, 'times'),
  }
  // M1 and M7.
  const { captured, refunded } = sumsOf(payment)
  if (captured - refunded > payment.amountMinor || refundsOf(payment) > captured) return fail('sums')
  if (record.version !== history.length || history.length === 0) return fail('changes')
  const { bill, amountMinor } = payment
  if (bill !== undefined && !isWholeBill(bill, amountMinor)) return fail('lines')
  return {
    payment,
    schedule: {
      dueAt: optional(record.dueAt, 'times'),
      attempts: count(record.attempts, 'counts'),
      fence: count(record.fence, 'counts'),
      revision: count(record.revision, 'counts'),
    },
    hintedVersion: count(record.hintedVersion, 'counts'),
  }
}
