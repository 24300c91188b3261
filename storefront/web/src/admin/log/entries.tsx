import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { currencyQuery } from '../../api/queries.ts'
import type { OrderStatus } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount, formatNumber } from '../../language/formats.ts'
import { t } from '../../language/texts.ts'
import type { Role } from '../../session/roles.ts'
import { cx } from '../../ui/cx.ts'
import { Time } from '../../ui/format.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Name } from '../names.tsx'
import type { LogEntry } from '../queries.ts'
import { picturesText } from './pictures_text.ts'
import { actionLabel, fieldLabel } from './words.ts'

/** Hidden on a phone: time and author are above what was changed. */
const WIDE = 'hidden md:table-cell'
const LINK = 'text-accent hover:underline'

export function Entries({ entries }: { entries: readonly LogEntry[] }) {
  return (
    <Table caption={admin.log.caption} className="md:table-fixed">
      <thead className="hidden md:table-header-group">
        <tr>
          <Th className="w-52">{admin.common.when}</Th>
          <Th className="w-40">{admin.log.who}</Th>
          <Th className="w-72">{admin.log.what}</Th>
          <Th>{admin.log.beforeAndAfter}</Th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id} className="*:align-top last:*:border-b-0">
            <Td className={cx('whitespace-nowrap text-soft', WIDE)}>
              <Time at={entry.at} />
            </Td>
            <Td className={WIDE}>
              <Author by={entry.by} />
            </Td>
            <Td>
              <p className="mb-1 text-sm text-soft md:hidden">
                <Time at={entry.at} />, <Author by={entry.by} />
              </p>
              <p className="font-semibold">{actionLabel(entry.action)}</p>
              <p className="text-soft">
                <Subject entry={entry} />
              </p>
              {entry.note !== null && (
                <Typed as="p" className="mt-1 text-sm text-soft">
                  {entry.note}
                </Typed>
              )}
              <div className="mt-2 md:hidden">
                <Changes entry={entry} />
              </div>
            </Td>
            <Td className={WIDE}>
              <Changes entry={entry} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

const Author = ({ by }: { by: string }) => (
  <Link to={`/admin/log?by=${by}`} className={LINK}>
    <AuthorName by={by} />
  </Link>
)

export function AuthorName({ by }: { by: string }) {
  if (by === 'operator') return <span title={admin.log.operatorMore}>{admin.log.operator}</span>
  return <Name id={by} />
}

function Subject({ entry: { action, subject } }: { entry: LogEntry }) {
  const { type, id, name } = subject
  switch (type) {
    case 'product':
      if (action === 'product.deleted' || action === 'products.imported') return <Typed>{name}</Typed>
      return (
        <Link to={`/admin/products/${id}`} className={LINK}>
          <Typed>{name}</Typed>
        </Link>
      )
    case 'category':
      return <Typed>{name}</Typed>
    case 'order':
      return (
        <Link to={`/admin/orders/${id}`} className={cx(LINK, 'whitespace-nowrap')} title={id}>
          {admin.order.named(`…${id.slice(-6)}`)}
        </Link>
      )
    case 'account':
      return (
        <Link to="/admin/people" className={LINK}>
          <Name id={id} />
        </Link>
      )
    default:
      return (
        <span className="font-mono text-sm" title={id}>
          {id.slice(0, 8)}
        </span>
      )
  }
}

type Change = LogEntry['changes'][number]

function Changes({ entry: { changes } }: { entry: LogEntry }) {
  if (changes.length === 0) return null
  return (
    <dl className="grid gap-1">
      {changes.map((change) => (
        <div key={change.field} className="flex flex-wrap items-baseline gap-x-2">
          <dt className="text-sm text-soft">{fieldLabel(change.field)}</dt>
          <dd className="flex min-w-0 flex-wrap items-center gap-x-1.5">
            <BeforeAndAfter change={change} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function BeforeAndAfter({ change: { field, before, after } }: { change: Change }) {
  return (
    <>
      {before !== null && (
        <>
          <span className="sr-only">{admin.log.from}</span>
          <span className={cx('text-soft', after === null && 'line-through')}>
            <Value field={field} value={before} />
          </span>
        </>
      )}
      {before !== null && after !== null && <Icon name="right" className="size-4 text-soft" />}
      {after !== null && (
        <>
          {before !== null && <span className="sr-only">{admin.log.to}</span>}
          <span className="font-semibold">
            <Value field={field} value={after} />
          </span>
        </>
      )}
    </>
  )
}

function Value({ field, value }: { field: string; value: string | number }): ReactNode {
  const visibility: Readonly<Record<string, string>> = admin.fields.statuses
  const isPrice = field === 'price' || field === 'compare_at_price'
  const { data: money } = useQuery({ ...currencyQuery(), enabled: isPrice })
  if (isPrice) return money ? formatAmount(String(value), money.currency) : value
  if (field === 'status') return t.status[value as OrderStatus]?.label ?? visibility[value] ?? value
  if (field === 'role') return t.roles[value as Role] ?? value
  if (field === 'signs_from' || field === 'publishAt') return <Time at={String(value)} />
  if (typeof value === 'number') return <span className="tabular">{formatNumber(value)}</span>
  const text = field === 'media' ? picturesText(value) : value
  return text === '' ? (
    <span className="font-normal text-soft">{admin.common.empty}</span>
  ) : (
    <Typed>{text}</Typed>
  )
}
