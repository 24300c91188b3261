/** What the words of a list find on MongoDB, for the catalogue in memory. Only a few searches run at the same time. */
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FoundIds } from '../domain/catalogue/index_host.ts'
import { matchAll, type Rank, ranksOf } from '../domain/pages.ts'
import type { SearchSort } from '../domain/sorts.ts'
import { MATCHES_MAX } from './mongo_listed_reads.ts'
import { SEARCHES_AT_ONCE, SEARCHES_WAITING_MAX } from './mongo_search.ts'

const WAIT_MS = 2_000

/** Resolves undefined without words. */
export function createFoundWords(
  reads: { found(rank: Rank, limit: number): Promise<string[]> },
  runtime: Runtime,
  matchesMax = MATCHES_MAX,
): (words: readonly string[], sort: SearchSort) => Promise<FoundIds | undefined> {
  const limiter = createConcurrencyLimiter({
    runtime,
    what: 'searches',
    concurrency: SEARCHES_AT_ONCE,
    queueMax: SEARCHES_WAITING_MAX,
    waitMs: WAIT_MS,
  })
  return async (words: readonly string[], sort: SearchSort) => {
    if (words.length === 0) return undefined
    return limiter.run(async () => {
      const found: (readonly string[])[] = []
      for (const rank of sort === 'relevance' ? ranksOf(words) : [matchAll(words)])
        found.push(await reads.found(rank, matchesMax + 1))
      const some = found.some((ids) => ids.length > matchesMax)
      return { ids: found.map((ids) => ids.slice(0, matchesMax)), some }
    })
  }
}
