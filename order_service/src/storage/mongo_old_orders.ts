/**
 * Numbers orders in MongoDB that an earlier release wrote, or writes meanwhile.
 *
 * N1 (order_numbers.ts): by a write whose condition is that the order has no number. There can be no index of orders without one,
 * so all orders are read once, by id. The setting `orderNumbers` has the id up to which all are `complete`, and any process goes on from there.
 * Ids begin with their time, so an order that is added later has a higher id, if its replica's clock is not more than LAG_MS slow.
 */
import type { Setting } from '@shop/service_kit/mongo/settings'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { firstIdAt } from '../domain/ended_orders.ts'
import type { Document } from './mongo_order_documents.ts'
import { COUNTER, type MongoOrderNumbers } from './mongo_order_numbers.ts'

/** The newest orders are left alone so long: an order of before may still be on its way. */
export const LAG_MS = 60_000

export function createMongoOldOrders(store: MongoStore, numbers: MongoOrderNumbers, now: () => Date) {
  const settings = () => store.collection<Setting>('settings')
  const orders = () => store.collection<Document>('orders')
  return async (limit: number): Promise<boolean> => {
    const until = firstIdAt(new Date(now().getTime() - LAG_MS).toISOString())
    const { before, found } = await store.repeat(async () => {
      const before = (await settings().findOne({ _id: COUNTER }))?.complete ?? ''
      const found = await orders()
        .find({ _id: { $gt: before, $lt: until } })
        .sort({ _id: 1 })
        .limit(limit)
        .project<{ _id: string; number?: number }>({ number: 1 })
        .toArray()
      return { before, found }
    })
    if (found.length === 0) return false
    const old = found.filter(({ number }) => number === undefined)
    if (old.length > 0) {
      const taken = await numbers.takeOld(old.length)
      const operations = old.map(({ _id }, i) => ({
        updateOne: { filter: { _id, number: { $exists: false } }, update: { $set: { number: taken[i]! } } },
      }))
      await store.repeat(() => orders().bulkWrite(operations, { ordered: false }))
    }
    const complete = found.at(-1)!._id
    const reached = { _id: COUNTER, ...(before === '' ? {} : { complete: before }) }
    await store.repeat(() => settings().updateOne(reached, { $set: { complete } }))
    return found.length === limit
  }
}
