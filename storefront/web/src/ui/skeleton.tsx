/** The shape of what is coming, of exactly the size it will have, so that nothing moves when it arrives. */
import { cx } from './cx.ts'
import { useWaiting } from './late.tsx'

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cx('breathing rounded-sm bg-sunken', className)} />
}

/** Says to screen readers, once, that something is loading; and to all, when it takes long. */
export function Loading({ what }: { what: string }) {
  useWaiting(true)
  return (
    <p role="status" className="sr-only">
      Loading {what} …
    </p>
  )
}

/** While the code of a page is on its way. */
export function PageSkeleton() {
  return (
    <div className="page grid gap-6 py-10">
      <Loading what="the page" />
      <Skeleton className="h-10 w-64 max-w-full" />
      <Skeleton className="h-40" />
      <Skeleton className="h-40" />
    </div>
  )
}
