/** How an order lies in a document of MongoDB. */
import type { AnyBulkWriteOperation } from '@shop/service_kit/mongo/store'
import { type OrderRecord, readOrder, recordOf } from '../domain/order_record.ts'
import type { StoredOrder } from '../domain/schedule.ts'

/** Absent fields are those that are undefined in the domain. */
export type Document = Omit<OrderRecord, 'id'> & {
  _id: string
  /** Who made each version after the first, by `v<number>`. */
  writes?: Record<string, string>
  /** The claim that took it up last. */
  lease?: string
}

export const claims = (
  due: readonly Document[],
  leaseUntil: string,
  lease: string,
): AnyBulkWriteOperation<Document>[] =>
  due.map(({ _id, version, fence, dueAt, attempts }) => ({
    updateOne: {
      filter: { _id, version, fence, dueAt },
      update: { $set: { dueAt: leaseUntil, fence: fence + 1, attempts: attempts + 1, lease } },
    },
  }))

export function toDocument(stored: StoredOrder): Document {
  const { id, ...fields } = recordOf(stored)
  return { _id: id, ...fields }
}

export const toOrder = ({ _id, ...fields }: Document): StoredOrder => readOrder({ id: _id, ...fields })
