/** The stock movements of a product, as a chart and as a table. */

import { useEffect } from 'react'
import { Link } from 'react-router'
import type { Product } from '../../api/types.ts'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatMoment, formatNumber, numberFormat } from '../../language/formats.ts'
import { cx } from '../../ui/cx.ts'
import { Time } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { Typed } from '../../ui/typed.tsx'
import { StepChart } from '../charts/step_chart.tsx'
import { Name } from '../names.tsx'
import { More, Panel } from '../parts.tsx'
import { ledgerQuery, type Movement } from '../queries.ts'

export function Ledger({ product }: { product: Product }) {
  const list = usePages(ledgerQuery(product.id))
  const { data, error, isPending, hasNextPage, refetch } = list
  // The product is polled; its ledger is fetched again when the product has changed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is the reason to fetch again
  useEffect(() => void refetch(), [product.version, refetch])
  const movements = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Panel title={admin.stock.ledger}>
      {error && !data && <ProblemNotice error={error} title={admin.stock.ledgerNotShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.stock.ledgerLoading} />
          <Skeleton className="h-96" />
        </>
      )}
      {data && movements.length === 0 && <p className="py-6 text-soft">{admin.stock.ledgerEmpty}</p>}
      {movements.length > 0 && (
        <div className="grid gap-6">
          <History movements={movements} complete={!hasNextPage} />
          <Entries movements={movements} />
          <More of={list}>{admin.stock.older}</More>
        </div>
      )}
    </Panel>
  )
}

function History({ movements, complete }: { movements: readonly Movement[]; complete: boolean }) {
  const points = movements
    .map(({ at, stock_after }) => ({ at: new Date(at), value: stock_after }))
    .toReversed()
  const lowest = Math.min(...points.map(({ value }) => value))
  const highest = Math.max(...points.map(({ value }) => value))
  const since = points[0] ? formatMoment(points[0].at) : ''
  const span = complete ? admin.stock.sinceBeginning : admin.stock.ofNewest(points.length)
  return (
    <StepChart
      summary={admin.stock.summary(
        span,
        since,
        formatNumber(lowest),
        formatNumber(highest),
        formatNumber(points.at(-1)?.value ?? 0),
      )}
      points={points}
      until={new Date()}
      table={{
        head: [admin.common.when, admin.fields.labels.stock],
        rows: points.map(({ at, value }) => [formatMoment(at), formatNumber(value)]),
      }}
    />
  )
}

/** Hidden on a phone: the chart shows the stock, and the name is below the reason. */
const WIDE = 'hidden sm:table-cell'

function Entries({ movements }: { movements: readonly Movement[] }) {
  return (
    <Table caption={admin.stock.ledgerCaption} className="sm:min-w-2xl">
      <thead>
        <tr>
          <Th className="px-2! sm:px-4!">{admin.common.when}</Th>
          <Th numeric className="px-2! sm:px-4!">
            {admin.stock.change}
          </Th>
          <Th numeric className={WIDE}>
            {admin.stock.stockThen}
          </Th>
          <Th className="px-2! sm:px-4!">{admin.stock.why}</Th>
          <Th className={WIDE}>{admin.common.by}</Th>
        </tr>
      </thead>
      <tbody>
        {movements.map((movement) => (
          <tr key={movement.version} className="last:*:border-b-0">
            <Td className="px-2! py-2! sm:px-4! sm:whitespace-nowrap">
              <Time at={movement.at} />
            </Td>
            <Td
              numeric
              className={cx('px-2! font-semibold sm:px-4!', movement.delta > 0 ? 'text-good' : 'text-ink')}
            >
              {numberFormat({ signDisplay: 'exceptZero' }).format(movement.delta)}
            </Td>
            <Td numeric className={WIDE}>
              {formatNumber(movement.stock_after)}
            </Td>
            <Td className="px-2! sm:px-4!">
              {movement.order_id ? (
                <Link to={`/admin/orders/${movement.order_id}`} className="font-semibold hover:underline">
                  {admin.stock.movements[movement.reason]} …{movement.order_id.slice(-6)}
                </Link>
              ) : (
                <span className="font-semibold">
                  {isOpeningBalance(movement) ? movement.note : admin.stock.movements[movement.reason]}
                </span>
              )}
              {movement.note && !isOpeningBalance(movement) && (
                <>
                  : <Typed className="text-soft">{movement.note}</Typed>
                </>
              )}
              <span className="block text-sm text-soft sm:hidden">
                <By movement={movement} />
              </span>
            </Td>
            <Td className={cx('text-soft', WIDE)}>
              <By movement={movement} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** Older movements were archived. */
const isOpeningBalance = ({ reason, by }: Movement) => reason === 'adjustment' && by === null

const By = ({ movement }: { movement: Movement }) => (
  <Name
    id={movement.by}
    system={movement.reason === 'sale' ? admin.stock.customer : admin.common.shopItself}
  />
)
