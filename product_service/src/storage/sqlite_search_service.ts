/** Searches a SQLite store and updates its index, each on its own thread. A store in memory does both on the main thread. */
import { Problem } from '@shop/service_kit/runtime/problem'
import { createReaderThread } from '@shop/service_kit/runtime/reader_thread'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { CatalogueQuery } from '../domain/ports.ts'
import { makeIndexTables, type Progress, prepareIndexStep, prepareOpening } from './sqlite_index.ts'
import type { IndexRequest } from './sqlite_index_file.ts'
import { createIndexer, type Indexer, NO_INDEXER } from './sqlite_indexer.ts'
import type { ReadProducts } from './sqlite_rows.ts'
import { createSqliteSearch, type SqliteSearch } from './sqlite_search.ts'
import type { Found } from './sqlite_search_thread.ts'

export type SearchService = {
  readonly search: SqliteSearch
  readonly waitUntilIndexed: Indexer['waitUntilIndexed']
  close(): Promise<void>
}

const SEARCH_THREAD = new URL('./sqlite_search_thread.ts', import.meta.url)
const INDEX_THREAD = new URL('./sqlite_index_thread.ts', import.meta.url)

/** With `readOnly` the index is not updated. */
export async function startSearch(
  store: SqliteStore,
  path: string,
  reading: ReadProducts,
  runtime: Runtime,
  notice: (text: string) => void,
  readOnly = false,
): Promise<SearchService> {
  if (path === ':memory:') return searchInPlace(store, reading, runtime, notice)
  const searcher = createReaderThread<CatalogueQuery, Found>(SEARCH_THREAD, path, {
    runtime,
    what: 'searches',
  })
  const { indexing, close } = readOnly
    ? { indexing: NO_INDEXER, async close() {} }
    : await startIndexer(store, path, runtime, notice)
  return {
    async search(query) {
      const found = await searcher.ask(query)
      if ('damaged' in found) {
        indexing.wake(found.damage)
        throw new Problem('store_unavailable', `The search failed: ${found.damaged}; try again.`)
      }
      if (found.behind) indexing.wake()
      return found
    },
    waitUntilIndexed: indexing.waitUntilIndexed,
    async close() {
      await Promise.all([searcher.close(), close()])
    },
  }
}

async function startIndexer(
  store: SqliteStore,
  path: string,
  runtime: Runtime,
  notice: (text: string) => void,
) {
  await store.write(prepareOpening(store.writer))
  const indexer = createReaderThread<IndexRequest, Progress>(INDEX_THREAD, path, {
    runtime,
    what: 'changes of the index',
  })
  const indexing = createIndexer(indexer.ask, notice, runtime)
  // An empty shop starts no thread before its first product.
  if (store.reader.prepare('SELECT max(seq) AS newest FROM products').get()!.newest !== null)
    await indexing.waitUntilReady()
  return {
    indexing,
    async close() {
      await Promise.all([indexing.stop(), indexer.close()])
    },
  }
}

/** A store in memory is visible only to its own connection. */
async function searchInPlace(
  store: SqliteStore,
  reading: ReadProducts,
  runtime: Runtime,
  notice: (text: string) => void,
): Promise<SearchService> {
  store.writer.exec("ATTACH ':memory:' AS words")
  makeIndexTables(store.writer, 'words')
  const indexNext = prepareIndexStep(store.writer, store.writer)
  await store.write(prepareOpening(store.writer))
  const { waitUntilIndexed, stop } = createIndexer(
    ({ limit }) => store.write(() => indexNext(limit)),
    notice,
    runtime,
  )
  return { search: createSqliteSearch(store.reader, reading, runtime), waitUntilIndexed, close: stop }
}
