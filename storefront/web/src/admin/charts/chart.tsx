/**
 * The frame of every chart. Its height is fixed before the data loads, a sentence describes it for screen readers, and a table
 * has the same numbers. Colours are design tokens, so it is readable in both schemes.
 */

import { useParentSize } from '@visx/responsive'
import { type ReactNode, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { cx } from '../../ui/cx.ts'
import { Table, Td, Th } from '../../ui/table.tsx'

export type ChartTable = {
  readonly head: readonly string[]
  /** The first column names the row. */
  readonly rows: readonly (readonly string[])[]
}

export type Series = { readonly key: string; readonly label: string; readonly fill: string }

export function Chart({
  summary,
  height,
  series = [],
  table,
  readout,
  children,
}: {
  /** What the chart shows, in a sentence. */
  summary: string
  height: number
  series?: readonly Series[]
  table: ChartTable
  /** The value under the pointer. */
  readout?: string | undefined
  children: (width: number) => ReactNode
}) {
  const { parentRef, width } = useParentSize({ debounceTime: 50 })
  const [asTable, setAsTable] = useState(false)
  return (
    <figure className="grid gap-3">
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 text-sm">
        {series.length > 1 &&
          series.map(({ key, label, fill }) => (
            <span key={key} className="inline-flex items-center gap-1.5 text-soft">
              <svg viewBox="0 0 10 10" aria-hidden="true" className={cx('size-2.5', fill)}>
                <rect width="10" height="10" rx="2.5" />
              </svg>
              {label}
            </span>
          ))}
        <button
          type="button"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          className="-me-2.5 ms-auto min-h-9 rounded-md px-2.5 font-semibold text-soft hover:bg-sunken hover:text-ink"
        >
          {admin.common.asTable}
        </button>
      </div>
      <div ref={parentRef} className={asTable ? 'hidden' : undefined} style={{ height }}>
        <svg width={width} height={height} role="img" aria-label={summary} className="block overflow-visible">
          {width > 0 && children(width)}
        </svg>
      </div>
      {/* Its height is reserved, so that nothing moves below a pointer. */}
      {!asTable && (
        <p
          aria-hidden="true"
          className={cx(
            'tabular text-end text-sm font-semibold sm:min-h-5.5',
            series.length > 1 ? 'min-h-11' : 'min-h-5.5',
          )}
        >
          {readout}
        </p>
      )}
      {asTable && <DataTable summary={summary} table={table} />}
    </figure>
  )
}

function DataTable({ summary, table: { head, rows } }: { summary: string; table: ChartTable }) {
  return (
    <div className="max-h-96 overflow-y-auto">
      <Table caption={summary}>
        <thead>
          <tr>
            {head.map((label, i) => (
              <Th key={label} numeric={i > 0}>
                {label}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...values], row) => (
            <tr key={`${name}-${row.toString()}`} className="last:*:border-b-0">
              <th scope="row" className="border-b border-line px-4 py-2 text-start font-normal">
                {name}
              </th>
              {values.map((value, i) => (
                <Td key={head[i + 1]} numeric className="py-2">
                  {value}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  )
}

/** Makes the axes of visx look like our text. */
export const AXIS_TEXT = {
  className: 'tabular fill-soft',
  fontSize: 12,
  fontFamily: 'inherit',
  fill: '',
} as const
