import { useLayoutEffect, useRef } from 'react'
import { useLocation, useNavigationType } from 'react-router'

/** A page walked to starts at its top; going back and forward the browser itself keeps the place. */
export function useScrollToTop() {
  const { pathname } = useLocation()
  const how = useNavigationType()
  const last = useRef(pathname)
  useLayoutEffect(() => {
    if (last.current === pathname) return
    last.current = pathname
    if (how !== 'POP') window.scrollTo(0, 0)
  }, [pathname, how])
}
