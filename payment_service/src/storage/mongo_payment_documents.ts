/** A payment as a document of MongoDB, with its entries and refunds: every change is a write of one document. */
import { AUDIT_INDEXES } from '@shop/service_kit/audit/mongo_log'
import type { IndexDescription } from '@shop/service_kit/mongo/store'
import type { ConditionalUpdate } from '@shop/service_kit/mongo/writes'
import { owedSince } from '../domain/give_back.ts'
import { type PaymentRecord, readPayment, recordOf } from '../domain/payment_record.ts'
import type { Claim, Stored } from '../domain/schedule.ts'

export const PAYMENTS = 'payments'
export const INBOX = 'payment_events'
export const DUE = 'payments_due'
export const CAPTURING = 'payments_capturing'
export const OWED = 'payments_owed'
export const UNPUBLISHED = 'payments_unpublished'
/** As `publishDue`: before every time. */
export const AT_ONCE = ''
export const UNHINTED = 'payments_unhinted'

/** Wished, and not done. */
export const CAPTURES = { method: 'card', state: 'authorised', 'wish.kind': 'capture' } as const

/** docs/operations.md says which query each serves. */
export const PAYMENT_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [PAYMENTS]: [
    // M5: entries belong to an intent, and within a document each is added once.
    {
      name: 'payments_by_intent',
      key: { intentId: 1 },
      unique: true,
      partialFilterExpression: { intentId: { $exists: true } },
    },
    { name: DUE, key: { dueAt: 1, updatedAt: 1 }, partialFilterExpression: { dueAt: { $exists: true } } },
    { name: UNHINTED, key: { unhinted: 1 }, partialFilterExpression: { unhinted: { $exists: true } } },
    {
      name: 'payments_ending',
      key: { captureBefore: 1 },
      partialFilterExpression: { captureBefore: { $exists: true } },
    },
    { name: OWED, key: { owedSince: 1 }, partialFilterExpression: { owedSince: { $exists: true } } },
    { name: CAPTURING, key: { updatedAt: 1 }, partialFilterExpression: CAPTURES },
    {
      name: UNPUBLISHED,
      key: { publishDue: 1, _id: 1 },
      partialFilterExpression: { publishDue: { $exists: true } },
    },
  ],
  [INBOX]: [{ name: 'payment_events_by_age', key: { at: 1 } }],
  ...AUDIT_INDEXES,
}

/** Fields that are undefined in the domain are absent. */
export type Document = Omit<PaymentRecord, 'orderId'> & {
  _id: string
  /** The order id, while order_service was not notified of its version. */
  unhinted?: string
  /** Since when something that is owed back waits for a person. */
  owedSince?: string
  /** Absent if no event is published. */
  publishedVersion?: number
  /** When it is the turn of its events, while some may be unpublished. */
  publishDue?: string
  /** Tokens of the writes that made each revision after the first, by `r<number>`: they recognize a repeated write. */
  writes?: Record<string, string>
  /** Token of its last claim. */
  lease?: string
}

export type EventDocument = { _id: string; at: string }

export function toDocument(stored: Stored): Document {
  const { orderId, ...fields } = recordOf(stored)
  const isBehind = fields.hintedVersion < fields.version
  const since = owedSince(stored.payment)
  return {
    ...{ _id: orderId, ...fields, publishDue: AT_ONCE },
    ...(isBehind ? { unhinted: orderId } : {}),
    ...(since === undefined ? {} : { owedSince: since }),
  }
}

export const toStored = ({ _id, ...fields }: Document): Stored => readPayment({ ...fields, orderId: _id })

const OPTIONAL = [
  ...(['sessionId', 'intentId', 'checkoutUrl', 'captureBefore', 'paidAt', 'dueAt'] as const),
  'email',
] as const

/** `token` differs from that of every other save. */
export function changeTo(
  { orderId, revision, fence }: Claim,
  stored: Stored,
  token: string,
): ConditionalUpdate {
  const { hintedVersion, fence: _, ...record } = recordOf(stored)
  const { orderId: __, ...fields } = record
  const next = revision + 1
  const since = owedSince(stored.payment)
  return {
    id: orderId,
    condition: { revision, fence },
    set: {
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
      revision: next,
      publishDue: AT_ONCE,
      ...(hintedVersion < record.version ? { unhinted: orderId } : {}),
      ...(since === undefined ? {} : { owedSince: since }),
    },
    unset: [
      ...OPTIONAL.filter((name) => record[name] === undefined),
      ...(since === undefined ? ['owedSince'] : []),
    ],
    token: { field: `r${next}`, value: token },
  }
}
