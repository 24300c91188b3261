/** Removes rejected and cancelled orders from MongoDB (domain/ended_orders.ts). */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { type EndedOrders, type EndedStatus, firstIdAt, hasEndedBefore } from '../domain/ended_orders.ts'
import { type Document, toOrder } from './mongo_order_documents.ts'

export function createMongoEndedOrders(
  store: MongoStore,
  onUnreadable: OnUnreadable,
  status: EndedStatus,
): EndedOrders {
  const reading = createReading(toOrder, ({ _id }: Document) => _id, onUnreadable)
  const orders = () => store.collection<Document>('orders')
  return {
    kind: 'order',
    async due(before, after = '', limit) {
      const found = await store.repeat(() =>
        orders()
          .find({ status, _id: { $gt: after, $lt: firstIdAt(before) } })
          .hint('orders_by_status')
          .sort({ _id: 1 })
          .limit(limit)
          .toArray(),
      )
      return {
        items: reading.many(found).filter((stored) => hasEndedBefore(stored, before)),
        next: found.length < limit ? undefined : found.at(-1)!._id,
      }
    },
    async remove(ended) {
      const ids = ended.map(({ order }) => order.id)
      let removed = 0
      await store.repeat(async () => {
        const filter = { _id: { $in: ids }, status, dueAt: { $exists: false } }
        removed += (await orders().deleteMany(filter)).deletedCount
      })
      return removed
    },
  }
}
