/** What several parts of an account's pages have. */
import type { ReactNode } from 'react'
import { own } from '../language/own_texts.ts'
import { Button } from '../ui/button.tsx'
import { copyText } from '../ui/copy_text.ts'
import { cx } from '../ui/cx.ts'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { explainOwn } from './explain_own.ts'
import { Cancelled } from './proof.ts'

/** Part of the account's page, labelled by its heading. */
export function Part({
  id,
  title,
  more,
  aside,
  children,
}: {
  id: string
  title: string
  more?: string
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <section aria-labelledby={id} className="grid gap-5 rounded-xl bg-surface p-5 shadow-rest sm:p-7">
      <div className="grid gap-1.5">
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <h2 id={id} tabIndex={-1} className="text-xl font-semibold outline-none">
            {title}
          </h2>
          {aside}
        </div>
        {more && <p className="max-w-prose text-soft">{more}</p>}
      </div>
      {children}
    </section>
  )
}

/** What a part shows until its answer is there, and instead of it. */
export function Waiting({ error, retry }: { error: unknown; retry: () => unknown }) {
  if (error) return <ProblemNotice error={error} title={own.common.notShown} retry={retry} />
  return (
    <>
      <Loading what={own.common.loading} />
      <Skeleton className="h-16" />
    </>
  )
}

/** Why something was refused. Nothing is said of what the visitor cancelled. */
export function Refused({ error, title }: { error: unknown; title: string }) {
  if (!error || error instanceof Cancelled) return null
  const reason = explainOwn(error)
  if (reason === undefined) return <ProblemNotice error={error} title={title} />
  return (
    <Notice live tone="bad" title={title} className="arriving">
      {reason}
    </Notice>
  )
}

export function CopyButton({ text, className }: { text: string; className?: string }) {
  return (
    <Button
      size="sm"
      className={cx('print:hidden', className)}
      onClick={() => void copyText(text, own.common)}
    >
      {own.common.copy}
    </Button>
  )
}

/** A page with one form in the middle. */
export function Narrow({ children }: { children: ReactNode }) {
  return (
    <div className="page grid justify-items-center pt-10 sm:pt-16">
      <div className="grid w-full max-w-md gap-7">{children}</div>
    </div>
  )
}
export const SHEET = 'grid gap-5 rounded-xl bg-surface p-5 shadow-lift sm:p-7'
