/**
 * Which product or group shows which pictures, on MongoDB (invariant 6 of media_ports.ts). Making a use also writes the record of
 * the picture, so the transaction conflicts with the one that removes it.
 */
import type { ClientSession } from '@shop/service_kit/mongo/store'
import { DomainError } from '../domain/errors.ts'
import type { MediaFacts } from '../domain/media.ts'
import { type Collections, mediaUse } from './mongo_documents.ts'

type MediaCollections = Pick<Collections, 'media' | 'mediaUses'>

/** As prepareMediaUses on SQLite, inside a transaction. Fails with `media_unknown`. */
export async function replaceMediaUses(
  { media, mediaUses }: MediaCollections,
  session: ClientSession,
  owner: string,
  ids: readonly string[],
  at: string,
): Promise<ReadonlyMap<string, MediaFacts>> {
  const before = await mediaUses.find({ ownerId: owner }, { session }).toArray()
  const found = new Map<string, MediaFacts>()
  // In the order of ids, so that two transactions do not wait for each other.
  for (const id of ids.toSorted()) {
    // The counter makes it a write, and so a conflict, also if another owner uses the picture.
    const use = { $set: { unusedSince: null }, $inc: { timesUsed: 1 } }
    const { matchedCount } = await media.updateOne({ _id: id }, use, { session })
    const document = matchedCount === 1 ? await media.findOne({ _id: id }, { session }) : undefined
    if (!document) throw new DomainError('media_unknown', `There is no picture ${id}.`, { picture: id })
    const { width, height, blur } = document
    found.set(id, { width, height, blur })
    if (before.some(({ mediaId }) => mediaId === id)) continue
    await mediaUses.insertOne(mediaUse(owner, id), { session })
  }
  for (const { _id, mediaId } of before) {
    if (found.has(mediaId)) continue
    await mediaUses.deleteOne({ _id }, { session })
    if (await mediaUses.findOne({ mediaId }, { session })) continue
    await media.updateOne({ _id: mediaId }, { $set: { unusedSince: at } }, { session })
  }
  return found
}
