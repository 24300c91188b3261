import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { catalogueQuery } from '../../api/queries.ts'
import { pollEvery } from '../../api/refetch.ts'
import { ShopProblem, shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { CatalogueControls } from '../../shop/catalogue_controls.tsx'
import { useCatalogueView } from '../../shop/catalogue_view.ts'
import { Corrected } from '../../shop/corrected.tsx'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { useWaiting } from '../../ui/late.tsx'
import { explain, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Stale } from '../../ui/stale.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage } from '../parts.tsx'
import { LIVE_MS } from '../queries.ts'
import { ConflictDialog } from './conflict_dialog.tsx'
import { NewProductDialog } from './new_product_dialog.tsx'
import { ProductGrid } from './product_grid.tsx'
import { useSaveProduct } from './use_save_product.ts'

export default function ProductsPage() {
  const { view, change, next, previous, first } = useCatalogueView('/admin/products')
  const { data, error, isPending, isPlaceholderData, dataUpdatedAt, refetch } = useAnswer({
    ...catalogueQuery(view),
    refetchInterval: pollEvery(LIVE_MS),
  })
  useWaiting(isPlaceholderData)
  const { save, conflict, resolve, keepTheirs, putOff } = useSaveProduct()
  const [creating, setCreating] = useState(false)
  const [removing, setRemoving] = useState<Product>()
  const nextCursor = data?.next_cursor
  return (
    <AdminPage>
      <PageTitle
        title={admin.products.title}
        aside={
          <Button tone="primary" icon="plus" onClick={() => setCreating(true)}>
            {admin.products.new}
          </Button>
        }
      >
        {admin.products.title}
      </PageTitle>
      <div>
        <CatalogueControls view={view} change={change} />
        <Corrected page={data} />
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
          title={view.q !== '' || view.inStock ? admin.products.nothing : admin.products.none}
          action={
            view.q !== '' || view.inStock ? (
              <Button onClick={() => change({ q: '', inStock: false })}>{admin.common.showAll}</Button>
            ) : (
              <Button tone="primary" icon="plus" onClick={() => setCreating(true)}>
                {admin.products.new}
              </Button>
            )
          }
        >
          {view.q !== '' || view.inStock ? admin.products.nothingMore : admin.products.noneMore}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <div
          aria-busy={isPlaceholderData}
          className={cx('transition-opacity', isPlaceholderData && 'opacity-50')}
        >
          <ProductGrid products={data.items} save={save} remove={setRemoving} />
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
              {t.common.next}
            </Button>
          )}
        </nav>
      )}
      <Stale when={error !== null && data !== undefined} at={dataUpdatedAt} />
      <NewProductDialog open={creating} onOpenChange={setCreating} />
      <RemoveDialog product={removing} close={() => setRemoving(undefined)} />
      <ConflictDialog conflict={conflict} resolve={resolve} keepTheirs={keepTheirs} putOff={putOff} />
    </AdminPage>
  )
}

function RemoveDialog({ product, close }: { product: Product | undefined; close: () => void }) {
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const remove = async (product: Product) => {
    setBusy(true)
    try {
      await shop.products.DELETE('/products/{id}', {
        params: { path: { id: product.id }, query: { version: product.version } },
      })
      toast({
        title: admin.products.removed(<Typed>{product.name}</Typed>),
      })
    } catch (error) {
      const changed = error instanceof ShopProblem && error.code === 'version_conflict'
      toast({
        tone: 'bad',
        title: admin.products.notRemoved,
        description: changed ? admin.products.justEdited : explain(error),
      })
    }
    await queries.invalidateQueries({ queryKey: ['products', 'list'] })
    setBusy(false)
    close()
  }
  return (
    <ConfirmDialog
      open={product !== undefined}
      onOpenChange={(open) => !open && close()}
      title={admin.products.removeAsk(<Typed>{product?.name ?? admin.products.thisProduct}</Typed>)}
      confirm={admin.products.removeYes}
      keep={admin.common.keep}
      busy={busy}
      onConfirm={() => product && void remove(product)}
    >
      {admin.products.removeMore}
    </ConfirmDialog>
  )
}
