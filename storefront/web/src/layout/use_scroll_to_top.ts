import { useLayoutEffect, useRef } from 'react'
import { useLocation, useNavigationType } from 'react-router'
import { focusHeading } from '../ui/page_title.tsx'

/**
 * Scrolls to the top on navigation, also to the next page of a list. For back and forward the browser restores the
 * position.
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
      // The pressed button is out of view, or gone.
      focusHeading()
    }
  }, [pathname, cursor, how])
}
