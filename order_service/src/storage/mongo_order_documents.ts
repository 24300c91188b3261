/** An order as a document of MongoDB. */
import { AUDIT_INDEXES } from '@shop/service_kit/audit/mongo_log'
import type { AnyBulkWriteOperation, IndexDescription } from '@shop/service_kit/mongo/store'
import type { ConditionalUpdate } from '@shop/service_kit/mongo/writes'
import { type OrderRecord, readOrder, recordOf } from '../domain/order_record.ts'
import { type Queue, queueOf, type StoredOrder } from '../domain/schedule.ts'
import type { Tracking } from '../domain/tracking.ts'
import { CASE_INDEXES } from './mongo_case_documents.ts'

export const ORDERS = 'orders'
export const DUE = 'orders_due'
export const PAY_DUE = 'orders_pay_due'
export const UNPUBLISHED = 'orders_unpublished'
export const TO_ERASE = 'orders_to_erase'
export const ERASURES = 'erasures'
/** As `publishDue`: before every time. */
export const AT_ONCE = ''

/** docs/operations.md says which query each serves. */
export const ORDER_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [ORDERS]: [
    {
      name: 'orders_by_key',
      key: { userId: 1, idempotencyKey: 1 },
      unique: true,
      partialFilterExpression: { idempotencyKey: { $exists: true } },
    },
    { name: 'orders_by_user', key: { userId: 1, _id: -1 } },
    {
      name: 'orders_linked_to',
      key: { linkedTo: 1, _id: -1 },
      partialFilterExpression: { linkedTo: { $exists: true } },
    },
    {
      name: 'orders_by_email',
      key: { 'checkout.email': 1, _id: -1 },
      partialFilterExpression: { 'checkout.email': { $exists: true } },
    },
    { name: 'orders_by_status', key: { status: 1, _id: -1 } },
    { name: 'orders_by_product', key: { 'lines.productId': 1, _id: -1 } },
    {
      name: 'orders_by_number',
      key: { number: 1 },
      unique: true,
      partialFilterExpression: { number: { $exists: true } },
    },
    { name: TO_ERASE, key: { isOwnerless: 1, _id: 1 }, partialFilterExpression: { isOwnerless: true } },
    // These hold few orders, so they stay small.
    { name: PAY_DUE, key: { payDueAt: 1 }, partialFilterExpression: { payDueAt: { $exists: true } } },
    {
      name: UNPUBLISHED,
      key: { publishDue: 1, _id: 1 },
      partialFilterExpression: { publishDue: { $exists: true } },
    },
    { name: DUE, key: { dueAt: 1, updatedAt: 1 }, partialFilterExpression: { dueAt: { $exists: true } } },
  ],
  [ERASURES]: [{ name: 'erasures_due', key: { dueAt: 1 } }],
  ...CASE_INDEXES,
  ...AUDIT_INDEXES,
}

/** Fields that are undefined in the domain are absent. */
export type Document = Omit<OrderRecord, 'id'> & {
  _id: string
  /** Tokens of the writes that made each version after the first, by `v<number>`: they recognize a repeated write. */
  writes?: Record<string, string>
  /** Token of its last claim. */
  lease?: string
  /** As `dueAt`, of an order whose next call is owed to payment_service. */
  payDueAt?: string | undefined
  /** Its events up to this version are published. */
  publishedVersion?: number
  /** While it has others: when it is their turn. */
  publishDue?: string
}

/** The field of each queue: when its orders are due. */
export const DUE_FIELD = { stock: 'dueAt', payments: 'payDueAt' } as const satisfies Record<
  Queue,
  keyof Document
>

export const claimOperations = (
  queue: Queue,
  due: readonly Document[],
  leaseUntil: string,
  lease: string,
): AnyBulkWriteOperation<Document>[] =>
  due.map(({ _id, version, fence, attempts, ...document }) => ({
    updateOne: {
      filter: { _id, version, fence, [DUE_FIELD[queue]]: document[DUE_FIELD[queue]] },
      update: { $set: { [DUE_FIELD[queue]]: leaseUntil, fence: fence + 1, attempts: attempts + 1, lease } },
    },
  }))

/** Saves the order over the version that it had; `token` differs from that of every other save. */
export function changeTo(stored: StoredOrder, token: string, tracking?: Tracking): ConditionalUpdate {
  const order = recordOf(stored)
  const { id, userId, status, lines, rejection, history, version, updatedAt, attempts, fence } = order
  const { dueAt, payDueAt } = dueFields(stored)
  return {
    id,
    within: { userId },
    condition: { version, fence },
    set: {
      status,
      lines,
      rejection,
      history,
      version: version + 1,
      updatedAt,
      dueAt,
      payDueAt,
      attempts,
      publishDue: AT_ONCE,
      ...(tracking === undefined ? {} : { tracking }),
    },
    unset: [
      ...(rejection === undefined ? ['rejection'] : []),
      ...(dueAt === undefined ? ['dueAt'] : []),
      ...(payDueAt === undefined ? ['payDueAt'] : []),
    ],
    token: { field: `v${version + 1}`, value: token },
  }
}

const dueFields = ({ order, schedule: { dueAt } }: StoredOrder) =>
  queueOf(order) === 'payments' ? { dueAt: undefined, payDueAt: dueAt } : { dueAt, payDueAt: undefined }

export function toDocument(stored: StoredOrder): Document {
  const { id, ...fields } = recordOf(stored)
  return { _id: id, ...fields, ...dueFields(stored), publishDue: AT_ONCE }
}

export const toOrder = ({ _id, dueAt, payDueAt, ...fields }: Document): StoredOrder =>
  readOrder({ id: _id, ...fields, dueAt: dueAt ?? payDueAt })
