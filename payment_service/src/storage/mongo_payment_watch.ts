/** What is watched of all payments in MongoDB: each query reads an index that has such payments alone. */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { Method } from '../domain/payment.ts'
import type { PaymentStore } from '../domain/ports.ts'
import { CAPTURES, CAPTURING, type Document, DUE, OWED, PAYMENTS } from './mongo_payment_documents.ts'

/** So that counting ends within the deadline, also after a long outage. */
const BACKLOG_COUNT_MAX = 100_000

export function createMongoPaymentWatch(
  store: MongoStore,
): Pick<PaymentStore, 'backlog' | 'endingBefore' | 'capturesWaiting' | 'refundsWaiting'> {
  const { repeat } = store
  const payments = () => store.collection<Document>(PAYMENTS)
  return {
    backlog: () =>
      repeat(async () => {
        const all = { dueAt: { $exists: true } }
        const first = (by: 'updatedAt' | 'dueAt') =>
          payments()
            .find(all)
            .hint(DUE)
            .sort({ [by]: 1 })
            .limit(1)
            .project({ [by]: 1 })
            .toArray()
        const [count, oldest, due] = await Promise.all([
          payments().countDocuments(all, { hint: DUE, limit: BACKLOG_COUNT_MAX }),
          first('updatedAt'),
          first('dueAt'),
        ])
        return {
          count,
          oldestUpdatedAt: oldest[0]?.updatedAt as string | undefined,
          firstDueAt: due[0]?.dueAt as string | undefined,
        }
      }),
    endingBefore: (time, limit) =>
      repeat(async () => {
        const found = await payments()
          .find({ captureBefore: { $lt: time } })
          .sort({ captureBefore: 1 })
          .limit(limit)
          .project<{ _id: string; captureBefore: string }>({ captureBefore: 1 })
          .toArray()
        return found.map(({ _id, captureBefore }) => ({ orderId: _id, captureBefore }))
      }),
    refundsWaiting: (limit) =>
      repeat(async () => {
        const found = await payments()
          .find({ owedSince: { $exists: true } })
          .hint(OWED)
          .sort({ owedSince: 1 })
          .limit(limit)
          .project<{ _id: string; owedSince: string; method: Method }>({ owedSince: 1, method: 1 })
          .toArray()
        return found.map(({ _id, owedSince, method }) => ({ orderId: _id, since: owedSince, method }))
      }),
    capturesWaiting: (limit) =>
      repeat(async () => {
        const found = await payments()
          .find(CAPTURES)
          .hint(CAPTURING)
          .sort({ updatedAt: 1 })
          .limit(limit)
          .project<{ _id: string; updatedAt: string }>({ updatedAt: 1 })
          .toArray()
        return found.map(({ _id, updatedAt }) => ({ orderId: _id, since: updatedAt }))
      }),
  }
}
