/**
 * The home page, the catalogue, and a search: what is shown is in the address. The home page is the catalogue without any
 * choice, with a welcome, the categories, and what is running out. A category is the catalogue, too (category_page.tsx).
 */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { categoriesQuery, facetsQuery, listingsQuery } from '../api/catalogue.ts'
import type { Category, Listing } from '../api/types.ts'
import { useAnswer } from '../api/use_answer.ts'
import { t } from '../language/texts.ts'
import { CATALOGUE, CATALOGUE_TOP } from '../looks.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { EmptyState } from '../ui/empty_state.tsx'
import { useWaiting } from '../ui/late.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { Loading } from '../ui/skeleton.tsx'
import { Stale } from '../ui/stale.tsx'
import { CatalogueControls } from './catalogue_controls.tsx'
import { CatalogueHead } from './catalogue_head.tsx'
import { type Change, useCatalogueView } from './catalogue_view.ts'
import { Corrected } from './corrected.tsx'
import { HomeShelves } from './home_shelves.tsx'
import { idOf, isRunningOut } from './listing.ts'
import { GRID, NARROW_GRID, ProductCard, ProductCardSkeleton } from './product_card.tsx'
import { Result } from './result.tsx'
import { isFiltered, isHome, LISTINGS_PAGE_SIZE, NO_FILTERS } from './view_address.ts'

const Chips = lazy(() => import('./chips.tsx'))
const Filters = lazy(() => import('./filters.tsx'))

/** So many pictures are loaded before the others. */
const FIRST_CARDS = 4
/** One row on a desktop; the others are among the new ones. */
const RUNNING_OUT_MAX = 4
/** Fewer make no shelf. */
const RUNNING_OUT_MIN = 2
const NONE: readonly Listing[] = []

export function CataloguePage() {
  return <Catalogue pathname="/" />
}

export function Catalogue({ pathname, category }: { pathname: string; category?: Category }) {
  const { view, wanted, change, next, previous, first } = useCatalogueView(pathname)
  const { data, error, isPending, isPlaceholderData, dataUpdatedAt, refetch } = useAnswer(
    listingsQuery(view, category?.id),
  )
  useWaiting(isPlaceholderData)
  const home = category === undefined && isHome(view)
  const facets = useQuery({ ...facetsQuery(view, category?.id), enabled: !home }).data
  const nextCursor = data?.next_cursor ?? undefined
  usePrefetched(view, nextCursor, category?.id)

  // The shelves of the home page stand above the list, so they come with it: nothing moves.
  const { isPending: noShelves } = useQuery({ ...categoriesQuery(), enabled: home })
  const waiting = isPending || (home && data !== undefined && noShelves)
  const items = (!waiting && data?.items) || NONE
  const few = home ? items.filter(isRunningOut).slice(0, RUNNING_OUT_MAX) : NONE
  const runningOut = few.length < RUNNING_OUT_MIN ? NONE : few
  const shown = home ? items.filter((listing) => !runningOut.includes(listing)) : items
  const grid = home ? GRID : NARROW_GRID
  return (
    <div className={CATALOGUE}>
      <div className={CATALOGUE_TOP}>
        <CatalogueHead home={home} q={view.q} category={category} items={items} />
        <div>
          <CatalogueControls
            view={wanted}
            change={change}
            facets={home ? undefined : facets}
            category={category}
          />
          <Corrected page={data} />
        </div>
      </div>
      {home && !waiting && <HomeShelves items={items} runningOut={runningOut} />}
      {/* Another element once there are shelves above it, so that none moves. */}
      <div
        key={home && waiting ? 'waiting' : 'list'}
        className={cx(!home && 'grid gap-8 lg:grid-cols-[14rem_minmax(0,1fr)] lg:gap-10')}
      >
        {!home && (
          <div className="hidden lg:block">
            <Suspense>
              <Filters view={wanted} change={change} facets={facets} category={category} />
            </Suspense>
          </div>
        )}
        <div className="grid content-start gap-6">
          {home && shown.length > 0 && <h2 className="text-2xl font-semibold">{t.home.latest}</h2>}
          {isFiltered(wanted) && (
            <Suspense>
              <Chips view={wanted} change={change} />
            </Suspense>
          )}
          <Result page={home ? undefined : data} number={view.page} shown={!home} />
          {error && !data && <ProblemNotice error={error} title={t.failed.showProducts} retry={refetch} />}
          {waiting && (
            <>
              <Loading what={t.loading.products} />
              <ul className={grid}>
                {Array.from({ length: LISTINGS_PAGE_SIZE / 2 }, (_, i) => (
                  <ProductCardSkeleton key={i.toString()} />
                ))}
              </ul>
            </>
          )}
          {data && !waiting && items.length === 0 && <Nothing searching={!home} change={change} />}
          {shown.length > 0 && (
            <section aria-label={t.catalogue.products} aria-busy={isPlaceholderData}>
              <ul className={cx(grid, 'transition-opacity', isPlaceholderData && 'opacity-50')}>
                {shown.map((listing, i) => (
                  <ProductCard
                    key={idOf(listing)}
                    listing={listing}
                    first={!home && i < FIRST_CARDS}
                    heading={home ? 'h3' : 'h2'}
                  />
                ))}
              </ul>
            </section>
          )}
          <Stale when={error !== null && data !== undefined} at={dataUpdatedAt} />
          {(previous || first || nextCursor) && (
            <nav
              aria-label={t.common.pages}
              className="flex flex-wrap items-center justify-center gap-3 pt-4"
            >
              {previous ? (
                <Button icon="left" onClick={previous}>
                  {t.common.previous}
                </Button>
              ) : (
                first && (
                  <Button icon="first" onClick={first}>
                    {t.common.firstPage}
                  </Button>
                )
              )}
              {nextCursor && (
                <Button onClick={() => next(nextCursor)} icon="right" className="*:flex-row-reverse">
                  {t.common.next}
                </Button>
              )}
            </nav>
          )}
        </div>
      </div>
    </div>
  )
}

/** Prefetches the next page. */
function usePrefetched(
  view: Parameters<typeof listingsQuery>[0],
  cursor: string | undefined,
  category?: string,
) {
  const queries = useQueryClient()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cursor stands for the whole view it came from
  useEffect(() => {
    if (cursor === undefined) return
    const { placeholderData: _, ...query } = listingsQuery({ ...view, cursor, page: view.page + 1 }, category)
    const timer = setTimeout(() => queries.prefetchQuery(query), 500)
    return () => clearTimeout(timer)
  }, [cursor])
}

function Nothing({ searching, change }: { searching: boolean; change: (change: Change) => void }) {
  if (!searching) {
    return <EmptyState title={t.catalogue.empty}>{t.catalogue.emptyMore}</EmptyState>
  }
  return (
    <EmptyState
      title={t.catalogue.nothing}
      icon="search"
      action={<Button onClick={() => change({ q: '', ...NO_FILTERS })}>{t.catalogue.showAll}</Button>}
    >
      {t.catalogue.nothingMore}
    </EmptyState>
  )
}
