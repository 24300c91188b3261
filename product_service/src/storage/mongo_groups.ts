/**
 * Writes categories, groups, slugs and what follows from variants, inside the transaction of the ledger, after the products were written.
 *
 * A group has the least and the greatest price of its variants on sale, their number, and whether one is in stock. These
 * are read again in the transaction whenever one of these may have changed, so at the end of it they are true.
 */
import { OutcomeUnknown, retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { ClientSession } from '@shop/service_kit/mongo/store'
import { isRemoved } from '../domain/change_product.ts'
import { isSame, type Shown } from '../domain/details.ts'
import type { Group } from '../domain/group.ts'
import type { Product } from '../domain/product.ts'
import { writeTree } from './mongo_category_documents.ts'
import type { Collections, Readings } from './mongo_documents.ts'
import { groupDocument, OPTIONAL_GROUP_FIELDS } from './mongo_group_documents.ts'
import { stepVariants } from './mongo_group_steps.ts'
import { replaceMediaUses } from './mongo_media_uses.ts'
import { replacing } from './mongo_replacing.ts'
import type { Effects, State } from './mongo_work.ts'

/** Throws OutcomeUnknown if something differs from `loaded`. */
export async function writeCatalogue(
  collections: Collections,
  session: ClientSession,
  loaded: State,
  effects: readonly Effects[],
  reading: Readings,
  changedAt: string,
): Promise<void> {
  const { slugs } = collections
  const tree = effects.findLast((each) => each.tree)?.tree
  if (tree) await writeTree(collections, session, loaded.tree!, tree)
  const changed = new Map(effects.flatMap((each) => each.groups ?? []).map((group) => [group.id, group]))
  for (const group of sorted(changed))
    await writeGroup(collections, session, loaded.groups.get(group.id), group, changedAt)
  const moved = new Map(effects.flatMap((each) => each.slugs ?? []).map((slug) => [slug._id, slug]))
  for (const slug of sorted(moved)) {
    const { _id, ...fields } = slug
    if (loaded.slugs.has(_id)) await slugs.updateOne({ _id }, { $set: fields }, { session })
    else await slugs.insertOne(slug, { session }).catch(retryDuplicate)
  }
  for (const [owner, [before, after, at]] of shownChanges(loaded, effects)) {
    if (!isSame(before, after)) await replaceMediaUses(collections, session, owner, after, at)
  }
  const ofAll = effects.flatMap((each) => each.variants ?? [])
  for (const { groupId, begin } of ofAll) {
    if (begin) await collections.groups.updateOne({ _id: groupId }, { $set: { behind: true } }, { session })
    else await stepVariants(collections, session, groupId, reading, changedAt)
  }
  const touched = new Set(ofAll.map(({ groupId }) => groupId))
  const joined = new Set<string>()
  for (const product of effects.flatMap((each) => each.products ?? [])) {
    const before = loaded.products.get(product.id)
    for (const groupId of touchedBy(before, product)) touched.add(groupId)
    const { groupId, optionValues } = product.details
    if (
      groupId !== null &&
      !isSame([groupId, optionValues], [before?.details.groupId, before?.details.optionValues])
    )
      joined.add(groupId)
  }
  // A variant that another replica adds meanwhile must conflict with a change of its group, which it does not write.
  // So must two that change variants of one group: each would see only its own change, and the summary be that of neither.
  for (const _id of [...new Set([...joined, ...touched])].sort())
    await collections.groups.updateOne({ _id }, { $inc: { joins: 1 } }, { session })
  for (const groupId of [...touched].sort()) await summarise(collections, session, groupId, changedAt)
}

const sorted = <T>(byId: ReadonlyMap<string, T>): readonly T[] =>
  [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)

async function writeGroup(
  { groups }: Collections,
  session: ClientSession,
  before: Group | undefined,
  after: Group,
  changedAt: string,
): Promise<void> {
  const { _id, ...document } = groupDocument(after)
  if (!before) {
    await groups.insertOne({ _id, ...document, changedAt }, { session })
    return
  }
  const filter = { _id, version: before.version }
  const { matchedCount } = await groups.updateOne(
    filter,
    replacing({ ...document, changedAt }, OPTIONAL_GROUP_FIELDS),
    {
      session,
    },
  )
  if (matchedCount !== 1) throw new OutcomeUnknown()
}

/** The groups whose summary may be another one after the change of a product. */
function touchedBy(before: Product | undefined, after: Product): readonly string[] {
  const summarised = ({ priceMinor, stock, deletedAt, details }: Product) =>
    `${details.groupId} ${priceMinor} ${stock > 0} ${deletedAt === null}`
  const ids = [before?.details.groupId, after.details.groupId].filter((id) => typeof id === 'string')
  return before && summarised(before) === summarised(after) ? [] : ids
}

/** By owner: the ids of the pictures before and after, and when. */
function shownChanges(loaded: State, effects: readonly Effects[]) {
  const ids = (shown: Shown | undefined) => shown?.media.map(({ id }) => id) ?? []
  const changes = new Map<string, readonly [readonly string[], readonly string[], string]>()
  for (const product of effects.flatMap((each) => each.products ?? [])) {
    const before = loaded.products.get(product.id)?.details
    if (before === product.details) continue
    changes.set(product.id, [ids(before), isRemoved(product) ? [] : ids(product.details), product.updatedAt])
  }
  for (const group of effects.flatMap((each) => each.groups ?? [])) {
    const after = group.deletedAt === null ? ids(group) : []
    changes.set(group.id, [ids(loaded.groups.get(group.id)), after, group.updatedAt])
  }
  return changes
}

async function summarise(
  { products, groups }: Collections,
  session: ClientSession,
  _id: string,
  changedAt: string,
): Promise<void> {
  const onSale = { groupId: _id, listed: true as const }
  const price = async (direction: 1 | -1) => {
    const options = { session, projection: { priceMinor: 1 }, sort: { priceMinor: direction } }
    return (await products.findOne(onSale, options))?.priceMinor ?? null
  }
  const group = await groups.findOne({ _id }, { session })
  if (!group) return
  const summary = {
    priceFromMinor: await price(1),
    priceToMinor: await price(-1),
    variants: await products.countDocuments(onSale, { session }),
    inStock:
      (await products.findOne({ groupId: _id, inStock: true }, { session, projection: { _id: 1 } })) !== null,
  }
  const isSame = Object.entries(summary).every(
    ([field, value]) => group[field as keyof typeof summary] === value,
  )
  if (isSame) return
  await groups.updateOne({ _id }, { $set: { ...summary, changedAt }, $inc: { version: 1 } }, { session })
}
