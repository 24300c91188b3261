import { Link, useParams } from 'react-router'
import { pollEvery } from '../../api/refetch.ts'
import { ShopProblem } from '../../api/shop.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { NotFound } from '../../layout/not_found.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Ago, Money } from '../../ui/format.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Stale } from '../../ui/stale.tsx'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage, AdminPageSkeleton, BackLink, Panel, Tile } from '../parts.tsx'
import { Thumb } from '../pictures/thumb.tsx'
import { anyProductQuery, LIVE_MS } from '../queries.ts'
import { AdjustStock } from './adjust_stock.tsx'
import { Ledger } from './ledger.tsx'
import { ProductForm } from './product_form.tsx'

export default function ProductPage() {
  const { id = '' } = useParams()
  const {
    data: product,
    error,
    dataUpdatedAt,
    refetch,
  } = useAnswer({ ...anyProductQuery(id), refetchInterval: pollEvery(LIVE_MS), staleTime: 0 })
  const gone = error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)
  if (!product) {
    if (gone) return <NotFound />
    return error ? (
      <AdminPage>
        <ProblemNotice error={error} title={admin.productPage.notShown} retry={refetch} />
      </AdminPage>
    ) : (
      <AdminPageSkeleton />
    )
  }
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to="/admin/products">{admin.productPage.all}</BackLink>
        <div className="flex flex-wrap items-start gap-4 sm:items-center">
          <Thumb of={product} className="aspect-square w-16 shrink-0 rounded-md" />
          <div className="min-w-0 flex-1 basis-60">
            <PageTitle
              title={product.name}
              aside={
                product.status === 'published' && (
                  <ButtonLink to={`/products/${id}`}>{admin.productPage.inShop}</ButtonLink>
                )
              }
            >
              <Typed>{product.name}</Typed>
            </PageTitle>
          </div>
        </div>
      </div>
      {gone && (
        <Notice live tone="warn" title={admin.productPage.gone}>
          {admin.productPage.goneMore}
        </Notice>
      )}
      <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
        <Tile label={admin.productPage.free} value={formatNumber(product.stock)} />
        <Tile
          label={admin.productPage.reserved}
          value={formatNumber(product.reserved)}
          note={admin.productPage.reservedMore}
        />
        <Tile
          label={admin.common.price}
          value={<Money amount={product.price} currency={product.currency} />}
        />
        <Tile
          label={admin.common.changes}
          value={formatNumber(product.version)}
          note={
            <>
              <Ago at={product.updated_at} />,{' '}
              <Link to={`/admin/log?of=${id}`} className="text-accent underline">
                {admin.productPage.byWhom}
              </Link>
            </>
          }
        />
      </dl>
      <ProductForm product={product}>
        <Panel title={admin.stock.title}>
          <AdjustStock product={product} />
        </Panel>
      </ProductForm>
      <Ledger product={product} />
      <Stale when={error !== null && !gone} at={dataUpdatedAt} />
    </AdminPage>
  )
}
