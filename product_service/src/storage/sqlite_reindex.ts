/**
 * Indexing products again after a migration changed what they are indexed under. It goes on where it was, whoever
 * stopped it: the products still to be done lie below a number in `settings`, which is changed together with the
 * index. Several processes may do it at once, and edits meanwhile do no harm: doing one twice changes nothing.
 *
 * A small catalogue is done when `openStores` resolves. A large one is done beside the requests, newest first, a few
 * products in each transaction; until then a search finds what is done.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SqliteStore } from '@shop/service_kit/sqlite'
import { PRODUCT_COLUMNS, prepareQuery, prepareWrites, productOf, seqOf } from './sqlite_rows.ts'

/** Products done before anybody is served, and in one transaction then. */
export const REINDEXED_FIRST = 1_000
const FIRST_STEP = 200
/** In one transaction afterwards: a few milliseconds. */
const STEP = 10
const PAUSE_MS = 5

export type Reindexing = { stop(): Promise<void> }

export async function reindex(store: SqliteStore, notice: (text: string) => void): Promise<Reindexing> {
  const { words } = prepareWrites(store.writer)
  const below = prepareQuery(store.writer, `SELECT value FROM settings WHERE name = 'words_missing_below'`)
  const goOn = store.writer.prepare(`UPDATE settings SET value = ? WHERE name = 'words_missing_below'`)
  const end = store.writer.prepare(`DELETE FROM settings WHERE name = 'words_missing_below'`)
  const next = prepareQuery(
    store.writer,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.seq < ? ORDER BY p.seq DESC LIMIT ?`,
  )
  const left = prepareQuery(store.reader, 'SELECT count(*) FROM products WHERE seq < ?')

  /** Resolves below which number products are left, or undefined when none is. */
  const step = (count: number): Promise<number | undefined> =>
    store.write(() => {
      const row = below.get()
      if (!row) return undefined
      const rows = next.all(Number(row[0]), count)
      for (const each of rows) {
        words.remove(seqOf(each))
        const product = productOf(each)
        if (product.deletedAt === null) words.add(seqOf(each), product)
      }
      if (rows.length < count) {
        end.run()
        return undefined
      }
      const last = seqOf(rows.at(-1)!)
      goOn.run(String(last))
      return last
    })

  let rest: number | undefined
  for (let done = 0; done < REINDEXED_FIRST; done += FIRST_STEP) {
    rest = await step(FIRST_STEP)
    if (rest === undefined) return { stop: async () => {} }
  }

  const stopping = new AbortController()
  const { signal } = stopping
  // A pause holds no process, and whoever stops does not wait for it: then nothing might hold the process any more.
  const pause = () => sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => {})
  const goOnBeside = async () => {
    notice(
      `${left.get(rest!)![0]} products are being indexed again; until that is done a search may miss some.`,
    )
    while (!signal.aborted && (await step(STEP)) !== undefined) await pause()
    if (!signal.aborted) notice('All products are indexed again.')
  }
  const ended = goOnBeside().catch((error) =>
    notice(`Indexing stopped (${error.message}); the next start goes on.`),
  )
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
