/** What is not on sale: drafts, and the variants of groups that are drafts. */
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { EmptyState } from '../../ui/empty_state.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { AdminPage, BackLink, More } from '../parts.tsx'
import { columnsOf } from './grid_columns.ts'
import { draftsQuery } from './list_queries.ts'
import { ProductTable } from './product_table.tsx'

const COLUMNS = columnsOf(['sku', 'status', 'changed'])

export default function DraftsPage() {
  const list = usePages(draftsQuery)
  const { data, error, isPending, refetch } = list
  const products = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to="/admin/products">{admin.productPage.all}</BackLink>
        <PageTitle title={admin.products.drafts}>{admin.products.drafts}</PageTitle>
        <p className="text-soft">{admin.products.draftsMore}</p>
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.products.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={t.loading.products} />
          <Skeleton className="h-96 rounded-lg" />
        </>
      )}
      {data && products.length === 0 && (
        <EmptyState title={admin.products.noDrafts}>{admin.products.draftsMore}</EmptyState>
      )}
      {products.length > 0 && (
        <ProductTable products={products} caption={admin.products.drafts} columns={COLUMNS} />
      )}
      <More of={list}>{admin.board.more}</More>
    </AdminPage>
  )
}
