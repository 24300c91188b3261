/** The orders of one customer: of an account, or with an e-mail address, as those without an account have. */
import { Link, useSearchParams } from 'react-router'
import { PAGE } from '../../../../src/http/page_addresses.ts'
import type { Order } from '../../api/types.ts'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount, formatNumber } from '../../language/formats.ts'
import { NotFound } from '../../layout/not_found.tsx'
import { STATUS } from '../../orders/status.ts'
import { totalOf } from '../../ui/money_math.ts'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Name } from '../names.tsx'
import { ordersOfEmail } from '../orders/buyer.tsx'
import { ordersOfQuery, type Whose } from '../orders/find_queries.ts'
import { OrdersTable } from '../orders/orders_table.tsx'
import { AdminPage, BackLink, More, Tile } from '../parts.tsx'

export default function BuyerPage() {
  const [params] = useSearchParams()
  const [user, email] = [params.get('user'), params.get('email')]
  const whose = user ? { user_id: user } : email ? { email } : undefined
  return whose ? <Orders key={user ?? email} whose={whose} /> : <NotFound />
}

function Orders({ whose }: { whose: Whose }) {
  const list = usePages(ordersOfQuery(whose))
  const { data, error, isPending, hasNextPage, refetch } = list
  const orders = data?.pages.flatMap(({ items }) => items) ?? []
  const byEmail = 'email' in whose
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to={PAGE.adminPeople}>{admin.customers.title}</BackLink>
        <PageTitle title={admin.buyer.title}>
          {byEmail ? <Typed>{whose.email}</Typed> : <Name id={whose.user_id} />}
        </PageTitle>
        <p className="text-soft">{byEmail ? admin.buyer.byEmail : admin.buyer.ofAccount}</p>
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.board.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.buyer.title} />
          <Skeleton className="h-24 rounded-xl" />
          <Skeleton className="h-48 rounded-lg" />
        </>
      )}
      {data && <Figures orders={orders} more={hasNextPage} />}
      {data && !byEmail && <Emails orders={orders} />}
      {orders.length > 0 && <OrdersTable orders={orders} caption={admin.buyer.title} />}
      <More of={list}>{admin.board.more}</More>
    </AdminPage>
  )
}

/** A shop has one currency. */
function Figures({ orders, more }: { orders: readonly Order[]; more: boolean }) {
  const sold = orders.filter(({ status }) => STATUS[status].outcome === 'sold')
  const total = totalOf(sold.map(({ total_price }) => ({ unitPrice: total_price, quantity: 1 })))
  const note = more ? admin.buyer.newest(formatNumber(orders.length)) : undefined
  const [first] = orders
  return (
    <dl className="grid grid-cols-2 gap-4 sm:max-w-xl">
      <Tile
        label={admin.buyer.orders}
        value={more ? admin.buyer.orMore(formatNumber(orders.length)) : formatNumber(orders.length)}
      />
      <Tile
        label={admin.buyer.bought}
        value={first ? formatAmount(total, first.currency) : '–'}
        note={note ?? admin.buyer.boughtMore}
      />
    </dl>
  )
}

/** The same customer may have ordered without the account. */
function Emails({ orders }: { orders: readonly Order[] }) {
  const emails = [...new Set(orders.flatMap(({ checkout }) => checkout?.email ?? []))]
  if (emails.length === 0) return null
  return (
    <ul aria-label={admin.buyer.alsoBy} className="flex flex-wrap gap-x-5">
      {emails.map((email) => (
        <li key={email}>
          <Link
            to={ordersOfEmail(email)}
            className="inline-flex min-h-11 items-center font-semibold text-accent hover:underline [overflow-wrap:anywhere]"
          >
            {admin.buyer.allWith(<Typed>{email}</Typed>)}
          </Link>
        </li>
      ))}
    </ul>
  )
}
