/** Searching a SQLite store, and keeping its index, each on a thread of its own; in memory both are done in place. */
import { Problem } from '@shop/service_kit/runtime/problem'
import { createReaderThread } from '@shop/service_kit/runtime/reader_thread'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { CatalogueQuery } from '../domain/ports.ts'
import { makeIndexTables, type Progress, prepareIndexing, prepareOpening } from './sqlite_index.ts'
import type { Indexing as Step } from './sqlite_index_file.ts'
import { createIndexing, type Indexing, NO_INDEXING } from './sqlite_indexing.ts'
import type { ReadProducts } from './sqlite_rows.ts'
import { createSqliteSearch, type SqliteSearch } from './sqlite_search.ts'
import type { Found } from './sqlite_search_thread.ts'

export type Searching = {
  readonly search: SqliteSearch
  readonly reached: Indexing['reached']
  close(): Promise<void>
}

const SEARCH_THREAD = new URL('./sqlite_search_thread.ts', import.meta.url)
const INDEX_THREAD = new URL('./sqlite_index_thread.ts', import.meta.url)

/** `lookOnly`: the store is not changed, so its index is not either. */
export async function startSearching(
  store: SqliteStore,
  path: string,
  reading: ReadProducts,
  runtime: Runtime,
  notice: (text: string) => void,
  lookOnly = false,
): Promise<Searching> {
  if (path === ':memory:') return searchInPlace(store, reading, runtime, notice)
  const searcher = createReaderThread<CatalogueQuery, Found>(SEARCH_THREAD, path, {
    runtime,
    what: 'searches',
  })
  const { indexing, close } = lookOnly
    ? { indexing: NO_INDEXING, async close() {} }
    : await startIndexing(store, path, runtime, notice)
  return {
    async search(query) {
      const found = await searcher.ask(query)
      if ('damaged' in found) {
        indexing.look(found.suspect)
        throw new Problem('store_unavailable', `The search failed: ${found.damaged}; try again.`)
      }
      if (found.behind) indexing.look()
      return found
    },
    reached: indexing.reached,
    async close() {
      await Promise.all([searcher.close(), close()])
    },
  }
}

async function startIndexing(
  store: SqliteStore,
  path: string,
  runtime: Runtime,
  notice: (text: string) => void,
) {
  await store.write(prepareOpening(store.writer))
  const indexer = createReaderThread<Step, Progress>(INDEX_THREAD, path, {
    runtime,
    what: 'changes of the index',
  })
  const indexing = createIndexing(indexer.ask, notice, runtime)
  // An empty shop has no thread before it needs one.
  if (store.reader.prepare('SELECT max(seq) AS newest FROM products').get()!.newest !== null)
    await indexing.opened()
  return {
    indexing,
    async close() {
      await Promise.all([indexing.stop(), indexer.close()])
    },
  }
}

/** What is in memory only its own connection sees. */
async function searchInPlace(
  store: SqliteStore,
  reading: ReadProducts,
  runtime: Runtime,
  notice: (text: string) => void,
): Promise<Searching> {
  store.writer.exec("ATTACH ':memory:' AS words")
  makeIndexTables(store.writer, 'words')
  const take = prepareIndexing(store.writer, store.writer)
  await store.write(prepareOpening(store.writer))
  const { reached, stop } = createIndexing(({ most }) => store.write(() => take(most)), notice, runtime)
  return { search: createSqliteSearch(store.reader, reading, runtime), reached, close: stop }
}
