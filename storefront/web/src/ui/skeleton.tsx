/** Placeholders of exactly the size of the content, so that nothing moves when it loads. */
import { t } from '../language/texts.ts'
import { cx } from './cx.ts'
import { useWaiting } from './late.tsx'

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cx('breathing rounded-sm bg-sunken', className)} />
}

/** Announces to screen readers that something is loading; all visitors see a notice if it takes long. */
export function Loading({ what }: { what: string }) {
  useWaiting(true)
  return (
    <p role="status" className="sr-only">
      {what}
    </p>
  )
}

/** Shown while the code of a page loads. */
export function PageSkeleton() {
  return (
    <div className="page grid gap-6 py-10">
      <Loading what={t.loading.page} />
      <Skeleton className="h-10 w-64 max-w-full" />
      <Skeleton className="h-40" />
      <Skeleton className="h-40" />
    </div>
  )
}
