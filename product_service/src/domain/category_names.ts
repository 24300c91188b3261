/** How people name a category in a file: by its slug, its id, or the names from the top, such as `Home > Kitchen`. */
import type { CategoryTree } from './category.ts'

export type CategoryNames = {
  /** Undefined if there is none, or several have these names. */
  idOf(text: string): string | undefined
  /** Undefined for the id of a removed category. */
  slugOf(id: string): string | undefined
}

const SEPARATOR = '>'

export function categoryNames({ categories }: CategoryTree): CategoryNames {
  const byId = new Map(categories.map((category) => [category.id, category]))
  const bySlug = new Map(categories.map(({ slug, id }) => [slug, id]))
  const byNames = new Map<string, string | undefined>()
  for (const { id, path } of categories) {
    const names = keyOf(path.map((each) => byId.get(each)?.name ?? each))
    byNames.set(names, byNames.has(names) ? undefined : id)
  }
  return {
    idOf(text) {
      const name = text.trim()
      if (byId.has(name)) return name
      return bySlug.get(name) ?? byNames.get(keyOf(name.split(SEPARATOR)))
    },
    slugOf: (id) => byId.get(id)?.slug,
  }
}

const keyOf = (names: readonly string[]): string =>
  names.map((name) => name.trim().toLowerCase()).join(SEPARATOR)
