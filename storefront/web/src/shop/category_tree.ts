/** The categories as a tree. They come in its order: a category, then all below it (GET /categories). */
import type { Category } from '../api/catalogue.ts'

/** A category and all above it, from the top; empty while it is not known. */
export function pathTo(all: readonly Category[], id: string | undefined): readonly Category[] {
  const { path = [] } = all.find((category) => category.id === id) ?? {}
  return path.flatMap((above) => all.find((category) => category.id === above) ?? [])
}

/** Those directly below; `null` for the top. */
export const below = (all: readonly Category[], id: string | null): readonly Category[] =>
  all.filter(({ parent_id }) => parent_id === id)

export const categoryAddress = ({ slug }: Pick<Category, 'slug'>): string =>
  `/categories/${encodeURIComponent(slug)}`
