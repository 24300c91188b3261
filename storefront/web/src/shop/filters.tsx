/** What the list can be filtered by, with counts: beside it on a desktop, in a drawer on a phone. */
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { Link } from 'react-router'
import { categoriesQuery } from '../api/catalogue.ts'
import type { Category, Facets } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { cx } from '../ui/cx.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { Typed } from '../ui/typed.tsx'
import type { Change } from './catalogue_view.ts'
import { below, categoryAddress } from './category_tree.ts'
import { PriceFilter } from './price_filter.tsx'
import { formatTotal, type Total } from './totals.ts'
import { type CatalogueView, isChosen, searchOf, withFacet } from './view_address.ts'

/** Of a facet, and of categories; the others are one click away. */
const SHOWN = 8

export type FiltersProps = {
  view: CatalogueView
  change: (change: Change) => void
  /** null where there are no filters, undefined while they are not known. */
  facets: Facets | null | undefined
  category?: Category | undefined
}

export default function Filters({ view, change, facets, category }: FiltersProps) {
  if (facets === null) return <p className="text-sm text-soft">{t.catalogue.noFilters}</p>
  if (facets === undefined) {
    return (
      <div className="grid gap-4">
        {['a', 'b', 'c'].map((key) => (
          <Skeleton key={key} className="h-28" />
        ))}
      </div>
    )
  }
  return (
    <div className="grid gap-7">
      <Categories view={view} facets={facets} category={category} />
      {facets.prices?.min != null && <PriceFilter view={view} change={change} prices={facets.prices} />}
      {facets.facets.map(({ name, values }) => (
        <Group key={name} title={name} count={values.length}>
          {(shown) =>
            values.slice(0, shown).map(({ value, ...total }) => {
              const facet = { name, value }
              const isIn = isChosen(view, facet)
              return (
                <li key={value}>
                  <label className="flex min-h-9 cursor-pointer items-center gap-2.5 text-sm">
                    <input
                      type="checkbox"
                      checked={isIn}
                      disabled={total.count === 0 && !isIn}
                      onChange={() => change({ facets: withFacet(view.facets, facet, !isIn) })}
                      className="size-4.5 shrink-0 accent-accent"
                    />
                    <Counted total={total}>{value}</Counted>
                  </label>
                </li>
              )
            })
          }
        </Group>
      ))}
    </div>
  )
}

/** Those directly below, which the same search and filters lead into. */
function Categories({
  view,
  facets,
  category,
}: Pick<FiltersProps, 'view' | 'category'> & { facets: Facets }) {
  const { data: all = [] } = useQuery(categoriesQuery())
  const totals = new Map(facets.categories.map(({ id, ...total }) => [id, total]))
  const inside = below(all, category?.id ?? null).filter(({ id }) => (totals.get(id)?.count ?? 0) > 0)
  if (inside.length === 0) return null
  const search = searchOf({ ...view, facets: [], cursor: undefined })
  return (
    <Group title={t.catalogue.categories} count={inside.length}>
      {(shown) =>
        inside.slice(0, shown).map((each) => (
          <li key={each.id}>
            <Link
              to={{ pathname: categoryAddress(each), search }}
              className="flex min-h-9 items-center text-sm hover:underline"
            >
              <Counted total={totals.get(each.id)!}>{each.name}</Counted>
            </Link>
          </li>
        ))
      }
    </Group>
  )
}

function Group({
  title,
  count,
  children,
}: {
  title: string
  count: number
  children: (shown: number) => React.ReactNode
}) {
  const [all, setAll] = useState(false)
  const id = useId()
  return (
    <section aria-labelledby={id} className="grid gap-1.5">
      <h2 id={id} className="text-sm font-semibold">
        <Typed>{title}</Typed>
      </h2>
      <ul>{children(all ? count : SHOWN)}</ul>
      {count > SHOWN && (
        <button
          type="button"
          aria-expanded={all}
          onClick={() => setAll(!all)}
          className="min-h-9 justify-self-start text-sm font-semibold text-accent underline"
        >
          {all ? t.catalogue.fewer : t.catalogue.allValues(count)}
        </button>
      )}
    </section>
  )
}

const Counted = ({ total, children }: { total: Total; children: string }) => (
  <>
    <Typed className={cx('min-w-0 flex-1', total.count === 0 && 'text-soft')}>{children}</Typed>
    <span className="tabular text-soft">{formatTotal(total)}</span>
  </>
)
