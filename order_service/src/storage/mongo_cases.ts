/**
 * Cases in MongoDB (domain/cases.ts): one document each; every write is a conditional write of one, with its audit entry in one
 * transaction. Writes may be repeated, as those of orders (mongo_order_store.ts).
 */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { isDuplicate, OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { batchUpdates, updateInTransaction } from '@shop/service_kit/mongo/writes'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import type { Case, CaseKind, CasePage, Cases } from '../domain/cases.ts'
import { DomainError } from '../domain/errors.ts'
import type { Audited } from '../domain/ports.ts'
import {
  CASES,
  type CaseDocument,
  caseChange,
  caseDocument,
  caseErasure,
  claimCases,
  documentId,
  toCase,
} from './mongo_case_documents.ts'
import { createMongoUnpublishedCases } from './mongo_unpublished_cases.ts'

/** Sorts after every id. */
const LAST = '~'

export function createMongoCases(
  store: MongoStore,
  runtime: Runtime,
  audit: MongoAudit,
  onUnreadable: OnUnreadable,
): Cases {
  const { repeat } = store
  const cases = () => store.collection<CaseDocument>(CASES)
  const update = batchUpdates<CaseDocument>(runtime, cases)
  const reading = createReading(toCase, ({ _id }: CaseDocument) => _id, onUnreadable)
  const as = <Kind extends CaseKind>(document: CaseDocument | null) =>
    (document === null ? undefined : reading.one(document)) as Case<Kind> | undefined

  return {
    async addOnce<Kind extends CaseKind>(added: Case<Kind>, audited?: Audited) {
      const token = runtime.newId()
      const document = { ...caseDocument(added), writes: { v1: token } }
      const { kind, key, updatedAt } = added
      const known = () =>
        repeat(async () => {
          const found =
            (key === undefined ? null : await cases().findOne({ kind, key })) ??
            (await cases().findOne({ _id: document._id }))
          // It is not on a majority yet and may be rolled back.
          if (found === null) throw new OutcomeUnknown()
          return found
        })
      try {
        await audit.write(audited?.by, updatedAt, async (options, record) => {
          await cases().insertOne(document as never, options)
          if (audited) await record(audited.record)
        })
        return { stored: added, added: true }
      } catch (error) {
        if (!isDuplicate(error)) throw error
        const found = await known()
        // An attempt whose answer was lost has added it.
        return { stored: as<Kind>(found)!, added: found.writes?.v1 === token }
      }
    },
    find: (kind, id) => repeat(async () => as(await cases().findOne({ _id: documentId(kind, id) }))),
    findByKey: (kind, key) => repeat(async () => as(await cases().findOne({ kind, key }))),
    async save(changed, audited) {
      const change = caseChange(changed, runtime.newId())
      const { kind, id, updatedAt } = changed
      const isSaved = audited
        ? await audit.write(audited.by, updatedAt, async ({ session }, record) => {
            const outcome = await updateInTransaction(cases(), change, session!)
            if (outcome === 'applied') await record(audited.record)
            return outcome !== 'refused'
          })
        : await repeat(() => update(change))
      if (!isSaved) throw new DomainError('version_conflict', `Case ${kind} ${id} was changed meanwhile.`)
      return { ...changed, version: changed.version + 1 }
    },
    list: async <Kind extends CaseKind>(kind: Kind, { state, before = LAST, limit }: CasePage) =>
      (await reading.page(limit, documentId(kind, before), (most, at) =>
        repeat(() =>
          cases()
            .find({
              kind,
              ...(state === undefined ? {} : { state }),
              _id: { $lt: at, $gt: documentId(kind, '') },
            })
            .sort({ _id: -1 })
            .limit(most)
            .toArray(),
        ),
      )) as Case<Kind>[],
    count: (kind, subject, after, limit) =>
      repeat(() =>
        cases().countDocuments({ kind, subject, _id: { $gt: documentId(kind, after) } }, { limit }),
      ),
    async claimDue(kind, now, leaseUntil, limit) {
      const lease = runtime.newId()
      // Of all attempts: an attempt whose answer was lost may have claimed some.
      const candidates = new Set<string>()
      const mine = await repeat(async () => {
        const due = await cases()
          .find({ kind, dueAt: { $lte: now } })
          .sort({ dueAt: 1 })
          .limit(limit)
          .toArray()
        for (const { _id } of due) candidates.add(_id)
        if (candidates.size === 0) return []
        if (due.length > 0) await cases().bulkWrite(claimCases(due, leaseUntil, lease), { ordered: false })
        return cases()
          .find({ _id: { $in: [...candidates] }, lease })
          .toArray()
      })
      return reading.many(mine) as never
    },
    async reschedule(claims) {
      if (claims.length === 0) return
      const operations = claims.map(({ kind, id, version, fence, dueAt }) => ({
        updateOne: {
          filter: { _id: documentId(kind, id), version, fence, dueAt: { $exists: true } },
          update: { $set: { dueAt } },
        },
      }))
      await repeat(() => cases().bulkWrite(operations, { ordered: false }))
    },
    async hurry(kind, ids, at) {
      const owed = { _id: { $in: ids.map((id) => documentId(kind, id)) } }
      const due = { ...owed, dueAt: { $lte: at } }
      await repeat(() => cases().updateMany(due, { $set: { attempts: 0 }, $inc: { fence: 1 } }))
      const later = { ...owed, dueAt: { $gt: at } }
      await repeat(() => cases().updateMany(later, { $set: { dueAt: at, attempts: 0 }, $inc: { fence: 1 } }))
    },
    async correctClockSkew(kind, tooFar, at) {
      await repeat(() => cases().updateMany({ kind, dueAt: { $gt: tooFar } }, { $set: { dueAt: at } }))
    },
    oldestDue: (kind, now) =>
      repeat(async () => {
        const due = cases().find({ kind, dueAt: { $lte: now } })
        return (await due.sort({ dueAt: 1 }).limit(1).toArray())[0]?.dueAt
      }),
    oldestRefundOwed: () =>
      repeat(async () => {
        const owed = cases().find({ refundOwedSince: { $exists: true } })
        return (await owed.sort({ refundOwedSince: 1 }).limit(1).toArray())[0]?.refundOwedSince
      }),
    unpublished: (kind) => createMongoUnpublishedCases(store, kind, reading),
    oldest: async <Kind extends CaseKind>(
      kind: Kind,
      state: string,
      before: string,
      after: string,
      limit: number,
    ) =>
      (await reading.page(limit, documentId(kind, after), (most, at) =>
        repeat(() =>
          cases()
            .find({ kind, state, _id: { $gt: at, $lt: documentId(kind, before) } })
            .sort({ _id: 1 })
            .limit(most)
            .toArray(),
        ),
      )) as Case<Kind>[],
    unerased: async <Kind extends CaseKind>(
      kind: Kind,
      state: string,
      before: string,
      after: string,
      limit: number,
    ) =>
      (await reading.page(limit, documentId(kind, after), (most, at) =>
        repeat(() =>
          cases()
            .find({
              ...{ kind, state, erasedAt: { $exists: false } },
              _id: { $gt: at, $lt: documentId(kind, before) },
            })
            .hint('cases_to_erase')
            .sort({ _id: 1 })
            .limit(most)
            .toArray(),
        ),
      )) as Case<Kind>[],
    erase: (erased) =>
      repeat(async () => (await cases().updateOne(...caseErasure(erased))).matchedCount === 1),
    async remove(claims) {
      let removed = 0
      for (const { kind, id, version } of claims) {
        const { deletedCount } = await repeat(() => cases().deleteOne({ _id: documentId(kind, id), version }))
        removed += deletedCount
      }
      return removed
    },
  }
}
