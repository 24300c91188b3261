/** The records of pictures on MongoDB. */
import { isDuplicate, OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import type { Media } from '../domain/media.ts'
import type { MediaRecords } from '../domain/media_ports.ts'
import { collectionsOf, type MediaDocument, mediaDocument, type Readings } from './mongo_documents.ts'

export function createMongoMediaRecords(store: MongoStore, { media: reading }: Readings): MediaRecords {
  const { media, mediaUses } = collectionsOf(store)

  /** A picture in use has no such time. */
  const touchIn = async (id: string, at: string) => {
    await media.updateOne({ _id: id, unusedSince: { $lt: at } }, { $set: { unusedSince: at } })
    const document = await media.findOne({ _id: id })
    return document ? reading.one(document) : undefined
  }

  return {
    addOnce: (record) =>
      store.repeat(async () => {
        const { id } = record
        try {
          await media.insertOne(mediaDocument(record, record.createdAt))
          return { media: record, added: true }
        } catch (error) {
          if (!isDuplicate(error)) throw error
        }
        const known = await touchIn(id, record.createdAt)
        if (!known) throw new OutcomeUnknown()
        // By an earlier attempt, whose answer was lost.
        return { media: known, added: known.folder === record.folder }
      }),
    touch: (id, at) => store.repeat(() => touchIn(id, at)),
    find: (id) =>
      store.repeat(async () => {
        const document = await media.findOne({ _id: id })
        return document ? reading.one(document) : undefined
      }),
    list: ({ after, limit }) =>
      store.repeat(async () => {
        const filter: Filter<MediaDocument> = after === undefined ? {} : { folder: { $lt: String(after[0]) } }
        const used = new Set<string>()
        const items = await reading.fill(limit + 1, async (count, before) => {
          const documents = await media
            .find(before.length === 0 ? filter : { folder: { $lt: before.at(-1)!.folder } })
            .sort({ folder: -1 })
            .limit(count)
            .toArray()
          for (const { _id, unusedSince } of documents) if (unusedSince === null) used.add(_id)
          return documents
        })
        const shown = items.slice(0, limit).map((item) => ({ ...item, used: used.has(item.id) }))
        return { items: shown, next: items.length > limit ? [shown.at(-1)!.folder] : undefined }
      }),
    unused: (before, after, limit) =>
      store.repeat(async () => {
        const old: Filter<MediaDocument> = { unusedSince: { $gt: '', $lt: before } }
        const documents = await media
          .find(after === undefined ? old : { $and: [old, behind(after)] })
          .sort({ unusedSince: 1, _id: 1 })
          .limit(limit)
          .toArray()
        const last = documents.at(-1)
        const next =
          last && documents.length === limit ? JSON.stringify([last.unusedSince, last._id]) : undefined
        return { items: reading.many(documents) as Media[], next }
      }),
    /** Conflicts with a transaction that makes a use: that writes the record too (mongo_media_uses.ts). */
    removeUnused: (id, before) =>
      store.transact(async (session) => {
        if (await mediaUses.findOne({ mediaId: id }, { session })) return false
        const { deletedCount } = await media.deleteOne({ _id: id, unusedSince: { $lt: before } }, { session })
        return deletedCount === 1
      }),
    foldersKept: (folders) =>
      store.repeat(async () => {
        const kept = await media
          .find({ folder: { $in: [...folders] } })
          .project<{ folder: string }>({ folder: 1 })
          .toArray()
        return new Set(kept.map(({ folder }) => folder))
      }),
  }
}

function behind(after: string): Filter<MediaDocument> {
  const [since, id] = JSON.parse(after) as [string, string]
  return { $or: [{ unusedSince: { $gt: since } }, { unusedSince: since, _id: { $gt: id } }] }
}
