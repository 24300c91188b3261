import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { LISTINGS_PAGE_SIZE, listingsQuery } from '../api/catalogue.ts'
import { useAnswer } from '../api/use_answer.ts'
import { t } from '../language/texts.ts'
import { shopSettings, textOf } from '../settings/current.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { EmptyState } from '../ui/empty_state.tsx'
import { useWaiting } from '../ui/late.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading } from '../ui/skeleton.tsx'
import { Stale } from '../ui/stale.tsx'
import { CatalogueControls } from './catalogue_controls.tsx'
import { useCatalogueView } from './catalogue_view.ts'
import { Corrected } from './corrected.tsx'
import { idOf } from './listing.ts'
import { GRID, ProductCard, ProductCardSkeleton } from './product_card.tsx'

/** So many pictures are loaded before the others. */
const FIRST_CARDS = 4

export function CataloguePage() {
  const { view, change, next, previous, first } = useCatalogueView()
  const { data, error, isPending, isPlaceholderData, dataUpdatedAt, refetch } = useAnswer(listingsQuery(view))
  useWaiting(isPlaceholderData)
  const nextCursor = data?.next_cursor ?? undefined
  usePrefetched(nextCursor === undefined ? undefined : { ...view, cursor: nextCursor, page: view.page + 1 })

  return (
    <div className="page grid gap-8 pt-8 sm:pt-12">
      <div className="grid gap-6">
        <PageTitle title={view.q === '' ? t.catalogue.title : t.catalogue.quoted(view.q)}>
          {textOf(shopSettings().tagline) || t.catalogue.title}
        </PageTitle>
        <div>
          <CatalogueControls view={view} change={change} />
          <Corrected page={data} />
        </div>
      </div>
      {error && !data && <ProblemNotice error={error} title={t.failed.showProducts} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={t.loading.products} />
          <ul className={GRID}>
            {Array.from({ length: LISTINGS_PAGE_SIZE / 2 }, (_, i) => (
              <ProductCardSkeleton key={i.toString()} />
            ))}
          </ul>
        </>
      )}
      {data && data.items.length === 0 && (
        <Nothing searching={view.q !== '' || view.inStock} clear={() => change({ q: '', inStock: false })} />
      )}
      {data && data.items.length > 0 && (
        <section aria-label={t.catalogue.products} aria-busy={isPlaceholderData}>
          <ul className={cx(GRID, 'transition-opacity', isPlaceholderData && 'opacity-50')}>
            {data.items.map((listing, i) => (
              <ProductCard key={idOf(listing)} listing={listing} first={i < FIRST_CARDS} />
            ))}
          </ul>
        </section>
      )}
      <Stale when={error !== null && data !== undefined} at={dataUpdatedAt} />
      {(previous || first || nextCursor) && (
        <nav aria-label={t.common.pages} className="flex flex-wrap items-center justify-center gap-3">
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
  )
}

/** Prefetches the next page. */
function usePrefetched(view: Parameters<typeof listingsQuery>[0] | undefined) {
  const queries = useQueryClient()
  const cursor = view?.cursor
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cursor stands for the whole view it came from
  useEffect(() => {
    if (!view) return
    const { placeholderData: _, ...query } = listingsQuery(view)
    const timer = setTimeout(() => queries.prefetchQuery(query), 500)
    return () => clearTimeout(timer)
  }, [cursor])
}

function Nothing({ searching, clear }: { searching: boolean; clear: () => void }) {
  if (!searching) {
    return <EmptyState title={t.catalogue.empty}>{t.catalogue.emptyMore}</EmptyState>
  }
  return (
    <EmptyState
      title={t.catalogue.nothing}
      icon="search"
      action={<Button onClick={clear}>{t.catalogue.showAll}</Button>}
    >
      {t.catalogue.nothingMore}
    </EmptyState>
  )
}
