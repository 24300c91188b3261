import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { EmptyState } from '../../ui/empty_state.tsx'
import { useWaiting } from '../../ui/late.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Stale } from '../../ui/stale.tsx'
import { AdminPage } from '../parts.tsx'
import { columnsOf } from './grid_columns.ts'
import { correctionQuery, productListQuery } from './list_queries.ts'
import { NewProductDialog } from './new_product_dialog.tsx'
import { ProductFilters } from './product_filters.tsx'
import { ProductTable } from './product_table.tsx'
import { EVERYTHING, isNarrowed } from './product_view.ts'
import { SavedViews } from './saved_views.tsx'
import { useColumns } from './use_columns.ts'
import { useProductView } from './use_product_view.ts'

export default function ProductsPage() {
  const { view, wanted, change, next, previous, first } = useProductView()
  const { data, error, isPending, isPlaceholderData, dataUpdatedAt, refetch } = useAnswer(
    productListQuery(view),
  )
  useWaiting(isPlaceholderData)
  const [columns, setColumns] = useColumns()
  const [creating, setCreating] = useState(false)
  const nextCursor = data?.next_cursor
  const narrowed = isNarrowed(view)
  return (
    <AdminPage>
      <PageTitle
        title={admin.products.title}
        aside={
          <div className="flex flex-wrap gap-3">
            <ButtonLink to="/admin/groups">{admin.groups.title}</ButtonLink>
            <Button tone="primary" icon="plus" onClick={() => setCreating(true)}>
              {admin.products.new}
            </Button>
          </div>
        }
      >
        {admin.products.title}
      </PageTitle>
      <div className="grid gap-3">
        <ProductFilters view={wanted} change={change} />
        <SavedViews columns={columns} setColumns={setColumns} />
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.products.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={t.loading.products} />
          <Skeleton className="h-[36rem] rounded-lg" />
        </>
      )}
      {data?.items.length === 0 && (
        <EmptyState
          title={
            nextCursor ? admin.products.noneSoFar : narrowed ? admin.products.nothing : admin.products.none
          }
          action={
            narrowed ? (
              <div className="flex flex-wrap justify-center gap-3">
                <Meant q={view.q} search={(q) => change({ q })} />
                <Button onClick={() => change(EVERYTHING)}>{admin.common.showAll}</Button>
              </div>
            ) : (
              <Button tone="primary" icon="plus" onClick={() => setCreating(true)}>
                {admin.products.new}
              </Button>
            )
          }
        >
          {nextCursor
            ? admin.products.noneSoFarMore
            : narrowed
              ? admin.products.nothingMore
              : admin.products.noneMore}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <div
          aria-busy={isPlaceholderData}
          className={cx('transition-opacity', isPlaceholderData && 'opacity-50')}
        >
          <ProductTable products={data.items} caption={admin.grid.caption} columns={columnsOf(columns)} />
        </div>
      )}
      {(previous || first || nextCursor) && (
        <nav aria-label={t.common.pages} className="flex justify-center gap-3">
          {(previous ?? first) && (
            <Button icon={previous ? 'left' : 'first'} onClick={() => (previous ?? first)?.()}>
              {previous ? t.common.previous : t.common.firstPage}
            </Button>
          )}
          {nextCursor && (
            <Button icon="right" className="*:flex-row-reverse" onClick={() => next(nextCursor)}>
              {data.items.length === 0 ? admin.products.searchOn : t.common.next}
            </Button>
          )}
        </nav>
      )}
      <Stale when={error !== null && data !== undefined} at={dataUpdatedAt} />
      <NewProductDialog open={creating} onOpenChange={setCreating} />
    </AdminPage>
  )
}

/** The shop corrects typing errors by itself. Here the words are parts of names and SKUs, so it only offers. */
function Meant({ q, search }: { q: string; search: (q: string) => void }) {
  const { data: meant } = useQuery({ ...correctionQuery(q), enabled: q.trim() !== '' })
  if (!meant) return null
  return (
    <Button tone="primary" icon="search" onClick={() => search(meant)}>
      {admin.products.searchFor(meant)}
    </Button>
  )
}
