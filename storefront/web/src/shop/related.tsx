/** More of the same category, so that a page that is no help leads to one that is. */
import { useQuery } from '@tanstack/react-query'
import { relatedQuery } from '../api/catalogue.ts'
import { t } from '../language/texts.ts'
import { idOf } from './listing.ts'
import { GRID, ProductCard } from './product_card.tsx'

/** One row on a desktop, two on a phone. */
const SHOWN = 4

export function Related({ to: { id, categories } }: { to: { id: string; categories: readonly string[] } }) {
  const { data } = useQuery(relatedQuery(categories[0]))
  const listings = (data?.items ?? []).filter((listing) => idOf(listing) !== id).slice(0, SHOWN)
  if (listings.length === 0) return null
  return (
    <section aria-labelledby="related" className="page mt-14 grid gap-6 sm:mt-20">
      <h2 id="related" className="border-t border-line pt-8 text-xl font-semibold">
        {data?.ofCategory ? t.product.related : t.product.more}
      </h2>
      <ul className={GRID}>
        {listings.map((listing) => (
          <ProductCard key={idOf(listing)} listing={listing} heading="h3" />
        ))}
      </ul>
    </section>
  )
}
