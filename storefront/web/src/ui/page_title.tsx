/** The heading of a page, which is also the title of the tab. It gets the focus after navigation. */
import { type ReactNode, useEffect, useRef } from 'react'
import { shopSettings } from '../settings/current.ts'
import { cx } from './cx.ts'

let firstPage = true

/** Use it when the focused element disappears. */
export const focusHeading = () => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })

export function PageTitle({
  children,
  title,
  aside,
  large = false,
}: {
  children: ReactNode
  title: string
  aside?: ReactNode
  /** On the home page. */
  large?: boolean
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!firstPage) heading.current?.focus({ preventScroll: true })
    firstPage = false
  }, [])
  return (
    <div className="flex flex-wrap items-end justify-between gap-4">
      <title>{`${title} · ${shopSettings().name}`}</title>
      <h1
        ref={heading}
        tabIndex={-1}
        className={cx('min-w-0 font-semibold outline-none', large ? 'text-4xl sm:text-5xl' : 'text-3xl')}
      >
        {children}
      </h1>
      {aside}
    </div>
  )
}
