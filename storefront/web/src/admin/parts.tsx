/** Components of several admin pages. */

import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { admin } from '../language/admin_texts.ts'
import { t } from '../language/texts.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Icon } from '../ui/icon.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'

export function AdminPage({ children }: { children: ReactNode }) {
  return <div className="page grid grid-cols-[minmax(0,1fr)] gap-6 pt-6 sm:pt-10">{children}</div>
}

/** Shown while the code of a page loads. */
export function AdminPageSkeleton() {
  return (
    <AdminPage>
      <Loading what={t.loading.page} />
      <Skeleton className="h-11 w-56 max-w-full" />
      <Skeleton className="h-96 rounded-xl" />
    </AdminPage>
  )
}

type Paged = {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  isFetchNextPageError: boolean
  error: unknown
  fetchNextPage: () => unknown
}

/** The button for the next page of a list, with the reason when it could not be loaded. */
export function More({
  of: list,
  small = false,
  children,
}: {
  of: Paged
  small?: boolean
  children: string
}) {
  if (!list.hasNextPage) return null
  return (
    <div className="grid justify-items-center gap-3">
      {list.isFetchNextPageError && <ProblemNotice error={list.error} title={admin.common.readOn} />}
      <Button
        {...(small ? { size: 'sm', tone: 'quiet' } : {})}
        busy={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
      >
        {children}
      </Button>
    </div>
  )
}

/** A section with its own background, labelled by its heading. */
export function Panel({
  title,
  aside,
  children,
  className,
}: {
  title: string
  aside?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <section
      aria-label={title}
      className={cx('min-w-0 rounded-xl bg-surface p-5 shadow-rest sm:p-6', className)}
    >
      <div className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 className="text-lg font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}

export function BackLink({ to, children }: { to: string; children: string }) {
  return (
    <Link
      to={to}
      className="-ms-2 inline-flex min-h-11 items-center gap-2 justify-self-start rounded-md px-2 text-sm font-semibold text-soft hover:text-ink"
    >
      <Icon name="left" />
      {children}
    </Link>
  )
}

/** One number with its label. */
export function Tile({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className="grid content-start gap-1 rounded-xl bg-surface p-4 shadow-rest sm:p-5">
      <dt className="text-sm font-semibold text-soft">{label}</dt>
      <dd className="tabular text-xl font-semibold sm:text-2xl tracking-tight [overflow-wrap:anywhere]">
        {value}
      </dd>
      {note && <dd className="text-sm text-soft">{note}</dd>}
    </div>
  )
}
