import { useLayoutEffect, useRef } from 'react'
import { useLocation, useNavigationType } from 'react-router'
import { focusHeading } from '../ui/page_title.tsx'

/**
 * A page walked to starts at its top, and so does the next page of a list; going back and forward the browser itself
 * keeps the place.
 */
export function useScrollToTop() {
  const { pathname, search } = useLocation()
  const how = useNavigationType()
  const cursor = new URLSearchParams(search).get('cursor')
  const last = useRef({ pathname, cursor })
  useLayoutEffect(() => {
    const before = last.current
    last.current = { pathname, cursor }
    if (how === 'POP') return
    if (before.pathname !== pathname) window.scrollTo(0, 0)
    else if (before.cursor !== cursor && how === 'PUSH') {
      window.scrollTo(0, 0)
      // The button that was pressed is far below, or gone.
      focusHeading()
    }
  }, [pathname, cursor, how])
}
