/**
 * Changes of the tree of categories. A store applies each to the whole tree, one after the other: so of two moves at once the
 * second is decided on what the first made, and neither a cycle nor a lost category can come of them.
 *
 * Invariants: those of category.ts, and
 *  7. No lost update: an edit that named a version is applied if no other edit of that category happened since.
 */
import {
  byPosition,
  CATEGORIES_MAX,
  CATEGORY_DEPTH_MAX,
  type Category,
  type CategoryTree,
  inTreeOrder,
  parentOf,
} from './category.ts'
import { slugFor } from './change_details.ts'
import { DomainError } from './errors.ts'
import type { SeenVersions } from './product.ts'
import type { References } from './references.ts'

export type CategoryFields = Pick<Category, 'name' | 'description'> & {
  /** Null for the top. */
  readonly parentId: string | null
  /** Among those of its parent, from 0; the last if it is absent or greater than their number. */
  readonly position?: number
  /** Made from the name if it is absent. */
  readonly slug?: string
}

export type TreeChange = { readonly tree: CategoryTree; readonly category: Category }

type Slugs = Pick<References, 'slugOwner'>

/** Fails with `categories_full`, `category_unknown`, `category_too_deep` or `slug_taken`. */
export function addCategory(
  tree: CategoryTree,
  id: string,
  { name, description, parentId, position, slug: given }: CategoryFields,
  slugs: Slugs,
): TreeChange {
  if (tree.categories.length >= CATEGORIES_MAX) {
    throw new DomainError('categories_full', `There are ${CATEGORIES_MAX} categories, and no more can be.`)
  }
  const path = [...pathOf(tree, parentId), id]
  requireDepth(path.length)
  const slug = slugFor(id, name, null, given, slugs)!
  const category = { id, name, slug, description, path, position: 0, version: 1 }
  return changed(tree, inserted([...tree.categories, category], category, position), id)
}

/**
 * Sets the given fields; if all are as before, the result has the tree as it is. A move takes along all that is below.
 * Fails with `category_not_found`, `category_conflict`, `category_unknown` (the new parent), `category_below_itself`,
 * `category_too_deep` or `slug_taken`.
 */
export function editCategory(
  tree: CategoryTree,
  id: string,
  fields: Partial<CategoryFields>,
  seen: SeenVersions,
  slugs: Slugs,
): TreeChange {
  const before = found(tree, id, seen)
  const { name = before.name, description = before.description, parentId = parentOf(before) } = fields
  const staysThere = parentId === parentOf(before)
  const above = pathOf(tree, parentId)
  if (above.includes(id)) {
    throw new DomainError('category_below_itself', 'A category cannot be moved below itself.')
  }
  const levels = Math.max(...tree.categories.map(({ path }) => (path.includes(id) ? path.length : 0)))
  requireDepth(above.length + 1 + levels - before.path.length)
  const slug = slugFor(id, name, before.slug, fields.slug, slugs)!
  const edited = { ...before, name, description, slug, path: staysThere ? before.path : [...above, id] }
  const carried = tree.categories.map((each) => {
    if (each.id === id) return edited
    if (staysThere || !each.path.includes(id)) return each
    return { ...each, path: [...edited.path, ...each.path.slice(before.path.length)] }
  })
  const { position = staysThere ? before.position : undefined } = fields
  const placed = inserted(closedUp(carried, parentOf(before)), edited, position)
  const after = placed.find((each) => each.id === id)!
  const isSame =
    staysThere &&
    (['name', 'description', 'slug', 'position'] as const).every((at) => after[at] === before[at])
  if (isSame) return { tree, category: before }
  const next = { ...after, version: before.version + 1 }
  return changed(
    tree,
    placed.map((each) => (each.id === id ? next : each)),
    id,
  )
}

/** Resolves the category that was removed. Fails with `category_not_found`, `category_conflict` or `category_not_empty`. */
export function removeCategory(tree: CategoryTree, id: string, seen: SeenVersions): TreeChange {
  const category = found(tree, id, seen)
  if (tree.categories.some((each) => parentOf(each) === id)) {
    throw new DomainError('category_not_empty', 'Move or remove the categories below it first.')
  }
  const others = tree.categories.filter((each) => each.id !== id)
  return { tree: next(tree, closedUp(others, parentOf(category))), category }
}

/** What a store writes: categories that are new or differ, and the ids of those that are gone. */
export function differences(before: CategoryTree, after: CategoryTree) {
  const known = new Map(before.categories.map((each) => [each.id, each]))
  const written = after.categories.filter((each) => known.get(each.id) !== each)
  for (const { id } of after.categories) known.delete(id)
  return { written, removed: [...known.keys()] }
}

function found({ categories }: CategoryTree, id: string, seen: SeenVersions): Category {
  const category = categories.find((each) => each.id === id)
  if (!category) throw new DomainError('category_not_found', `There is no category ${id}.`)
  if (seen === undefined || seen.includes(category.version)) return category
  throw new DomainError(
    'category_conflict',
    `The category is now at version ${category.version}; nothing was changed. Read current and try again.`,
    { current: category },
  )
}

function pathOf({ categories }: CategoryTree, parentId: string | null): readonly string[] {
  if (parentId === null) return []
  const parent = categories.find(({ id }) => id === parentId)
  if (parent) return parent.path
  throw new DomainError('category_unknown', `There is no category ${parentId}.`)
}

function requireDepth(levels: number) {
  if (levels <= CATEGORY_DEPTH_MAX) return
  throw new DomainError('category_too_deep', `Categories have at most ${CATEGORY_DEPTH_MAX} levels.`)
}

/** `category`, one of `categories`, at a position among those of its parent. */
function inserted(categories: readonly Category[], category: Category, position?: number) {
  const isSibling = (each: Category) => each.id !== category.id && parentOf(each) === parentOf(category)
  const siblings = categories.filter(isSibling).toSorted(byPosition)
  siblings.splice(position ?? siblings.length, 0, category)
  return numbered(categories, siblings)
}

const closedUp = (categories: readonly Category[], parentId: string | null) =>
  numbered(categories, categories.filter((each) => parentOf(each) === parentId).toSorted(byPosition))

/** Those whose position stays are the same objects. */
function numbered(categories: readonly Category[], siblings: readonly Category[]): readonly Category[] {
  const positions = new Map(siblings.map(({ id }, position) => [id, position]))
  return categories.map((each) => {
    const position = positions.get(each.id) ?? each.position
    return position === each.position ? each : { ...each, position }
  })
}

const next = ({ revision }: CategoryTree, categories: readonly Category[]): CategoryTree => ({
  revision: revision + 1,
  categories: inTreeOrder(categories),
})

const changed = (tree: CategoryTree, categories: readonly Category[], id: string): TreeChange => ({
  tree: next(tree, categories),
  category: categories.find((each) => each.id === id)!,
})
