/** The layout of every page: header, notices for all pages, the page itself, footer. */

import { type ComponentType, Suspense, useEffect, useState } from 'react'
import { Outlet, useLocation } from 'react-router'
import { t } from '../language/texts.ts'
import { MAIN, SHELL } from '../looks.ts'
import { LateBar } from '../ui/late.tsx'
import { PageSkeleton } from '../ui/skeleton.tsx'
import { onFirstToast } from '../ui/toast.ts'
import { Announcement } from './announcement.tsx'
import { ErrorBoundary } from './error_boundary.tsx'
import { Footer } from './footer.tsx'
import { Header } from './header.tsx'
import { OfflineBar } from './offline_bar.tsx'
import { OpenAttemptBar } from './open_attempt_bar.tsx'
import { useScrollToTop } from './use_scroll_to_top.ts'

export function Layout() {
  const { pathname } = useLocation()
  const Toaster = useToaster()
  useScrollToTop()
  return (
    <div className={SHELL}>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-4 py-3 font-semibold text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:start-3"
      >
        {t.layout.skip}
      </a>
      <Announcement />
      <Header />
      <OfflineBar />
      <LateBar />
      <OpenAttemptBar />
      {/* As tall as the window from the start, so that the footer never moves inside it. */}
      <main id="content" tabIndex={-1} className={MAIN}>
        <ErrorBoundary key={pathname}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Footer />
      {Toaster && <Toaster />}
    </div>
  )
}

/** Loaded with the first message. If that fails, offline for example, the next message loads it again. */
function useToaster(): ComponentType | undefined {
  const [toaster, setToaster] = useState<{ Toaster: ComponentType }>()
  useEffect(
    () =>
      onFirstToast(() => {
        import('../ui/toaster.tsx').then(
          ({ default: Toaster }) => setToaster({ Toaster }),
          () => {},
        )
      }),
    [],
  )
  return toaster?.Toaster
}
