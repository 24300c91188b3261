import './styles.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { Fragment, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { listingsQuery } from './api/catalogue.ts'
import { queryClient } from './api/query_client.ts'
import { useLanguage } from './language/use_language.ts'
import { AppRoutes, fetchBuyersPages } from './routes.tsx'
import { startSettings } from './settings/current.ts'
import { useSettings } from './settings/use_settings.ts'
import { viewIn } from './shop/view_address.ts'

/** How long the first render waits for the typeface, which is usually loaded by then. */
const TYPEFACE_MS = 250
/** The first page is shown by then, so prefetching does not slow it down. */
const AHEAD_MS = 3_000

// The data of the first page is fetched before it renders.
if (location.pathname === '/') {
  const { placeholderData: _, ...first } = listingsQuery(viewIn(new URLSearchParams(location.search)))
  void queryClient.prefetchQuery(first)
}

// Rendered in one typeface from the start, so that nothing moves.
const typeface = document.fonts.load('1rem "Hanken Grotesk"')
await Promise.all([
  Promise.race([typeface, new Promise((resolve) => setTimeout(resolve, TYPEFACE_MS))]).catch(() => {}),
  startSettings(),
])

/** Another language, or other settings of the shop, render all pages anew; what was fetched stays. */
const Pages = () => (
  <Fragment key={`${useLanguage()} ${useSettings().version}`}>
    <AppRoutes />
  </Fragment>
)

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <BrowserRouter>
        <Pages />
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
)

setTimeout(() => {
  performance.mark('shop.ahead')
  void fetchBuyersPages().then(() => performance.mark('shop.ahead.done'))
}, AHEAD_MS)
