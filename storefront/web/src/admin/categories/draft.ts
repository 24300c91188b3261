/** What is typed of a category, and what of it is sent. */
import type { Category, Tree } from './tree.ts'
import { below } from './tree.ts'

export type Values = {
  readonly name: string
  readonly slug: string
  readonly description: string
  readonly parent_id: string | null
  /** Among the others of its parent. */
  readonly position: number
}

export const valuesOf = ({ name, slug, description, parent_id, position }: Category): Values => ({
  ...{ name, slug, description, parent_id, position },
})

/** The last below its parent. Without a slug one is made from the name. */
export const newValues = (tree: Tree, parentId: string | null): Values => ({
  ...{ name: '', slug: '', description: '' },
  parent_id: parentId,
  position: below(tree, parentId).length,
})

/** Only what differs, so what someone else changed elsewhere stays. A new parent counts positions of its own. */
export function changesIn(before: Values, after: Values): Partial<Values> {
  const isMoved = before.parent_id !== after.parent_id || before.position !== after.position
  const texts = (['name', 'slug', 'description'] as const).filter((field) => before[field] !== after[field])
  return {
    ...Object.fromEntries(texts.map((field) => [field, after[field]])),
    ...(before.parent_id === after.parent_id ? {} : { parent_id: after.parent_id }),
    ...(isMoved ? { position: after.position } : {}),
  }
}
