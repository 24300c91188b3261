/** The documents of categories, and the one that serializes their changes; how they are read and written in a transaction. */
import { OutcomeUnknown, retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { ClientSession, Collection } from '@shop/service_kit/mongo/store'
import { type Category, type CategoryTree, inTreeOrder, validateStoredCategory } from '../domain/category.ts'
import { differences } from '../domain/change_category.ts'

export type CategoryDocument = Omit<Category, 'id' | 'path'> & { _id: string; path: string[] }
/** One document: every change of a category writes it, so of two at once one begins again. */
export type CategoryTreeDocument = { _id: string; revision: number }

export const TREE_ID = 'tree'

export const categoryDocument = ({ id, path, ...fields }: Category): CategoryDocument => ({
  _id: id,
  ...fields,
  path: [...path],
})

export const categoryOf = ({ _id, ...fields }: CategoryDocument): Category =>
  validateStoredCategory({ id: _id, ...fields })

type Found = {
  readonly categories: Collection<CategoryDocument>
  readonly categoryTree: Collection<CategoryTreeDocument>
}

/** `read` makes categories of documents. The revision is read first, so it is never newer than the categories. */
export async function readTree(
  { categories, categoryTree }: Found,
  read: (documents: readonly CategoryDocument[]) => readonly Category[],
  options: { session?: ClientSession } = {},
): Promise<CategoryTree> {
  const revision = (await categoryTree.findOne({ _id: TREE_ID }, options))?.revision ?? 0
  return { revision, categories: inTreeOrder(read(await categories.find({}, options).toArray())) }
}

/** Throws OutcomeUnknown if the tree is not `before` any more. */
export async function writeTree(
  { categories, categoryTree }: Found,
  session: ClientSession,
  before: CategoryTree,
  after: CategoryTree,
): Promise<void> {
  const { revision } = after
  if (before.revision === 0)
    await categoryTree.insertOne({ _id: TREE_ID, revision }, { session }).catch(retryDuplicate)
  else {
    const filter = { _id: TREE_ID, revision: before.revision }
    const { matchedCount } = await categoryTree.updateOne(filter, { $set: { revision } }, { session })
    if (matchedCount !== 1) throw new OutcomeUnknown()
  }
  const { written, removed } = differences(before, after)
  const known = new Set(before.categories.map(({ id }) => id))
  const operations = written.map((each) => {
    const { _id, ...fields } = categoryDocument(each)
    return known.has(_id)
      ? { updateOne: { filter: { _id }, update: { $set: fields } } }
      : { insertOne: { document: { _id, ...fields } } }
  })
  if (operations.length > 0) await categories.bulkWrite(operations, { session, ordered: true })
  if (removed.length > 0) await categories.deleteMany({ _id: { $in: removed } }, { session })
}
