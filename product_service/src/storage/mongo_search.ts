/**
 * Searches in MongoDB: a few at once, so that they never take the connections that sales need, and what was meant by
 * words that nothing fits.
 *
 * The vocabulary is asked for when it is needed and kept for VOCABULARY_MS; a server that takes too long for it
 * corrects nothing.
 */

import type { MongoStore } from '@shop/service_kit/mongo/store'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { searchOrCorrect } from '../domain/correction.ts'
import type { CataloguePage, CatalogueQuery } from '../domain/ports.ts'
import { isCorrectable, VOCABULARY_MAX } from '../domain/spelling.ts'
import { collectionsOf } from './mongo_documents.ts'
import { type MongoPages, PAGE_TIMEOUT_MS } from './mongo_pages.ts'

/** Of the pool's 50 connections; as many may wait. */
export const SEARCHES_AT_ONCE = 8
export const SEARCHES_WAITING_MAX = 16
const WAIT_MS = 2_000
/** A vocabulary that was quick to get is asked for each time: VOCABULARY_REST times what it took. */
const VOCABULARY_REUSE_FACTOR = 20

export function createMongoSearch(store: MongoStore, runtime: Runtime, { list, isKnown }: MongoPages) {
  const { products } = collectionsOf(store)
  const limiter = createConcurrencyLimiter({
    runtime,
    what: 'searches',
    concurrency: SEARCHES_AT_ONCE,
    queueMax: SEARCHES_WAITING_MAX,
    waitMs: WAIT_MS,
  })
  let vocabulary: readonly string[] = []
  let reuseUntil = 0

  const read = async () => {
    const startedAt = runtime.monotonic()
    if (startedAt < reuseUntil) return vocabulary
    try {
      const words = await products.distinct('words', {}, { maxTimeMS: PAGE_TIMEOUT_MS })
      vocabulary = words
        .filter((word) => typeof word === 'string' && isCorrectable(word))
        .slice(0, VOCABULARY_MAX) as string[]
    } catch {
      // Without it nothing is corrected; what was found is answered all the same.
    }
    const endedAt = runtime.monotonic()
    reuseUntil = endedAt + VOCABULARY_REUSE_FACTOR * (endedAt - startedAt)
    return vocabulary
  }

  return (query: CatalogueQuery): Promise<CataloguePage> =>
    limiter.run(() => searchOrCorrect(query, { list, isKnown, vocabulary: read }))
}
