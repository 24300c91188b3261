/**
 * Queries that failed are fetched again automatically, for as long as a page shows them.
 *
 * Invariants
 *  1. After each failure in a row the pause grows (backoff.ts), until the query succeeds. A query that was rejected is
 *     not fetched again: the answer would be the same.
 *  2. All are fetched at once when the visitor returns to the window, or the connection is back.
 *  3. The failure stays known meanwhile, so that a page can show it during the next attempt.
 *  4. A query that no page shows is not fetched again, nor is any while the window is hidden, nor the next page of a list,
 *     which has a button.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { hashKey, type Query, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { retryDelayOf } from './retry_delay.ts'

export const REFETCH_BACKOFF: Backoff = { firstMs: 2_000, maxMs: 15_000 }
/** A longer `Retry-After` is shortened to this while somebody looks at the page. */
const RETRY_AFTER_MAX_MS = 60_000

type Failure = {
  readonly count: number
  readonly error: Error
  readonly timer: ReturnType<typeof setTimeout> | undefined
}
export type Refetcher = {
  /** Fetches everything that failed at once. */
  refetchNow(): void
  /** The error of the last fetch, if it failed. */
  failureOf(key: QueryKey): Error | undefined
}

export function createRefetcher(
  queries: QueryClient,
  options: { backoff?: Backoff; random?: () => number; isVisible?: () => boolean } = {},
): Refetcher {
  const { backoff = REFETCH_BACKOFF, random = Math.random, isVisible = () => true } = options
  const cache = queries.getQueryCache()
  const failures = new Map<string, Failure>()

  const forget = (hash: string) => {
    clearTimeout(failures.get(hash)?.timer)
    failures.delete(hash)
  }

  const fetchAgain = (hash: string) => {
    const query = cache.get(hash)
    // The cache reports another failure.
    if (query?.isActive() && query.state.fetchStatus === 'idle' && isVisible()) query.fetch().catch(() => {})
  }

  const failed = (query: Query, error: Error) => {
    const { queryHash: hash } = query
    const count = (failures.get(hash)?.count ?? 0) + 1
    forget(hash)
    if (query.getObserversCount() === 0 || isLoadingMore(query.state)) return
    const retryAfterMs = retryDelayOf(error)
    const timer =
      retryAfterMs === undefined
        ? undefined
        : setTimeout(
            fetchAgain,
            pauseMs(backoff, count, random(), Math.min(retryAfterMs, RETRY_AFTER_MAX_MS)),
            hash,
          )
    failures.set(hash, { count, error, timer })
  }

  cache.subscribe((event) => {
    const { query } = event
    if (event.type === 'updated' && event.action.type === 'error') failed(query, event.action.error)
    else if (event.type === 'updated' && event.action.type === 'success') forget(query.queryHash)
    else if (event.type === 'removed') forget(query.queryHash)
    else if (event.type === 'observerRemoved' && query.getObserversCount() === 0) forget(query.queryHash)
  })

  return {
    refetchNow() {
      for (const [hash, { timer }] of failures) {
        if (timer === undefined) continue
        clearTimeout(timer)
        fetchAgain(hash)
      }
    },
    failureOf: (key) => failures.get(hashKey(key))?.error,
  }
}

/** For `refetchInterval`: polls while the query succeeds. A failed one is fetched again as above. */
export const pollEvery =
  (ms: number) =>
  ({ state }: { state: State }): number | false =>
    state.error === null || isLoadingMore(state) ? ms : false

type State = { readonly error: Error | null; readonly fetchMeta: { readonly fetchMore?: unknown } | null }
const isLoadingMore = ({ fetchMeta }: Pick<State, 'fetchMeta'>): boolean => fetchMeta?.fetchMore !== undefined
