/** What the words of a list find on MongoDB, for the catalogue in memory. Only a few searches run at the same time. */
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { matchAll, type Rank, ranksOf } from '../domain/pages.ts'
import type { SearchSort } from '../domain/sorts.ts'
import { SEARCHES_AT_ONCE, SEARCHES_WAITING_MAX } from './mongo_search.ts'

const WAIT_MS = 2_000

/** Resolves ids by rank, or undefined without words. */
export function createFoundWords(reads: { found(rank: Rank): Promise<string[]> }, runtime: Runtime) {
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
        found.push(await reads.found(rank))
      return found
    })
  }
}
