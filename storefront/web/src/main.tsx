import './styles.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { catalogueQuery } from './api/queries.ts'
import { queryClient } from './api/query_client.ts'
import { AppRoutes, fetchBuyersPages } from './routes.tsx'
import { viewIn } from './shop/view_address.ts'

/** The typeface is asked for by the page itself and mostly there already; later than this, it stays out of this visit. */
const TYPEFACE_MS = 250
/** The first page stands by then; what is fetched ahead must not be in its way. */
const AHEAD_MS = 3_000

// What the first page shows is asked for before it is drawn.
if (location.pathname === '/') {
  const { placeholderData: _, ...first } = catalogueQuery(viewIn(new URLSearchParams(location.search)))
  void queryClient.prefetchQuery(first)
}

// Drawn in one typeface from the start, so that nothing moves when it arrives.
const typeface = document.fonts.load('1rem "Hanken Grotesk"')
await Promise.race([typeface, new Promise((resolve) => setTimeout(resolve, TYPEFACE_MS))]).catch(() => {})

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <BrowserRouter>
        <AppRoutes />
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
)

setTimeout(() => {
  performance.mark('shop.ahead')
  void fetchBuyersPages().then(() => performance.mark('shop.ahead.done'))
}, AHEAD_MS)
