/**
 * What a change of a group does to its variants on MongoDB: a few in each transaction. The promises are those of
 * sqlite_group_steps.ts.
 */
import { OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { ClientSession, Filter } from '@shop/service_kit/mongo/store'
import { SYSTEM } from '../domain/audit.ts'
import { groupTarget, VARIANTS_AT_ONCE, withGroup } from '../domain/change_group.ts'
import type { Collections, Readings } from './mongo_documents.ts'
import { eventMarks } from './mongo_event_marks.ts'
import { replaceMediaUses } from './mongo_media_uses.ts'
import {
  NOT_REMOVED,
  OPTIONAL_FIELDS,
  type ProductDocument,
  productDocument,
} from './mongo_product_documents.ts'
import { replacing } from './mongo_replacing.ts'

const BEHIND: Readonly<Record<ReturnType<typeof groupTarget>, Filter<ProductDocument>>> = {
  removed: {},
  hidden: { groupDraft: { $exists: false } },
  shown: { groupDraft: true },
}

/** In a transaction of the ledger. The group is behind until there are no more. */
export async function stepVariants(
  { groups, products, media, mediaUses }: Collections,
  session: ClientSession,
  groupId: string,
  reading: Readings,
  changedAt: string,
): Promise<void> {
  const group = await groups.findOne({ _id: groupId, behind: true }, { session })
  if (!group) return
  const to = groupTarget({
    deletedAt: (group.deletedAt ?? null) as string | null,
    draft: group.draft === true,
  })
  const found = await products
    .find(
      { groupId, live: true, ...NOT_REMOVED, ...BEHIND[to] },
      { session, projection: { words: 0 }, limit: VARIANTS_AT_ONCE },
    )
    .toArray()
  const stamp = { by: SYSTEM, at: String(group.updatedAt) }
  const operations = found.map(reading.product.one).map((before) => {
    const after = withGroup(before, to, stamp)
    const { _id, ...document } = productDocument(after)
    const marked = { ...document, changedAt, ...eventMarks(before, after) }
    const filter = { _id, version: before.version }
    return { updateOne: { filter, update: replacing(marked, OPTIONAL_FIELDS) } }
  })
  if (operations.length > 0) {
    const { matchedCount } = await products.bulkWrite(operations, { session, ordered: true })
    if (matchedCount !== operations.length) throw new OutcomeUnknown()
  }
  if (to === 'removed') {
    for (const { _id, details } of found) {
      if (details?.media) await replaceMediaUses({ media, mediaUses }, session, _id, [], stamp.at)
    }
  }
  if (found.length < VARIANTS_AT_ONCE)
    await groups.updateOne({ _id: groupId }, { $unset: { behind: '' } }, { session })
}
