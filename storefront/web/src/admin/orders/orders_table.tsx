import { Link } from 'react-router'
import type { Order } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { OrderTitle } from '../../orders/order_title.tsx'
import { StatusBadge } from '../../orders/status_badge.tsx'
import { Money, Time } from '../../ui/format.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { BuyerName } from './buyer.tsx'

export function OrdersTable({ orders, caption }: { orders: readonly Order[]; caption: string }) {
  return (
    <Table caption={caption}>
      <thead>
        <tr>
          <Th>{admin.find.order}</Th>
          <Th>{admin.board.status}</Th>
          <Th className="hidden sm:table-cell">{admin.find.customer}</Th>
          <Th className="hidden sm:table-cell">{admin.common.when}</Th>
          <Th numeric>{t.common.total}</Th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <tr key={order.id} className="last:*:border-b-0 hover:bg-ground">
            <Td>
              <Link to={`/admin/orders/${order.id}`} className="font-semibold hover:underline">
                <OrderTitle order={order} />
              </Link>
            </Td>
            <Td>
              <StatusBadge status={order.status} />
            </Td>
            <Td className="hidden sm:table-cell">
              <BuyerName order={order} />
            </Td>
            <Td className="hidden sm:table-cell">
              <Time at={order.created_at} />
            </Td>
            <Td numeric>
              <Money amount={order.total_price} currency={order.currency} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
