/**
 * The catalogue in memory (domain/catalogue) of a MongoDB store, on a thread of its own. It is read once, beginning with the
 * first question, and then followed.
 *
 * Invariants
 *  1. An answer has the changes that this process committed before, and those of others that are older than FOLLOW_EVERY_MS; in
 *     both cases later while many changes are read, which takes at most a part of the time (FOLLOW_FACTOR).
 *  2. No change is missed because transactions end in another order than their times, or because clocks differ: what changed
 *     within OVERLAP_MS is compared again, by versions.
 *  3. What nobody announced (the release before writes no `changedAt`) is noticed by reading everything again, slowly.
 */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import { createReaderThread } from '@shop/service_kit/runtime/reader_thread'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { HostAnswer, HostQuestion, ToldChange } from '../domain/catalogue/index_host.ts'
import { type Listings, stillReading } from '../domain/listings.ts'
import { matchAll, ranksOf } from '../domain/pages.ts'
import type { SearchSort } from '../domain/sorts.ts'
import { TREE_ID } from './mongo_category_documents.ts'
import { collectionsOf } from './mongo_documents.ts'
import { toldGroup, toldProduct } from './mongo_listed_documents.ts'
import { conditionsOf, PAGE_TIMEOUT_MS } from './mongo_pages.ts'
import { SEARCHES_AT_ONCE, SEARCHES_WAITING_MAX } from './mongo_search.ts'

export const FOLLOW_EVERY_MS = 1_000
/** Between two readings of changes there is this many times the duration of the first. */
export const FOLLOW_FACTOR = 20
/** After one that took less, the next one may begin at once. */
const QUICK_MS = 100
/** A transaction takes at most a minute on the server, and clocks may differ by another. */
export const OVERLAP_MS = 120_000
/** Documents in one message. */
const BATCH = 500
/** How long a question waits for the first reading. */
const FIRST_WAIT_MS = 1_000
/** Products that words may find, the newest of them. */
const MATCHES_MAX = 10_000
const WORDS_WAIT_MS = 2_000
/** As of SQLite (sqlite_listings_service.ts). */
const HEAP_MIB = 1_024

const THREAD = new URL('./mongo_listings_thread.ts', import.meta.url)
const PRODUCT = {
  ...{ nameKey: 1, priceMinor: 1, inStock: 1, listed: 1, groupId: 1, optionValues: 1, version: 1 },
  ...{ 'details.categories': 1, 'details.attributes': 1 },
} as const
const GROUP = {
  ...{ name: 1, priceFromMinor: 1, options: 1, version: 1, joins: 1 },
  ...{ 'details.categories': 1, 'details.attributes': 1 },
} as const

export type MongoListings = Listings & {
  /** This process committed a change. */
  changed(): void
  close(): Promise<void>
}

export function createMongoListings(store: MongoStore, runtime: Runtime): MongoListings {
  const { products, groups, categories, categoryTree } = collectionsOf(store)
  const { monotonic } = runtime
  const thread = createReaderThread<HostQuestion, HostAnswer>(THREAD, undefined, {
    runtime,
    what: 'lists of the catalogue',
    heapMib: HEAP_MIB,
  })
  const limiter = createConcurrencyLimiter({
    runtime,
    what: 'searches',
    concurrency: SEARCHES_AT_ONCE,
    queueMax: SEARCHES_WAITING_MAX,
    waitMs: WORDS_WAIT_MS,
  })
  const options = { maxTimeMS: PAGE_TIMEOUT_MS } as const
  let told = 0
  let treeRevision = 0
  let reading: Promise<void> | undefined
  let isRead = false
  let isClosing = false
  /** What of the last OVERLAP_MS was told already: versions by id. */
  let seen = new Map<string, string>()
  let since = ''
  let isDirty = false
  /** When changes are read again: at the earliest, and if nothing is known to have changed. */
  let pauseUntil = 0
  let followAt = 0
  let following: Promise<void> = Promise.resolve()
  /** Where the slow reading of everything is. */
  let walkedTo = ''

  const forget = () => {
    told = 0
    treeRevision = 0
    reading = undefined
    isRead = false
    seen = new Map()
    walkedTo = ''
  }
  const tell = async (changes: readonly ToldChange[]): Promise<void> => {
    if (changes.length === 0) return
    const answer = await thread.ask({ told, changes })
    if ('lost' in answer) throw new Lost()
    told += 1
    if ('again' in answer) for (const id of answer.again) await tellVariants(id)
  }
  const tellVariants = async (groupId: string) => {
    const found = await store.repeat(() =>
      products.find({ groupId, listed: true }, { ...options, projection: PRODUCT }).toArray(),
    )
    for (let i = 0; i < found.length; i += BATCH) await tell(found.slice(i, i + BATCH).map(toldProduct))
  }
  const tellCategories = async () => {
    const revision = (await store.repeat(() => categoryTree.findOne({ _id: TREE_ID })))?.revision ?? 0
    if (revision === treeRevision) return
    const all = await store.repeat(() => categories.find({}, options).toArray())
    await tell([{ categories: all.map(({ _id, path }) => ({ id: _id, path })) }])
    treeRevision = revision
  }
  const readAll = async () => {
    since = runtime.now().toISOString()
    await tellCategories()
    const next = async (after: string) =>
      store.repeat(() =>
        groups
          .find({ listed: true, _id: { $gt: after } }, { ...options, projection: GROUP })
          .sort({ _id: 1 })
          .limit(BATCH)
          .toArray(),
      )
    for (let page = await next(''); page.length > 0 && !isClosing; page = await next(page.at(-1)!._id))
      await tell(page.map(toldGroup))
    const nextProducts = async (after: string) =>
      store.repeat(() =>
        products
          .find({ listed: true, _id: { $gt: after } }, { ...options, projection: PRODUCT })
          .sort({ _id: 1 })
          .limit(BATCH)
          .toArray(),
      )
    for (
      let page = await nextProducts('');
      page.length > 0 && !isClosing;
      page = await nextProducts(page.at(-1)!._id)
    )
      await tell(page.map(toldProduct))
    isRead = true
  }

  /** What changed since the last time, or at the same time. */
  const follow = async () => {
    const at = runtime.now()
    const from = { changedAt: { $gte: new Date(Date.parse(since) - OVERLAP_MS).toISOString() } }
    const now = new Map<string, string>()
    const news = (found: readonly { _id: string; version: number; joins?: number }[]) =>
      found.flatMap(({ _id, version, joins = 0 }) => {
        now.set(_id, `${version} ${joins}`)
        return seen.get(_id) === now.get(_id) ? [] : [_id]
      })
    const versions = { ...options, projection: { version: 1, joins: 1 } }
    const changedGroups = news(await store.repeat(() => groups.find(from, versions).toArray()))
    const changedProducts = news(await store.repeat(() => products.find(from, versions).toArray()))
    await tellCategories()
    for (let i = 0; i < changedGroups.length; i += BATCH) {
      const _id = { $in: changedGroups.slice(i, i + BATCH) }
      const found = await store.repeat(() =>
        groups.find({ _id }, { ...options, projection: GROUP }).toArray(),
      )
      await tell(found.map(toldGroup))
    }
    for (let i = 0; i < changedProducts.length; i += BATCH) {
      const _id = { $in: changedProducts.slice(i, i + BATCH) }
      const found = await store.repeat(() =>
        products.find({ _id }, { ...options, projection: PRODUCT }).toArray(),
      )
      await tell(found.map(toldProduct))
    }
    seen = now
    since = at.toISOString()
    await walkOn()
  }
  const walkOn = async () => {
    const found = await store.repeat(() =>
      products
        .find({ _id: { $gt: walkedTo } }, { ...options, projection: PRODUCT })
        .sort({ _id: 1 })
        .limit(BATCH)
        .toArray(),
    )
    await tell(found.map(toldProduct))
    walkedTo = found.length === BATCH ? found.at(-1)!._id : ''
  }
  const upToDate = async () => {
    reading ??= readAll().catch((error) => {
      forget()
      throw error
    })
    if (!isRead) await Promise.race([reading, runtime.sleep(FIRST_WAIT_MS)])
    if (!isRead) throw stillReading()
    following = following
      .catch(() => {})
      .then(async () => {
        const startedAt = monotonic()
        if (startedAt < (isDirty ? pauseUntil : followAt)) return
        isDirty = false
        await follow()
        const endedAt = monotonic()
        const took = endedAt - startedAt
        pauseUntil = took < QUICK_MS ? endedAt : endedAt + FOLLOW_FACTOR * took
        followAt = pauseUntil + FOLLOW_EVERY_MS
      })
    await following
  }
  const findWords = async (words: readonly string[], sort: SearchSort) => {
    if (words.length === 0) return undefined
    const find = (conditions: ReturnType<typeof conditionsOf>) =>
      store.repeat(async () => {
        const found = await products
          .find({ listed: true, $and: conditions }, { ...options, projection: { _id: 1 } })
          .sort({ _id: -1 })
          .limit(MATCHES_MAX)
          .toArray()
        return found.map(({ _id }) => _id)
      })
    return limiter.run(async () => {
      const found: (readonly string[])[] = []
      for (const rank of sort === 'relevance' ? ranksOf(words) : [matchAll(words)])
        found.push(await find(conditionsOf(rank)))
      return found
    })
  }
  const ask = async (question: (told: number) => HostQuestion): Promise<HostAnswer> => {
    try {
      await upToDate()
      const answer = await thread.ask(question(told))
      if ('lost' in answer) throw new Lost()
      return answer
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      forget()
      throw stillReading()
    }
  }

  return {
    async list(list) {
      const found = await findWords(list.words, list.sort)
      const answer = await ask((count) => ({ told: count, list, found }))
      return (answer as Extract<HostAnswer, { page: unknown }>).page
    },
    async facets(facets) {
      const found = await findWords(facets.words, 'newest')
      const answer = await ask((count) => ({ told: count, facets, found }))
      return (answer as Extract<HostAnswer, { facets: unknown }>).facets
    },
    changed() {
      isDirty = true
    },
    async close() {
      isClosing = true
      await thread.close()
    },
  }
}

/** The thread is another one than the one that was told. */
class Lost extends Error {}
