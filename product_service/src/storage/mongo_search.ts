/**
 * Searches on MongoDB, with corrections. Only a few run at the same time, so that sales always get a connection.
 *
 * The vocabulary is read when it is needed, and cached. If the server takes too long for it, nothing is corrected.
 */

import type { MongoStore } from '@shop/service_kit/mongo/store'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { searchOrCorrect } from '../domain/correction.ts'
import type { CataloguePage, CatalogueQuery } from '../domain/ports.ts'
import { isCorrectable, VOCABULARY_MAX } from '../domain/spelling.ts'
import { collectionsOf } from './mongo_documents.ts'
import { type MongoPages, PAGE_TIMEOUT_MS } from './mongo_pages.ts'

/** Of the pool's 50 connections. */
export const SEARCHES_AT_ONCE = 8
export const SEARCHES_WAITING_MAX = 16
const WAIT_MS = 2_000
/** The vocabulary is reused for this many times the duration of reading it. */
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
      // Without a vocabulary nothing is corrected, but the search still answers.
    }
    const endedAt = runtime.monotonic()
    reuseUntil = endedAt + VOCABULARY_REUSE_FACTOR * (endedAt - startedAt)
    return vocabulary
  }

  return (query: CatalogueQuery): Promise<CataloguePage> =>
    limiter.run(() => searchOrCorrect(query, { list, isKnown, vocabulary: read }))
}
