/**
 * Orders in MongoDB: one document per order; every write is a conditional write of one. Only an audited save is a transaction.
 *
 * Invariant 3: `addOnce` and `save` resolve when a majority has the write. Invariant 4: by the unique index on (userId,
 * idempotencyKey). Concurrent inserts, and concurrent saves, share commands; an insert and a save do not.
 *
 * Writes may be repeated: a second insert finds its own id, a save stores a token under the version it made (kit,
 * mongo/writes.ts), a claim stores its lease.
 */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import { batchInserts, batchUpdates, updateInTransaction } from '@shop/service_kit/mongo/writes'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { DomainError } from '../domain/errors.ts'
import type { OrderPage, OrderStore } from '../domain/ports.ts'
import { isUnsettled, nextVersion, type UnsettledOrder, withNumber } from '../domain/schedule.ts'
import { createMongoOldOrders } from './mongo_old_orders.ts'
import {
  changeTo,
  claimOperations,
  type Document,
  DUE,
  ORDERS,
  toDocument,
  toOrder,
} from './mongo_order_documents.ts'
import { createMongoOrderNumbers } from './mongo_order_numbers.ts'

/** Sorts after every UUID. */
const LAST = '~'
/** Rounds of one claim; a second one is needed when other replicas claimed the same orders. */
const CLAIM_ROUNDS_MAX = 20
/** So that counting ends within the deadline, also after a long outage. */
export const BACKLOG_COUNT_MAX = 100_000

const UNSETTLED: Filter<Document> = { dueAt: { $exists: true } }

export function createMongoOrderStore(
  store: MongoStore,
  runtime: Runtime,
  audit: MongoAudit,
  onUnreadable: OnUnreadable,
): OrderStore {
  const reading = createReading(toOrder, ({ _id }: Document) => _id, onUnreadable)
  const optional = (document: Document | null) => (document === null ? undefined : reading.one(document))
  const { repeat } = store
  const orders = () => store.collection<Document>(ORDERS)
  const insert = batchInserts<Document>(runtime, orders)
  const update = batchUpdates<Document>(runtime, orders)
  const numbers = createMongoOrderNumbers(store)

  const findByKey = async (userId: string, idempotencyKey: string) =>
    optional(await orders().findOne({ userId, idempotencyKey }))
  const list = (filter: Filter<Document>, { limit, before = LAST }: OrderPage) =>
    reading.page(limit, before, (count, at) =>
      repeat(() =>
        orders()
          .find({ ...filter, _id: { $lt: at } })
          .sort({ _id: -1 })
          .limit(count)
          .toArray(),
      ),
    )

  const claimRound = (now: string, leaseUntil: string, limit: number) => {
    const lease = runtime.newId()
    // Of all attempts: an attempt whose answer was lost may have claimed some.
    const candidates = new Set<string>()
    return repeat(async () => {
      const due = await orders()
        .find({ dueAt: { $lte: now } })
        .sort({ dueAt: 1 })
        .limit(limit)
        .toArray()
      for (const { _id } of due) candidates.add(_id)
      if (candidates.size === 0) return { claimed: [], more: false }
      if (due.length > 0)
        await orders().bulkWrite(claimOperations(due, leaseUntil, lease), { ordered: false })
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
    sharesCommits: false,
    async addOnce(wanted) {
      const stored = wanted.order.number === undefined ? withNumber(wanted, await numbers.next()) : wanted
      const document = toDocument(stored)
      return repeat(async () => {
        if (await insert(document)) return { stored, added: true }
        const { id, userId, idempotencyKey } = stored.order
        const first =
          (idempotencyKey === undefined ? undefined : await findByKey(userId, idempotencyKey)) ??
          optional(await orders().findOne({ _id: id }))
        // The existing order is not on a majority yet and may be rolled back: then this one is added.
        if (!first) throw new OutcomeUnknown()
        return { stored: first, added: first.order.id === id }
      })
    },
    find: (id) => repeat(async () => optional(await orders().findOne({ _id: id }))),
    findByKey: (userId, key) => repeat(() => findByKey(userId, key)),
    async save(stored, audited) {
      const change = changeTo(stored, runtime.newId())
      const { id, updatedAt } = stored.order
      const isSaved = audited
        ? await audit.write(audited.by, updatedAt, async ({ session }, record) => {
            const outcome = await updateInTransaction(orders(), change, session!)
            if (outcome === 'applied') await record(audited.record)
            return outcome !== 'refused'
          })
        : await repeat(() => update(change))
      if (!isSaved) {
        throw new DomainError('version_conflict', `Order ${id} was changed meanwhile.`)
      }
      return nextVersion(stored)
    },
    listByUser: (userId, page) => list({ userId }, page),
    listBetween: (after, end, limit) =>
      reading.page(limit, after, (count, at) =>
        repeat(() =>
          orders()
            .find({ _id: { $gt: at, $lt: end } })
            .sort({ _id: 1 })
            .limit(count)
            .toArray(),
        ),
      ),
    findByNumber: (number) => repeat(async () => optional(await orders().findOne({ number }))),
    listByProduct: (productId, page) => list({ 'lines.productId': productId }, page),
    catchUp: createMongoOldOrders(store, numbers, runtime.now),
    listByStatus: (status, page) => list(status === undefined ? {} : { status }, page),
    async claimDue(now, leaseUntil, limit) {
      const all: UnsettledOrder[] = []
      for (let round = 0; round < CLAIM_ROUNDS_MAX && all.length < limit; round++) {
        const { claimed, more } = await claimRound(now, leaseUntil, limit - all.length)
        all.push(...claimed)
        if (!more) break
      }
      return all
    },
    async reschedule(changes) {
      if (changes.length === 0) return
      const operations = changes.map(({ id, version, fence, dueAt }) => ({
        updateOne: {
          filter: { _id: id, version, fence },
          update: dueAt === undefined ? { $unset: { dueAt: '' as const } } : { $set: { dueAt } },
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
    versionsOf: async (ids) => new Map((await statesOf(ids)).map(({ _id, version }) => [_id, version])),
    statusesOf: async (ids) => new Map((await statesOf(ids)).map(({ _id, status }) => [_id, status])),
    async listUnsettled({ limit, after = '' }) {
      const page = await reading.page(limit, after, (count, at) =>
        repeat(() =>
          orders()
            .find({ ...UNSETTLED, _id: { $gt: at } })
            .hint(DUE)
            .sort({ _id: 1 })
            .limit(count)
            .toArray(),
        ),
      )
      return page.filter(isUnsettled)
    },
    check: () => store.check(),
    close: () => store.close(),
  }

  function statesOf(ids: readonly string[]) {
    if (ids.length === 0) return Promise.resolve([])
    return repeat(() =>
      orders()
        .find({ _id: { $in: [...ids] } })
        .project<Pick<Document, '_id' | 'version' | 'status'>>({ version: 1, status: 1 })
        .toArray(),
    )
  }
}
