/** Of the home page: the categories, and what is running out. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { categoriesQuery, categoryPictureQuery } from '../api/catalogue.ts'
import type { Category, Listing, Media } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { Typed } from '../ui/typed.tsx'
import { below, categoryAddress, picturesFor } from './category_tree.ts'
import { Cover } from './cover.tsx'
import { idOf } from './listing.ts'
import { GRID, ProductCard } from './product_card.tsx'
import { Picture } from './product_picture.tsx'

const CATEGORIES_MAX = 6

export function HomeShelves({
  items,
  runningOut,
}: {
  items: readonly Listing[]
  runningOut: readonly Listing[]
}) {
  const { data: all = [] } = useQuery(categoriesQuery())
  const top = below(all, null).slice(0, CATEGORIES_MAX)
  const pictures = picturesFor(
    all,
    top.map(({ id }) => id),
    items,
  )
  // The newest products of the shop are in few of its categories: the others have pictures of their own.
  const own = useQueries({
    queries: top.map(({ id }) => ({ ...categoryPictureQuery(id), enabled: !pictures.has(id) })),
  })
  return (
    <>
      {top.length > 0 && (
        <nav aria-labelledby="categories" className="grid gap-5">
          <h2 id="categories" className="text-2xl font-semibold">
            {t.home.categories}
          </h2>
          <ul className="grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] sm:gap-4">
            {top.map((category, i) => (
              <Tile
                key={category.id}
                category={category}
                picture={pictures.get(category.id) ?? own[i]?.data ?? undefined}
                waiting={!pictures.has(category.id) && own[i]?.isPending}
              />
            ))}
          </ul>
        </nav>
      )}
      {runningOut.length > 0 && (
        <section aria-labelledby="running-out" className="grid gap-5">
          <div>
            <h2 id="running-out" className="text-2xl font-semibold">
              {t.home.runningOut}
            </h2>
            <p className="mt-1 text-soft">{t.home.runningOutMore}</p>
          </div>
          <ul className={GRID}>
            {runningOut.map((listing) => (
              <ProductCard key={idOf(listing)} listing={listing} heading="h3" />
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Tile({
  category,
  picture,
  waiting = false,
}: {
  category: Category
  picture: Media | undefined
  waiting?: boolean | undefined
}) {
  const look = 'aspect-[4/3] w-full transition-transform duration-500 group-hover:scale-[1.03]'
  return (
    <li className="group relative overflow-hidden rounded-lg bg-surface shadow-rest">
      <div className="overflow-hidden">
        {picture ? (
          <Picture media={picture} alt="" sizes="(min-width: 64rem) 12rem, 45vw" className={look} />
        ) : waiting ? (
          <div className={`${look} bg-sunken`} />
        ) : (
          <Cover id={category.id} className={look} />
        )}
      </div>
      <Typed as="h3" className="px-3 py-2.5 text-base font-semibold">
        <Link to={categoryAddress(category)} className="group-hover:underline after:absolute after:inset-0">
          {category.name}
        </Link>
      </Typed>
    </li>
  )
}
