import { QueryClient } from '@tanstack/react-query'
import { createRefetcher } from './refetch.ts'
import { tabSession } from './shop.ts'

/** How long a result is fresh. Pages that show live stock poll more often. */
const FRESH_MS = 10_000

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // A failure is shown at once, and the query is then fetched again (refetch.ts).
      retry: false,
      // Without this, queries of an offline page wait instead of failing, and it shows nothing.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

export const refetcher = createRefetcher(queryClient, { isVisible: () => !document.hidden })
for (const event of ['focus', 'online']) addEventListener(event, refetcher.refetchNow)
document.addEventListener('visibilitychange', refetcher.refetchNow)

/** The next user of this browser sees no data of the last one. Keys of private queries start with 'mine' or 'admin'. */
tabSession.subscribe(() => {
  for (const scope of ['mine', 'admin']) queryClient.removeQueries({ queryKey: [scope] })
})
