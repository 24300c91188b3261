/**
 * Payments in MongoDB: one document each, so every save is one conditional write (M7). Only an audited save is a transaction.
 *
 * Writes may be repeated: a second insert finds its own id, a save stores a token under the revision it made (kit,
 * mongo/writes.ts), a claim stores its lease.
 */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { batchInserts, batchUpdates, updateInTransaction } from '@shop/service_kit/mongo/writes'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { DomainError } from '../domain/errors.ts'
import type { PaymentStore } from '../domain/ports.ts'
import { nextRevision } from '../domain/schedule.ts'
import {
  changeTo,
  type Document,
  type EventDocument,
  INBOX,
  PAYMENTS,
  toDocument,
  toStored,
  UNHINTED,
} from './mongo_payment_documents.ts'
import { createMongoPaymentWatch } from './mongo_payment_watch.ts'

export function createMongoPaymentStore(
  store: MongoStore,
  runtime: Runtime,
  audit: MongoAudit,
  onUnreadable: OnUnreadable,
): PaymentStore {
  const reading = createReading(toStored, ({ _id }: Document) => _id, onUnreadable)
  const optional = (document: Document | null) => (document === null ? undefined : reading.one(document))
  const { repeat } = store
  const payments = () => store.collection<Document>(PAYMENTS)
  const inbox = () => store.collection<EventDocument>(INBOX)
  const insert = batchInserts<Document>(runtime, payments)
  const update = batchUpdates<Document>(runtime, payments)

  return {
    addOnce(stored) {
      const document = toDocument(stored)
      return repeat(async () => {
        if (await insert(document)) return { stored, added: true }
        const first = optional(await payments().findOne({ _id: document._id }))
        // The existing one is not on a majority yet and may be rolled back: then this one is added.
        if (!first) throw new OutcomeUnknown()
        return { stored: first, added: false }
      })
    },
    find: (orderId) => repeat(async () => optional(await payments().findOne({ _id: orderId }))),
    findByIntent: (intentId) => repeat(async () => optional(await payments().findOne({ intentId }))),
    async save(before, stored, audited) {
      const change = changeTo(before, stored, runtime.newId())
      const isSaved = audited
        ? await audit.write(audited.by, stored.payment.updatedAt, async ({ session }, record) => {
            const outcome = await updateInTransaction(payments(), change, session!)
            if (outcome === 'applied') await record(audited.record)
            return outcome !== 'refused'
          })
        : await repeat(() => update(change))
      if (!isSaved)
        throw new DomainError('version_conflict', `The payment of ${before.orderId} was changed meanwhile.`)
      return nextRevision(stored)
    },
    claimDue(now, leaseUntil, limit) {
      const lease = runtime.newId()
      // Of all attempts: an attempt whose answer was lost may have claimed some.
      const candidates = new Set<string>()
      return repeat(async () => {
        const due = await payments()
          .find({ dueAt: { $lte: now } })
          .sort({ dueAt: 1 })
          .limit(limit)
          .toArray()
        for (const { _id } of due) candidates.add(_id)
        if (candidates.size === 0) return []
        const operations = due.map(({ _id, revision, fence, dueAt, attempts }) => ({
          updateOne: {
            filter: { _id, revision, fence, dueAt: dueAt! },
            update: { $set: { dueAt: leaseUntil, fence: fence + 1, attempts: attempts + 1, lease } },
          },
        }))
        if (operations.length > 0) await payments().bulkWrite(operations, { ordered: false })
        const mine = await payments()
          .find({ _id: { $in: [...candidates] }, lease })
          .toArray()
        return reading.many(mine)
      })
    },
    async reschedule(changes) {
      if (changes.length === 0) return
      const operations = changes.map(({ orderId, revision, fence, dueAt, done }) => {
        const set = { ...(dueAt === undefined ? {} : { dueAt }), ...(done ? { attempts: 0 } : {}) }
        return {
          updateOne: {
            filter: { _id: orderId, revision, fence },
            update: {
              ...(Object.keys(set).length > 0 ? { $set: set } : {}),
              ...(dueAt === undefined ? { $unset: { dueAt: '' as const } } : {}),
            },
          },
        }
      })
      await repeat(() => payments().bulkWrite(operations, { ordered: false }))
    },
    makeDue: (orderId, now) =>
      repeat(async () => {
        const later = { _id: orderId, $or: [{ dueAt: { $gt: now } }, { dueAt: { $exists: false } }] }
        if ((await payments().updateOne(later, { $set: { dueAt: now } })).matchedCount === 1) return true
        return (await payments().findOne({ _id: orderId })) !== null
      }),
    unhinted: (limit) =>
      repeat(async () => {
        const found = await payments()
          .find({ unhinted: { $exists: true } })
          .hint(UNHINTED)
          .sort({ unhinted: 1 })
          .limit(limit)
          .project<{ _id: string; version: number }>({ version: 1 })
          .toArray()
        return found.map(({ _id, version }) => ({ orderId: _id, version }))
      }),
    async hinted(changes) {
      if (changes.length === 0) return
      const operations = changes.map(({ orderId, version }) => ({
        updateOne: {
          filter: { _id: orderId, version },
          update: { $set: { hintedVersion: version }, $unset: { unhinted: '' as const } },
        },
      }))
      await repeat(() => payments().bulkWrite(operations, { ordered: false }))
    },
    isReceived: (eventId) => repeat(async () => (await inbox().findOne({ _id: eventId })) !== null),
    async received(eventId, now) {
      const first = { $setOnInsert: { at: now } }
      await repeat(() => inbox().updateOne({ _id: eventId }, first, { upsert: true }))
    },
    async forgetEvents(before, limit) {
      return repeat(async () => {
        const old = await inbox()
          .find({ at: { $lt: before } })
          .sort({ at: 1 })
          .limit(limit)
          .toArray()
        if (old.length === 0) return 0
        return (await inbox().deleteMany({ _id: { $in: old.map(({ _id }) => _id) } })).deletedCount
      })
    },
    ...createMongoPaymentWatch(store),
    list: (after, limit) =>
      reading.page(limit, after, (count, at) =>
        repeat(() =>
          payments()
            .find({ _id: { $gt: at } })
            .sort({ _id: 1 })
            .limit(count)
            .toArray(),
        ),
      ),
    check: () => store.check(),
    close: () => store.close(),
  }
}
