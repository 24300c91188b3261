/**
 * Categories: the tree in which the shop shows its products. Rules of change: change_category.ts.
 *
 * Invariants
 *  1. The path of a category is that of its parent and its own id. So none is below itself, and none is without its parent.
 *  2. There are at most CATEGORIES_MAX of them, on at most CATEGORY_DEPTH_MAX levels.
 *  3. The categories of one parent have the positions 0, 1, 2, …
 *  4. A slug is that of one category, group or product.
 */
import { isCount, isText } from './field_checks.ts'

export const CATEGORIES_MAX = 2_000
export const CATEGORY_DEPTH_MAX = 5
export const CATEGORY_NAME_LENGTH_MAX = 100
export const CATEGORY_DESCRIPTION_LENGTH_MAX = 1_000

export type Category = {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly description: string
  /** Ids from the top; its own is the last. */
  readonly path: readonly string[]
  readonly position: number
  /** Grows with every edit of it; not when one above it moves, or another takes its position. */
  readonly version: number
}

export type CategoryTree = {
  /** Grows with every change of any category. */
  readonly revision: number
  /** Each before those below it, and in the order of their positions. */
  readonly categories: readonly Category[]
}

export const NO_CATEGORIES: CategoryTree = { revision: 0, categories: [] }

export const parentOf = ({ path }: Pick<Category, 'path'>): string | null => path.at(-2) ?? null

export const byPosition = (a: Category, b: Category): number => a.position - b.position

/** One whose parent is not among them was changed from outside; it comes last, so that an admin can move it to a place. */
export function inTreeOrder(categories: readonly Category[]): readonly Category[] {
  const below = Map.groupBy(categories, parentOf)
  const from = (parent: string | null): readonly Category[] =>
    (below.get(parent) ?? []).toSorted(byPosition).flatMap((each) => [each, ...from(each.id)])
  const ordered = from(null)
  if (ordered.length === categories.length) return ordered
  const placed = new Set(ordered)
  return [...ordered, ...categories.filter((each) => !placed.has(each))]
}

/** The ids of a category and of all below it; none for an unknown one. */
export const idsBelow = ({ categories }: CategoryTree, id: string): ReadonlySet<string> =>
  new Set(categories.filter(({ path }) => path.includes(id)).map((each) => each.id))

/** What stored categories break of the invariants, as sentences: they were changed from outside. */
export function faultsOf(categories: readonly Category[]): readonly string[] {
  const paths = new Map(categories.map(({ id, path }) => [id, path.join('/')]))
  const faults = categories.flatMap(({ id, path }) => {
    const parent = path.at(-2)
    const above = parent === undefined ? '' : `${paths.get(parent)}/`
    return [
      ...(path.join('/') === `${above}${id}` ? [] : [`${id} is not below a category that is there`]),
      ...(path.length > CATEGORY_DEPTH_MAX ? [`${id} is too deep`] : []),
    ]
  })
  for (const [parent, siblings] of Map.groupBy(categories, parentOf)) {
    const positions = siblings.map(({ position }) => position).sort((a, b) => a - b)
    if (positions.some((position, i) => position !== i))
      faults.push(`those below ${parent ?? 'the top'} have the positions ${positions.join(', ')}`)
  }
  if (new Set(categories.map(({ slug }) => slug)).size < categories.length) faults.push('two have one slug')
  return faults
}

/** Throws an Error if a stored category lacks what its fields promise. */
export function validateStoredCategory(stored: { readonly [Field in keyof Category]: unknown }): Category {
  const { id, name, slug, description, path, position, version } = stored as Category
  const isGood =
    [id, name, slug, description].every(isText) &&
    [position, version].every(isCount) &&
    Array.isArray(path) &&
    path.every(isText) &&
    path.at(-1) === id
  if (!isGood) throw new Error('its fields are not those of a category')
  return { id, name, slug, description, path, position, version }
}
