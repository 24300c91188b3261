/**
 * What a page could not read is read again by itself, for as long as the page shows it.
 *
 * Promises
 *  1. After each failure in a row there is a pause that grows (backoff.ts), until it is answered. What was refused is
 *     not asked for again: the same question would get the same answer.
 *  2. It is asked for at once when the visitor comes back to the window, or the connection comes back.
 *  3. Meanwhile the failure stays known, so that a page need not fall silent whenever it tries again.
 *  4. What no page shows any more is left alone, and so is everything while nobody looks; and so is the next page of a
 *     list, which stands below what was read and is asked for by its button.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { hashKey, type Query, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { retryDelayOf } from './retry_delay.ts'

export const REFETCH_BACKOFF: Backoff = { firstMs: 2_000, maxMs: 15_000 }
/** However long we are asked to wait, a page somebody looks at asks once in this time. */
const RETRY_AFTER_MAX_MS = 60_000

type Failure = {
  readonly count: number
  readonly error: Error
  readonly timer: ReturnType<typeof setTimeout> | undefined
}
export type Refetcher = {
  /** Asks at once for everything that failed. */
  refetchNow(): void
  /** Why this was not answered when it was last asked for. */
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

  const askAgain = (hash: string) => {
    const query = cache.get(hash)
    // Failing again is told by the cache.
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
            askAgain,
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
        askAgain(hash)
      }
    },
    failureOf: (key) => failures.get(hashKey(key))?.error,
  }
}

/** For `refetchInterval`: again and again while it is answered. What is not, heals. */
export const pollEvery =
  (ms: number) =>
  ({ state }: { state: State }): number | false =>
    state.error === null || isLoadingMore(state) ? ms : false

type State = { readonly error: Error | null; readonly fetchMeta: { readonly fetchMore?: unknown } | null }
const isLoadingMore = ({ fetchMeta }: Pick<State, 'fetchMeta'>): boolean => fetchMeta?.fetchMore !== undefined
