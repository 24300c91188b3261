/** A listing of the catalogue in a grid. */
import { useQueryClient } from '@tanstack/react-query'
import { memo } from 'react'
import { Link } from 'react-router'
import { groupQuery, productQuery, slugQuery } from '../api/queries.ts'
import type { Listing } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { Typed } from '../ui/typed.tsx'
import { addressOf, idOf } from './listing.ts'
import { Price, PriceRange } from './price.tsx'
import { ProductPicture } from './product_picture.tsx'
import { InStock, Stock } from './stock.tsx'

export const GRID = 'grid grid-cols-2 gap-x-4 gap-y-8 sm:gap-x-6 sm:gap-y-10 md:grid-cols-3 lg:grid-cols-4'
/** Beside the filters. */
export const NARROW_GRID = 'grid grid-cols-2 gap-x-4 gap-y-8 sm:gap-x-6 sm:gap-y-10 md:grid-cols-3'
const CARD = 'group relative grid content-start gap-3'
const COVER = 'aspect-[4/5] w-full rounded-lg'
/** As wide as the columns of GRID. */
const SIZES = '(min-width: 76rem) 17rem, (min-width: 64rem) 22vw, (min-width: 48rem) 30vw, 45vw'

export const ProductCard = memo(function ProductCard({
  listing,
  first = false,
  heading = 'h2',
}: {
  listing: Listing
  /** Near the top of the page. */
  first?: boolean
  heading?: 'h2' | 'h3'
}) {
  const remember = useRemember()
  const shown = listing.kind === 'group' ? listing.group : listing.product
  const soldOut = listing.kind === 'group' ? !listing.group.in_stock : listing.product.stock === 0
  return (
    <li className={CARD}>
      <div className="lazily aspect-[4/5] overflow-hidden rounded-lg bg-sunken">
        <ProductPicture
          id={shown.id}
          media={shown.media}
          sizes={SIZES}
          first={first}
          described
          className={`${COVER} transition-transform duration-500 group-hover:scale-[1.03] ${soldOut ? 'opacity-60' : ''}`}
        />
      </div>
      <div className="grid gap-0.5">
        <div className="flex flex-col justify-between gap-x-3 sm:flex-row sm:items-baseline">
          <Typed as={heading} className="line-clamp-2 text-base font-semibold">
            <Link
              to={addressOf(shown)}
              state={{ fromShop: true }}
              onClick={() => remember(listing)}
              className="rounded-sm group-hover:underline after:absolute after:inset-0 after:rounded-lg"
            >
              {shown.name}
            </Link>
          </Typed>
          {listing.kind === 'group' ? (
            <PriceRange group={listing.group} className="shrink-0 font-semibold" />
          ) : (
            <Price product={listing.product} className="shrink-0 font-semibold" />
          )}
        </div>
        <Typed as="p" className="line-clamp-1 text-sm text-soft">
          {shown.description}
        </Typed>
        {listing.kind === 'group' ? (
          <span className="mt-1 flex flex-wrap gap-x-3 text-sm text-soft">
            <InStock inStock={listing.group.in_stock} />
            {listing.group.variants > 1 && <span>{t.product.versions(listing.group.variants)}</span>}
          </span>
        ) : (
          <Stock stock={listing.product.stock} className="mt-1 text-sm" />
        )}
      </div>
    </li>
  )
})

/** The product page shows the data of the grid at once, and fetches it again. */
function useRemember() {
  const queries = useQueryClient()
  const old = { updatedAt: 1 }
  return (listing: Listing) => {
    const id = idOf(listing)
    const { slug } = listing.kind === 'group' ? listing.group : listing.product
    if (listing.kind === 'group') queries.setQueryData(groupQuery(id).queryKey, listing.group, old)
    else queries.setQueryData(productQuery(id).queryKey, listing.product, old)
    if (slug !== null) queries.setQueryData(slugQuery(slug).queryKey, { kind: listing.kind, id, slug }, old)
  }
}

export function ProductCardSkeleton() {
  return (
    <li className={CARD}>
      <Skeleton className={COVER} />
      <div className="grid gap-1.5">
        <Skeleton className="h-5 w-3/4" />
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-1/3" />
      </div>
    </li>
  )
}
