/** The categories as a tree. They come in its order: a category, then all below it (GET /categories). */
import type { Category, Listing, Media } from '../api/types.ts'
import { mediaOf } from './listing.ts'

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

/** A picture for each of these categories: of the first listing in it, or below it, whose picture no other one has. */
export function picturesFor(
  all: readonly Category[],
  ids: readonly string[],
  listings: readonly Listing[],
): ReadonlyMap<string, Media> {
  const found = new Map<string, Media>()
  const used = new Set<string>()
  for (const id of ids) {
    const inside = new Set(all.filter(({ path }) => path.includes(id)).map((category) => category.id))
    const pictures = listings
      .filter((listing) => categoriesOf(listing).some((each) => inside.has(each)))
      .flatMap((listing) => mediaOf(listing).slice(0, 1))
    const picture = pictures.find((media) => !used.has(media.id)) ?? pictures[0]
    if (!picture) continue
    found.set(id, picture)
    used.add(picture.id)
  }
  return found
}

const categoriesOf = (listing: Listing): readonly string[] =>
  listing.kind === 'group' ? listing.group.categories : listing.product.categories
