/** Taxes and shipping. What is typed stays when someone else changes them; saving then asks first. */
import { queryOptions } from '@tanstack/react-query'
import { dataOf, shop } from '../../api/shop.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { AdminPage } from '../parts.tsx'
import { CheckoutForm } from './checkout_form.tsx'

export const checkoutQuery = queryOptions({
  queryKey: ['admin', 'checkout'],
  staleTime: 0,
  queryFn: ({ signal }) => dataOf(shop.orders.GET('/checkout_settings', { cache: 'no-cache', signal })),
})

export default function CheckoutPage() {
  const { data, error, isPending, refetch } = useAnswer(checkoutQuery)
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title={admin.checkout.title}>{admin.checkout.title}</PageTitle>
        <p className="max-w-2xl text-soft">{admin.checkout.more}</p>
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.checkout.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.checkout.loading} />
          <Skeleton className="h-96 rounded-xl" />
        </>
      )}
      {data && <CheckoutForm settings={data} queryKey={checkoutQuery.queryKey} />}
    </AdminPage>
  )
}
