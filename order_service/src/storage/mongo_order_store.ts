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
import type { Audited, OrderPage, OrderStore } from '../domain/ports.ts'
import { nextVersion, withNumber } from '../domain/schedule.ts'
import { createMongoOldOrders } from './mongo_old_orders.ts'
import { changeTo, type Document, ORDERS, toDocument, toOrder } from './mongo_order_documents.ts'
import { createMongoOrderNumbers } from './mongo_order_numbers.ts'
import { createMongoOrderQueues } from './mongo_order_queues.ts'

/** Sorts after every UUID. */
const LAST = '~'
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

  return {
    ...createMongoOrderQueues(store, runtime, reading),
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
    async save(stored, audited, tracking) {
      const change = changeTo(stored, runtime.newId(), tracking)
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
      return nextVersion(stored, tracking)
    },
    async listByUser(userId, page) {
      const [placed, linked] = await Promise.all([list({ userId }, page), list({ linkedTo: userId }, page)])
      if (linked.length === 0) return placed
      return [...placed, ...linked].sort((a, b) => (a.order.id < b.order.id ? 1 : -1)).slice(0, page.limit)
    },
    listByEmail: (email, page) => list({ 'checkout.email': email }, page),
    link: ({ id, userId: placedBy }, userId, at, audited) =>
      amended(
        audited,
        at,
        { _id: id, userId: placedBy, linkedTo: { $exists: false } },
        { linkedTo: userId, isOwnerless: false },
      ),
    track: ({ id, userId }, { before, after }, at, audited) =>
      amended(audited, at, { _id: id, userId, tracking: before ?? { $exists: false } }, { tracking: after }),
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
    versionsOf: async (ids) => new Map((await statesOf(ids)).map(({ _id, version }) => [_id, version])),
    statusesOf: async (ids) => new Map((await statesOf(ids)).map(({ _id, status }) => [_id, status])),
    check: () => store.check(),
    close: () => store.close(),
  }

  /**
   * Changes a part of the document that no save writes, unless it is erased. Repeated after its answer was lost, it is refused: its caller reads the order
   * again.
   */
  function amended(
    { by, record: entry }: Audited,
    at: string,
    filter: Filter<Document>,
    $set: Partial<Pick<Document, 'linkedTo' | 'tracking' | 'isOwnerless'>>,
  ) {
    return audit.write(by, at, async (options, record) => {
      const { matchedCount } = await orders().updateOne(
        { ...filter, erasedAt: { $exists: false } },
        { $set },
        options,
      )
      if (matchedCount === 1) await record(entry)
      return matchedCount === 1
    })
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
