/** Unpublished cases of a kind in MongoDB: those with `publishDue`, which every write sets to AT_ONCE. */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { createReading } from '@shop/service_kit/storage/unreadable'
import type { Case, CaseKind, UnpublishedCases } from '../domain/cases.ts'
import { CASES, CASES_UNPUBLISHED, type CaseDocument, documentId, idOf } from './mongo_case_documents.ts'

/** Counted for the metrics. */
const COUNTED_MAX = 10_000

export function createMongoUnpublishedCases<Kind extends CaseKind>(
  store: MongoStore,
  kind: Kind,
  reading: ReturnType<typeof createReading<CaseDocument, Case>>,
): UnpublishedCases<Kind> {
  const cases = () => store.collection<CaseDocument>(CASES)
  const all = { kind, publishDue: { $exists: true } }
  return {
    list: (now, limit) =>
      store.repeat(async () => {
        const found = cases().find({ kind, publishDue: { $lte: now } })
        const turn = found.hint(CASES_UNPUBLISHED).sort({ publishDue: 1, _id: 1 }).limit(limit)
        return (await turn.toArray()).map((document) => ({
          ...{
            id: idOf(document._id),
            version: Number(document.version),
            updatedAt: String(document.updatedAt),
          },
          publishedVersion: document.publishedVersion,
          found: () => reading.one(document) as Case<Kind>,
        }))
      }),
    async markPublished(published) {
      if (published.length === 0) return
      const operations = published.map(({ id, version }) => ({
        updateOne: {
          filter: { _id: documentId(kind, id), version },
          update: { $set: { publishedVersion: version }, $unset: { publishDue: '' as const } },
        },
      }))
      await store.repeat(() => cases().bulkWrite(operations, { ordered: false }))
    },
    async postpone(ids, until) {
      const filter = { _id: { $in: ids.map((id) => documentId(kind, id)) }, publishDue: { $exists: true } }
      await store.repeat(() => cases().updateMany(filter, { $set: { publishDue: until } }))
    },
    backlog: () =>
      store.repeat(async () => {
        const [count, oldest] = await Promise.all([
          cases().countDocuments(all, { hint: CASES_UNPUBLISHED, limit: COUNTED_MAX }),
          cases().find(all).hint(CASES_UNPUBLISHED).sort({ publishDue: 1, _id: 1 }).limit(1).toArray(),
        ])
        return { count, oldestAt: oldest[0]?.updatedAt }
      }),
  }
}
