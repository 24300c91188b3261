/** The orders by status. A narrow screen shows one column. Columns are polled, and selected orders stay selected. */

import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Order, OrderStatus } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { CLOSED, FIRST_COLUMN, OPEN, PAYING } from '../../orders/status.ts'
import { Choice } from '../../ui/choice.tsx'
import { cx } from '../../ui/cx.ts'
import { PageTitle } from '../../ui/page_title.tsx'
import { useWanted } from '../../ui/use_wanted.ts'
import { AdminPage } from '../parts.tsx'
import { BoardColumn } from './board_column.tsx'
import { BulkShip } from './bulk_ship.tsx'
import { FindOrders } from './find_orders.tsx'

const GROUPS = { open: OPEN, paying: PAYING, closed: CLOSED } as const satisfies Record<
  string,
  readonly OrderStatus[]
>
type Group = keyof typeof GROUPS
const COLUMNS: Readonly<Record<number, string>> = {
  2: 'lg:grid-cols-2',
  3: 'lg:grid-cols-3',
  4: 'lg:grid-cols-4',
}
/** As in the address; the first one is not named there. */
const groupIn = (name: string | null): Group =>
  name !== null && Object.hasOwn(GROUPS, name) ? (name as Group) : 'open'

export default function BoardPage() {
  const [params, setParams] = useSearchParams()
  const [shipping, setShipping] = useState<readonly Order[]>()
  const shown = groupIn(params.get('show'))
  const [{ group, asked }, want] = useWanted({
    group: shown,
    asked: params.get('status') as OrderStatus | null,
  })
  const statuses: readonly OrderStatus[] = GROUPS[group]
  const status = [asked, FIRST_COLUMN].find((one) => one !== null && statuses.includes(one)) ?? statuses[0]!
  const show = (change: { group?: Group; status?: OrderStatus }) => {
    const next = { group, ...change }
    want({ group: next.group, asked: change.status ?? null })
    setParams(
      {
        ...(next.group === 'open' ? {} : { show: next.group }),
        ...(change.status ? { status: change.status } : {}),
      },
      { replace: true },
    )
  }
  return (
    <AdminPage>
      <PageTitle
        title={admin.board.title}
        aside={
          <Choice
            name="group"
            legend={admin.board.which}
            options={(Object.keys(GROUPS) as Group[]).map((value) => ({ value, label: admin.board[value] }))}
            chosen={group}
            choose={(value) => show({ group: value })}
          />
        }
      >
        {admin.board.title}
      </PageTitle>
      <FindOrders />
      <Choice
        name="status"
        legend={admin.board.status}
        className="-mt-2 justify-self-start lg:hidden"
        options={statuses.map((value) => ({ value, label: t.status[value].label }))}
        chosen={status}
        choose={(value) => show({ status: value })}
      />
      <div className={cx('grid grid-cols-[minmax(0,1fr)] items-start gap-4', COLUMNS[statuses.length])}>
        {statuses.map((one) => (
          <BoardColumn
            key={one}
            status={one}
            ship={setShipping}
            className={one === status ? undefined : 'hidden lg:grid'}
          />
        ))}
      </div>
      <BulkShip orders={shipping} close={() => setShipping(undefined)} />
    </AdminPage>
  )
}
