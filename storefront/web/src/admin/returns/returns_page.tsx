/** The orders with returns that wait for an admin, by state. */
import { Link } from 'react-router'
import { PAGE } from '../../../../src/http/page_addresses.ts'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Time } from '../../ui/format.tsx'
import { Typed } from '../../ui/typed.tsx'
import { CaseList, useStateAsked } from './case_list.tsx'
import { type OrderReturns, RETURN_STATES, returnsQuery } from './queries.ts'
import { RefundBadges, ReturnBadge } from './return_badges.tsx'

export default function ReturnsPage() {
  const [state, choose] = useStateAsked(RETURN_STATES)
  const list = usePages(returnsQuery(state))
  return (
    <CaseList
      texts={admin.returns}
      states={RETURN_STATES}
      {...{ state, choose, list }}
      aside={<ButtonLink to={PAGE.adminWithdrawals}>{admin.returns.withdrawals.title}</ButtonLink>}
    >
      {(item) => <Item key={item.order_id} item={item} />}
    </CaseList>
  )
}

function Item({ item: { order_id, order_number, returns } }: { item: OrderReturns }) {
  return (
    <li className="relative grid gap-3 rounded-xl bg-surface p-4 shadow-rest hover:shadow-lift sm:p-5">
      <Link to={`/admin/orders/${order_id}`} className="font-semibold after:absolute after:inset-0">
        {admin.returns.order(order_number === null ? `…${order_id.slice(-6)}` : `#${order_number}`)}
      </Link>
      <ul className="grid gap-3">
        {returns.map((each) => (
          <li key={each.id} className="grid gap-1">
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <ReturnBadge state={each.state} />
              <span>{admin.returns.units(each.lines.reduce((sum, { quantity }) => sum + quantity, 0))}</span>
              <Time at={each.requested_at} className="text-sm text-soft" />
              <RefundBadges receipts={each.receipts} />
            </p>
            {each.reason !== null && (
              <p className="line-clamp-2 text-soft">
                <Typed>{each.reason}</Typed>
              </p>
            )}
          </li>
        ))}
      </ul>
    </li>
  )
}
