/** The heading of a page, which is also the title of the tab. It gets the focus after navigation. */
import { type ReactNode, useEffect, useRef } from 'react'
import { LARGE_TITLE, PAGE_TITLE, TITLE_ROW } from '../looks.ts'
import { shopSettings } from '../settings/current.ts'

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
    <div className={TITLE_ROW}>
      <title>{`${title} · ${shopSettings().name}`}</title>
      <h1 ref={heading} tabIndex={-1} className={large ? LARGE_TITLE : PAGE_TITLE}>
        {children}
      </h1>
      {aside}
    </div>
  )
}
