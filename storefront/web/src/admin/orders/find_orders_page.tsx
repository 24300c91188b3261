/** Orders found by their number, by an e-mail address, or by the customer or the product that an admin chooses. */

import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, useSearchParams } from 'react-router'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage, BackLink, More, Panel } from '../parts.tsx'
import { ordersOfEmail } from './buyer.tsx'
import { FindOrders, isEmail, isExact } from './find_orders.tsx'
import { candidatesQuery, foundOrdersQuery } from './find_queries.ts'
import { OrdersTable } from './orders_table.tsx'

export default function FindOrdersPage() {
  const [params] = useSearchParams()
  const q = (params.get('q') ?? '').trim()
  if (isEmail(q)) return <Navigate to={ordersOfEmail(q)} replace />
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to="/admin/orders">{t.common.allOrders}</BackLink>
        <PageTitle title={admin.find.title}>{admin.find.title}</PageTitle>
        <FindOrders key={q} q={q} />
      </div>
      {q === '' ? (
        <p className="text-soft">{admin.find.more}</p>
      ) : isExact(q) ? (
        <Found key={q} q={q} />
      ) : (
        <Candidates q={q} />
      )}
    </AdminPage>
  )
}

function Found({ q }: { q: string }) {
  const list = usePages(foundOrdersQuery(q))
  const { data, error, isPending, refetch } = list
  const orders = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <>
      {error && !data && <ProblemNotice error={error} title={admin.board.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.find.title} />
          <Skeleton className="h-48 rounded-lg" />
        </>
      )}
      {data && orders.length === 0 && !list.hasNextPage && <p className="text-soft">{admin.find.none}</p>}
      {orders.length > 0 && <OrdersTable orders={orders} caption={admin.find.title} />}
      <More of={list}>{admin.board.more}</More>
    </>
  )
}

/** Customers and products of these words; the orders of one are a click away. */
function Candidates({ q }: { q: string }) {
  const { data, error, isPending, refetch } = useQuery(candidatesQuery(q))
  if (error && !data) return <ProblemNotice error={error} title={admin.board.notShown} retry={refetch} />
  if (isPending || !data) return <Skeleton className="h-48 rounded-lg" />
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      {(['customers', 'products'] as const).map((kind) => (
        <Panel key={kind} title={admin.find[kind]}>
          {data[kind].length === 0 && <p className="text-soft">{admin.find.noneOf}</p>}
          <ul>
            {data[kind].map(({ id, name }) => (
              <li key={id}>
                <Link
                  to={`/admin/find-orders?q=${id}`}
                  className="flex min-h-11 items-center font-semibold text-accent hover:underline"
                >
                  <Typed>{name}</Typed>
                </Link>
              </li>
            ))}
          </ul>
        </Panel>
      ))}
    </div>
  )
}
