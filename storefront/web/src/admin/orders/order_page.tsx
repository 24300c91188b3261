/** One order for the admin: its lines, who did each step and when, and the next actions. */

import { Link, useParams } from 'react-router'
import { ShopProblem } from '../../api/shop.ts'
import type { Order } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { t } from '../../language/texts.ts'
import { NotFound } from '../../layout/not_found.tsx'
import { OrderTitle, orderTitle } from '../../orders/order_title.tsx'
import { StatusBadge } from '../../orders/status_badge.tsx'
import { useLiveOrder } from '../../orders/use_live_order.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Money, Time } from '../../ui/format.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Stale } from '../../ui/stale.tsx'
import { CELL_ROOM, Table, Td, Th } from '../../ui/table.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Name } from '../names.tsx'
import { AdminPage, AdminPageSkeleton, BackLink, Panel } from '../parts.tsx'
import { ReturnsPart } from '../returns/returns_part.tsx'
import { BuyerLink } from './buyer.tsx'
import { OrderActions } from './order_actions.tsx'
import { DeliveryPart, PaymentPart } from './payment_part.tsx'
import { TrackingPanel } from './tracking_panel.tsx'

export default function OrderPage() {
  const { id = '' } = useParams()
  const { data: order, error, dataUpdatedAt, refetch } = useLiveOrder(id)
  if (error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)) return <NotFound />
  if (!order) {
    return error ? (
      <AdminPage>
        <ProblemNotice error={error} title={admin.order.notShown} retry={refetch} />
      </AdminPage>
    ) : (
      <AdminPageSkeleton />
    )
  }
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to="/admin/orders">{t.common.allOrders}</BackLink>
        <PageTitle
          title={orderTitle(order)}
          aside={
            <p role="status">
              <StatusBadge status={order.status} />
            </p>
          }
        >
          <OrderTitle order={order} />
        </PageTitle>
        <p className="font-mono text-xs break-all text-soft">
          {admin.order.named(order.number === undefined ? order.id : `#${order.number} · ${order.id}`)}
        </p>
      </div>
      <Rejected order={order} />
      <div className="flex flex-wrap gap-2">
        <OrderActions order={order} size="md" />
        <ButtonLink to={`/admin/packing-slips?ids=${order.id}`}>{admin.slips.title}</ButtonLink>
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Items order={order} />
        <History order={order} />
        <PaymentPart order={order} />
        <ReturnsPart order={order} />
        <DeliveryPart order={order} />
        <TrackingPanel order={order} />
      </div>
      <Stale when={error !== null} at={dataUpdatedAt} />
    </AdminPage>
  )
}

function Rejected({ order }: { order: Order }) {
  if (!order.rejection) return null
  return (
    <Notice tone="bad" title={admin.order.declined}>
      {t.rejections[order.rejection.reason].sentence}
    </Notice>
  )
}

function Items({ order }: { order: Order }) {
  return (
    <Panel title={admin.order.items}>
      <Table caption={admin.order.itemsCaption}>
        <thead>
          <tr>
            <Th>{t.common.product}</Th>
            <Th numeric>{admin.order.units}</Th>
            <Th numeric>{admin.order.each}</Th>
          </tr>
        </thead>
        <tbody>
          {order.lines.map(({ product_id, name, quantity, unit_price }) => (
            <tr key={product_id}>
              <Td>
                <Link to={`/admin/products/${product_id}`} className="font-semibold hover:underline">
                  {name === null ? admin.order.nameUnknown : <Typed>{name}</Typed>}
                </Link>
              </Td>
              <Td numeric>{formatNumber(quantity)}</Td>
              <Td numeric>
                {unit_price === null ? '–' : <Money amount={unit_price} currency={order.currency} />}
              </Td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2} className={cx(CELL_ROOM, 'text-start font-semibold')}>
              {t.common.total}
            </th>
            <td className={cx(CELL_ROOM, 'tabular text-end text-lg font-semibold')}>
              <Money amount={order.total_price} currency={order.currency} />
            </td>
          </tr>
        </tfoot>
      </Table>
    </Panel>
  )
}

function History({ order }: { order: Order }) {
  return (
    <Panel title={admin.order.history}>
      <p className="mb-3 text-soft">{admin.order.orderedBy(<BuyerLink order={order} />)}</p>
      <Table caption={admin.order.historyCaption}>
        <thead>
          <tr>
            <Th>{admin.common.when}</Th>
            <Th>{admin.order.step}</Th>
            <Th>{admin.common.by}</Th>
          </tr>
        </thead>
        <tbody>
          {order.history.map(({ status, at, by }) => (
            <tr key={at + status} className="last:*:border-b-0">
              <Td>
                <Time at={at} />
              </Td>
              <Td>{t.status[status].label}</Td>
              <Td className="text-soft">
                <Name id={by} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  )
}
