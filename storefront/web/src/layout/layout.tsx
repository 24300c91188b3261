/** The frame of every page: header, notices that concern all pages, the page itself, footer. */
import { lazy, Suspense, useEffect, useState } from 'react'
import { Outlet, useLocation } from 'react-router'
import { PageSkeleton } from '../ui/skeleton.tsx'
import { whenFirstToast } from '../ui/toast.ts'
import { ErrorBoundary } from './error_boundary.tsx'
import { Footer } from './footer.tsx'
import { Header } from './header.tsx'
import { OfflineBar } from './offline_bar.tsx'
import { OpenAttemptBar } from './open_attempt_bar.tsx'
import { useScrollToTop } from './use_scroll_to_top.ts'

const Toaster = lazy(() => import('../ui/toaster.tsx'))

export function Layout() {
  const { pathname } = useLocation()
  const [toasting, setToasting] = useState(false)
  useEffect(() => whenFirstToast(() => setToasting(true)), [])
  useScrollToTop()
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-4 py-3 font-semibold text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to content
      </a>
      <Header />
      <OfflineBar />
      <OpenAttemptBar />
      <main id="content" tabIndex={-1} className="flex-1 pb-16 outline-none">
        <ErrorBoundary key={pathname}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Footer />
      {toasting && (
        <Suspense>
          <Toaster />
        </Suspense>
      )}
    </div>
  )
}
