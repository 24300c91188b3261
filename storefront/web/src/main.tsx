import './styles.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { Fragment, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { categoriesQuery, listingsQuery } from './api/catalogue.ts'
import { groupQuery, liveChoicesQuery, productQuery, slugQuery } from './api/queries.ts'
import { queryClient } from './api/query_client.ts'
import { useLanguage } from './language/use_language.ts'
import { AppRoutes, fetchBuyersPages, fetchCategoryPage, fetchPageAt, fetchProductPage } from './routes.tsx'
import { served } from './served.ts'
import { startSettings } from './settings/current.ts'
import { useSettings } from './settings/use_settings.ts'
import { chosenAtFirst } from './shop/variant_choice.ts'
import { viewIn } from './shop/view_address.ts'

/** How long the first render waits for the typeface and the code of its page, which are usually loaded by then. */
const TYPEFACE_MS = 250
/** How long it waits for what the gateway sent along. */
const FIRST_PAGE_MS = 2_000
/** The first page is shown by then, so prefetching does not slow it down. */
const AHEAD_MS = 3_000

/** Data and code of the first page are requested before it renders, and waited for if the gateway sent the data along. */
async function firstPage(): Promise<void> {
  const [, product] = /^\/products\/([^/]+)\/?$/.exec(location.pathname) ?? []
  const inCategory = location.pathname.startsWith('/categories/')
  const parts =
    location.pathname === '/'
      ? [queryClient.prefetchQuery(firstList()), queryClient.prefetchQuery(categoriesQuery())]
      : product !== undefined
        ? [
            productData(decodeURIComponent(product)),
            fetchProductPage(),
            queryClient.prefetchQuery(categoriesQuery()),
          ]
        : inCategory
          ? [queryClient.prefetchQuery(categoriesQuery()), fetchCategoryPage()]
          : []
  const all = Promise.allSettled(parts)
  if (served && served.answers.length > 0) await all
}

/** By its slug: one with an id moves there. */
async function productData(address: string): Promise<void> {
  const { kind, id } = await queryClient.fetchQuery(slugQuery(address))
  await (kind === 'group' ? groupData(id) : queryClient.prefetchQuery(productQuery(id)))
}

/** With what is chosen at first (shop/use_variant.ts): its picture is the first one. */
async function groupData(id: string): Promise<void> {
  const named = new URLSearchParams(location.search).get('variant')
  const [group, variant] = await Promise.all([
    queryClient.fetchQuery(groupQuery(id)),
    named === null ? undefined : queryClient.fetchQuery(productQuery(named)).catch(() => undefined),
  ])
  const { placeholderData: _, ...choices } = liveChoicesQuery(id, chosenAtFirst(group, variant))
  await queryClient.prefetchQuery(choices)
}

function firstList() {
  const { placeholderData: _, ...first } = listingsQuery(viewIn(new URLSearchParams(location.search)))
  return first
}

// Rendered in one typeface from the start, so that nothing moves.
const typeface = document.fonts.load('1rem "Hanken Grotesk"')
const code = fetchPageAt(location.pathname)
const shortly = new Promise((resolve) => setTimeout(resolve, TYPEFACE_MS))
await Promise.all([
  ...[typeface, code].map((each) => Promise.race([each, shortly]).catch(() => {})),
  startSettings(),
  Promise.race([firstPage().catch(() => {}), new Promise((resolve) => setTimeout(resolve, FIRST_PAGE_MS))]),
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
