/**
 * The catalogue in memory (domain/catalogue) of a MongoDB store, on a thread of its own. It is read once, beginning with the
 * first question, and then followed.
 *
 * Invariants
 *  1. An answer has the changes that this process committed before, and those of others that are older than FOLLOW_EVERY_MS; in
 *     both cases later while many changes are read, which takes at most a part of the time (FOLLOW_FACTOR).
 *  2. No change is missed because transactions end in another order than their times, or because clocks differ: what changed
 *     within OVERLAP_MS is compared again, by versions.
 *  3. A change without `changedAt`, made by the release before, is noticed by reading everything again, slowly.
 */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { createReaderThread } from '@shop/service_kit/runtime/reader_thread'
import { inContext, NO_REQUEST } from '@shop/service_kit/runtime/request_context'
import { inTime, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { HostAnswer, HostQuestion, IndexChange } from '../domain/catalogue/index_host.ts'
import type { Listings } from '../domain/listings.ts'
import { createFoundWords } from './mongo_found_words.ts'
import { indexedGroup, indexedProduct } from './mongo_listed_documents.ts'
import { BATCH, createListedReads, inBatches, type ListedRow } from './mongo_listed_reads.ts'
import { stillReading } from './still_reading.ts'

export const FOLLOW_EVERY_MS = 1_000
/** Between two readings of changes there is this many times the duration of the first. */
export const FOLLOW_FACTOR = 20
/** After one that took less, the next one may begin at once. */
const QUICK_MS = 100
/** A transaction takes at most a minute on the server, and clocks may differ by another. */
export const OVERLAP_MS = 120_000
/** How long a question waits for the first reading. */
const FIRST_WAIT_MS = 1_000
/** As of SQLite (sqlite_listings_service.ts). */
const HEAP_MIB = 1_024

const THREAD = new URL('./mongo_listings_thread.ts', import.meta.url)
export type MongoListings = Listings & {
  /** This process committed a change. */
  changed(): void
  close(): Promise<void>
}

export function createMongoListings(store: MongoStore, runtime: Runtime): MongoListings {
  const reads = createListedReads(store)
  const { monotonic } = runtime
  const thread = createReaderThread<HostQuestion, HostAnswer>(THREAD, undefined, {
    runtime,
    what: 'lists of the catalogue',
    heapMib: HEAP_MIB,
  })
  const findWords = createFoundWords(reads, runtime)
  let sent = 0
  let treeRevision = 0
  let reading: Promise<void> | undefined
  let isRead = false
  let isClosing = false
  /** What of the last OVERLAP_MS was sent already: versions by id. */
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
    sent = 0
    treeRevision = 0
    reading = undefined
    isRead = false
    seen = new Map()
    walkedTo = ''
  }
  const send = async (changes: readonly IndexChange[]): Promise<void> => {
    if (changes.length === 0) return
    const answer = await thread.ask({ sent, changes })
    if ('lost' in answer) throw new Lost()
    sent += 1
    if ('again' in answer) for (const id of answer.again) await sendVariants(id)
  }
  const sendVariants = async (groupId: string) => {
    for await (const page of pagesOf((after) => reads.variants(groupId, after)))
      await send(page.map(indexedProduct))
  }
  const sendCategories = async () => {
    const revision = await reads.treeRevision()
    if (revision === treeRevision) return
    await send([{ categories: await reads.categories() }])
    treeRevision = revision
  }
  const readAll = async () => {
    since = runtime.now().toISOString()
    await sendCategories()
    for await (const page of pagesOf(reads.groups)) await send(page.map(indexedGroup))
    for await (const page of pagesOf(reads.products)) await send(page.map(indexedProduct))
    isRead = true
  }

  /** What changed since the last time, or at the same time. */
  const follow = async () => {
    const at = runtime.now()
    const from = new Date(Date.parse(since) - OVERLAP_MS).toISOString()
    const now = new Map<string, string>()
    const news = (found: readonly { _id: string; version: number; joins?: number }[]) =>
      found.flatMap(({ _id, version, joins = 0 }) => {
        now.set(_id, `${version} ${joins}`)
        return seen.get(_id) === now.get(_id) ? [] : [_id]
      })
    const groups = news(await reads.changedGroups(from))
    const products = news(await reads.changedProducts(from))
    await sendCategories()
    for (const ids of inBatches(groups)) await send((await reads.groupsOf(ids)).map(indexedGroup))
    for (const ids of inBatches(products)) await send((await reads.productsOf(ids)).map(indexedProduct))
    seen = now
    since = at.toISOString()
    const walked = await reads.everyProduct(walkedTo)
    await send(walked.map(indexedProduct))
    walkedTo = walked.length === BATCH ? walked.at(-1)!._id : ''
  }
  const pagesOf = async function* <Row extends ListedRow>(read: (after: string) => Promise<Row[]>) {
    for (let page = await read(''); page.length > 0 && !isClosing; page = await read(page.at(-1)!._id))
      yield page
  }
  const upToDate = async () => {
    if (!reading) {
      // For all, not for the visitor who was the first to ask.
      reading = inContext(NO_REQUEST, readAll).catch((error) => {
        forget()
        throw error
      })
      // A question may have given up before.
      reading.catch(() => {})
    }
    if (!isRead) await inTime(runtime, FIRST_WAIT_MS, reading, () => {})
    if (!isRead) throw stillReading()
    following = following
      .catch(() => {})
      .then(async () => {
        const startedAt = monotonic()
        if (startedAt < (isDirty ? pauseUntil : followAt)) return
        isDirty = false
        await inContext(NO_REQUEST, follow).catch((error) => {
          isDirty = true
          throw error
        })
        const endedAt = monotonic()
        const took = endedAt - startedAt
        pauseUntil = took < QUICK_MS ? endedAt : endedAt + FOLLOW_FACTOR * took
        followAt = pauseUntil + FOLLOW_EVERY_MS
      })
    await following
  }
  const ask = async (question: (sent: number) => HostQuestion): Promise<HostAnswer> => {
    try {
      await upToDate()
      const answer = await thread.ask(question(sent))
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
      const answer = await ask((count) => ({ sent: count, list, found }))
      return (answer as Extract<HostAnswer, { page: unknown }>).page
    },
    async facets(facets) {
      const found = await findWords(facets.words, 'newest')
      const answer = await ask((count) => ({ sent: count, facets, found }))
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

/** The thread is another one than the one that was sent. */
class Lost extends Error {}
