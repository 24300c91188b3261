/**
 * The queues of unsettled orders in MongoDB: one for stock, in `dueAt`, and one for payments, in `payDueAt`. A claim is one conditional
 * write for each order; an attempt whose answer was lost finds its own lease.
 */
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { createReading } from '@shop/service_kit/storage/unreadable'
import type { OrderQueues } from '../domain/order_queues.ts'
import { isUnsettled, type Queue, type StoredOrder, type UnsettledOrder } from '../domain/schedule.ts'
import { claimOperations, type Document, DUE, DUE_FIELD, ORDERS, PAY_DUE } from './mongo_order_documents.ts'

/** Rounds of one claim; a second one is needed when other replicas claimed the same orders. */
const CLAIM_ROUNDS_MAX = 20
/** So that counting ends within the deadline, also after a long outage. */
export const BACKLOG_COUNT_MAX = 100_000

const UNSETTLED: Filter<Document> = { dueAt: { $exists: true } }

export function createMongoOrderQueues(
  store: MongoStore,
  runtime: Pick<Runtime, 'newId'>,
  reading: ReturnType<typeof createReading<Document, StoredOrder>>,
): OrderQueues {
  const { repeat } = store
  const orders = () => store.collection<Document>(ORDERS)

  const claimRound = (queue: Queue, now: string, leaseUntil: string, limit: number) => {
    const field = DUE_FIELD[queue]
    const lease = runtime.newId()
    // Of all attempts: an attempt whose answer was lost may have claimed some.
    const candidates = new Set<string>()
    return repeat(async () => {
      const due = await orders()
        .find({ [field]: { $lte: now } })
        .sort({ [field]: 1 })
        .limit(limit)
        .toArray()
      for (const { _id } of due) candidates.add(_id)
      if (candidates.size === 0) return { claimed: [], more: false }
      if (due.length > 0)
        await orders().bulkWrite(claimOperations(queue, due, leaseUntil, lease), { ordered: false })
      const mine = await orders()
        .find({ _id: { $in: [...candidates] }, lease })
        .toArray()
      const byId = new Map(mine.map((document) => [document._id, document]))
      const documents = [...candidates].flatMap((id) => byId.get(id) ?? [])
      const claimed = reading.many(documents).filter(isUnsettled)
      return { claimed, more: due.length === limit }
    })
  }

  return {
    async claimDue(now, leaseUntil, limit, queue = 'stock') {
      const all: UnsettledOrder[] = []
      for (let round = 0; round < CLAIM_ROUNDS_MAX && all.length < limit; round++) {
        const { claimed, more } = await claimRound(queue, now, leaseUntil, limit - all.length)
        all.push(...claimed)
        if (!more) break
      }
      return all
    },
    async reschedule(changes) {
      if (changes.length === 0) return
      const operations = changes.map(({ id, version, fence, queue, dueAt }) => ({
        updateOne: {
          filter: { _id: id, version, fence },
          update:
            dueAt === undefined
              ? { $unset: { [DUE_FIELD[queue]]: '' as const } }
              : { $set: { [DUE_FIELD[queue]]: dueAt } },
        },
      }))
      await repeat(() => orders().bulkWrite(operations, { ordered: false }))
    },
    backlog: () =>
      repeat(async () => {
        const [count, oldest] = await Promise.all([
          orders().countDocuments(UNSETTLED, { hint: DUE, limit: BACKLOG_COUNT_MAX }),
          orders()
            .find(UNSETTLED)
            .hint(DUE)
            .sort({ updatedAt: 1 })
            .limit(1)
            .project({ updatedAt: 1 })
            .toArray(),
        ])
        return { count, oldestUpdatedAt: oldest[0]?.updatedAt as string | undefined }
      }),
    oldestPaymentDue: (now) =>
      repeat(async () => {
        const due = orders().find({ payDueAt: { $lte: now } })
        const [oldest] = await due.sort({ payDueAt: 1 }).limit(1).project({ payDueAt: 1 }).toArray()
        return oldest?.payDueAt as string | undefined
      }),
    async hurryPayments(ids, at) {
      const waiting = { _id: { $in: [...ids] }, status: 'awaiting_payment' as const }
      const due = { ...waiting, payDueAt: { $lte: at } }
      await repeat(() => orders().updateMany(due, { $inc: { fence: 1 } }))
      const later = { ...waiting, payDueAt: { $gt: at } }
      await repeat(() => orders().updateMany(later, { $set: { payDueAt: at }, $inc: { fence: 1 } }))
    },
    async listUnsettled({ limit, after = '', queue = 'stock' }) {
      const page = await reading.page(limit, after, (count, at) =>
        repeat(() =>
          orders()
            .find({ [DUE_FIELD[queue]]: { $exists: true }, _id: { $gt: at } })
            .hint(queue === 'stock' ? DUE : PAY_DUE)
            .sort({ _id: 1 })
            .limit(count)
            .toArray(),
        ),
      )
      return page.filter(isUnsettled)
    },
  }
}
