/** Lists of a SQLite store on a thread of their own. A store in memory is read on the main thread. */
import { createReaderThread } from '@shop/service_kit/runtime/reader_thread'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { Listings } from '../domain/listings.ts'
import { createSqliteListings, type ListingsAnswer, type ListingsQuestion } from './sqlite_listings.ts'
import { prepareIsBehind } from './sqlite_search.ts'
import { stillReading } from './still_reading.ts'

const THREAD = new URL('./sqlite_listings_thread.ts', import.meta.url)
/** Names of products are texts; all else is outside of the heap. 1,000,000 products take about 300. */
const HEAP_MIB = 1_024

export function startListings(
  store: SqliteStore,
  path: string,
  runtime: Runtime,
): Listings & { close(): Promise<void> } {
  const thread =
    path === ':memory:'
      ? inPlace(store, runtime)
      : createReaderThread<ListingsQuestion, ListingsAnswer>(THREAD, path, {
          runtime,
          what: 'lists of the catalogue',
          heapMib: HEAP_MIB,
        })
  const ask = async (question: ListingsQuestion) => {
    const answer = await thread.ask(question)
    if ('reading' in answer) throw stillReading()
    return answer
  }
  return {
    async list(list) {
      const { page, behind } = await ask({ list })
      return { ...page!, behind }
    },
    async facets(filter) {
      const { facets, behind } = await ask({ facets: filter })
      return { ...facets!, behind }
    },
    close: thread.close,
  }
}

/** A store in memory is visible only to its own connection. */
function inPlace(store: SqliteStore, { monotonic }: Runtime) {
  const isBehind = prepareIsBehind(store.reader)
  const answer = createSqliteListings(
    store.reader,
    () => ({ db: store.reader, behind: isBehind() }),
    monotonic,
  )
  return { ask: async (question: ListingsQuestion) => answer(question), async close() {} }
}
