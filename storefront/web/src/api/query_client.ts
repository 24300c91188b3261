import { QueryClient } from '@tanstack/react-query'
import { createRefetcher } from './refetch.ts'
import { tabSession } from './shop.ts'

/** How long an answer is shown without asking again. Stock is live; pages that show it ask more often. */
const FRESH_MS = 10_000

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What fails is told at once; then it heals (refetch.ts).
      retry: false,
      // A page that is offline says so itself, instead of waiting in silence.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

export const refetcher = createRefetcher(queryClient, { isVisible: () => !document.hidden })
for (const event of ['focus', 'online']) addEventListener(event, refetcher.refetchNow)
document.addEventListener('visibilitychange', refetcher.refetchNow)

/** Another person at this screen sees nothing of the one before. Private queries start with 'mine' or 'admin'. */
tabSession.subscribe(() => {
  for (const scope of ['mine', 'admin']) queryClient.removeQueries({ queryKey: [scope] })
})
