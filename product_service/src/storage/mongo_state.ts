/** Loads the read sets of a group of works, inside its transaction. */
import type { ClientSession, Collection, Filter } from '@shop/service_kit/mongo/store'
import { isHeld } from '../domain/reservation.ts'
import { readTree } from './mongo_category_documents.ts'
import type { Collections, Readings } from './mongo_documents.ts'
import { NOT_REMOVED, type ProductDocument } from './mongo_product_documents.ts'
import type { ReadSet, State, Work } from './mongo_work.ts'

export async function loadState(
  collections: Collections,
  session: ClientSession,
  works: readonly Pick<Work<unknown>, 'reads' | 'readsAfter'>[],
  reading: Readings,
): Promise<State> {
  const state: State = {
    products: new Map(),
    reservations: new Map(),
    attempts: new Map(),
    groups: new Map(),
    slugs: new Map(),
    categories: new Set(),
    tree: undefined,
    media: new Map(),
    variantCounts: new Map(),
    usedValues: new Map(),
    offSale: new Set(),
  }
  await load(
    collections,
    session,
    works.map(({ reads }) => reads),
    reading,
    state,
  )
  const more = works.flatMap(({ readsAfter }) => readsAfter?.(state) ?? [])
  if (more.length > 0) await load(collections, session, more, reading, state)
  return state
}

/** One after the other: a transaction runs one command at a time. */
async function load(
  collections: Collections,
  session: ClientSession,
  reads: readonly ReadSet[],
  reading: Readings,
  state: State,
): Promise<void> {
  const { products, reservations, attempts, groups, slugs, categories, media } = collections
  const idsOf = (field: Exclude<keyof ReadSet, 'variants' | 'tree'>) =>
    reads.flatMap((each) => each[field] ?? [])
  const reserved = (await byIds(reservations, idsOf('orderIds'), session)).map(reading.reservation.one)
  for (const each of reserved) state.reservations.set(each.orderId, each)
  const held = reserved.filter(isHeld)
  const addProducts = (found: readonly ProductDocument[]) => {
    for (const product of found.map(reading.product.one)) state.products.set(product.id, product)
  }
  addProducts(
    await byIds(
      products,
      [...idsOf('productIds'), ...held.flatMap(({ lines }) => lines.map(({ productId }) => productId))],
      session,
    ),
  )
  for (const each of await byIds(attempts, idsOf('attemptIds'), session)) state.attempts.set(each._id, each)
  for (const each of await byIds(groups, idsOf('groupIds'), session)) {
    if (each.listed) state.groups.set(each._id, reading.group.one(each))
  }
  // A group that cannot be read refuses no order: of it only this is read.
  for (const { _id, draft, deletedAt } of await byIds(groups, idsOf('ifOnSale'), session)) {
    if (draft === true || typeof deletedAt === 'string') state.offSale.add(_id)
  }
  for (const each of await byIds(slugs, idsOf('slugs'), session)) state.slugs.set(each._id, each)
  for (const { _id } of await byIds(categories, idsOf('categoryIds'), session)) state.categories.add(_id)
  if (reads.some(({ tree }) => tree)) {
    // One that cannot be read refuses the change: it would be decided without it.
    state.tree = await readTree(collections, (found) => found.map(reading.category.one), { session })
  }
  for (const { _id, width, height, blur } of await byIds(media, idsOf('mediaIds'), session)) {
    state.media.set(_id, { width, height, blur })
  }
  const find = async (filter: Filter<ProductDocument>) =>
    addProducts(await products.find(filter, { session, projection: { words: 0 } }).toArray())
  const skus = idsOf('skus')
  if (skus.length > 0) await find({ sku: { $in: skus }, live: true })
  for (const [groupId, optionKeys] of keysByGroup(reads)) {
    await find({ groupId, optionKey: { $in: optionKeys }, live: true })
    state.variantCounts.set(
      groupId,
      await products.countDocuments({ groupId, live: true, ...NOT_REMOVED }, { session }),
    )
  }
  for (const groupId of idsOf('valuesOf')) {
    const options = { session, projection: { optionValues: 1 } }
    const found = await products.find({ groupId, live: true, ...NOT_REMOVED }, options).toArray()
    state.usedValues.set(
      groupId,
      found.map(({ optionValues = [] }) => optionValues),
    )
  }
}

function keysByGroup(reads: readonly ReadSet[]): ReadonlyMap<string, string[]> {
  const keys = new Map<string, string[]>()
  for (const { groupId, optionKey } of reads.flatMap(({ variants = [] }) => variants)) {
    keys.set(groupId, [...(keys.get(groupId) ?? []), optionKey])
  }
  return keys
}

async function byIds<T extends { _id: string }>(
  collection: Collection<T>,
  ids: readonly string[],
  session: ClientSession,
): Promise<T[]> {
  if (ids.length === 0) return []
  const filter = { _id: { $in: [...new Set(ids)] } }
  // Without the words, which no decision needs.
  return (await collection
    .find(filter as never, { session, projection: { words: 0 } })
    .toArray()) as unknown as T[]
}
