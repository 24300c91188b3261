/** The categories as a tree. They come in its order: a category, then all below it (GET /categories). */
import type { Category, Media } from '../api/types.ts'
import { type Listing, mediaOf } from './listing.ts'

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

/** A picture for a category: of the first listing that is in it, or in one below it. */
export function pictureFor(
  all: readonly Category[],
  id: string,
  listings: readonly Listing[],
): Media | undefined {
  const inside = new Set(all.filter(({ path }) => path.includes(id)).map((category) => category.id))
  const categoriesOf = (listing: Listing) =>
    listing.kind === 'group' ? listing.group.categories : listing.product.categories
  const pictured = listings.find(
    (listing) => mediaOf(listing).length > 0 && categoriesOf(listing).some((each) => inside.has(each)),
  )
  return pictured && mediaOf(pictured)[0]
}
