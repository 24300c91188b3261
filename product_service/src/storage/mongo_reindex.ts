/**
 * Indexes all products again when WORDS_VERSION has changed. A product is updated only if it was not edited meanwhile,
 * because an edit writes the new words itself. So several replicas may do it at the same time, and a repetition changes
 * nothing. At the end the version is stored in `settings`, and no replica starts again.
 *
 * It runs in the background, in batches; until it ends, a search may miss some products.
 */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { indexWords, WORDS_VERSION } from '../domain/search.ts'
import { collectionsOf } from './mongo_documents.ts'
import type { ProductDocument } from './mongo_product_documents.ts'

const BATCH = 100
const RETRY_DELAY_MS = 2_000
const SETTING = 'words_version'

export type Reindexing = { stop(): Promise<void> }

type Indexed = Pick<ProductDocument, '_id' | 'name' | 'description' | 'editVersion'>

export function reindex(
  store: MongoStore,
  { sleep }: Pick<Runtime, 'sleep'>,
  notice: (text: string) => void,
  unreadableOf: UnreadableOf,
): Reindexing {
  // A product whose words cannot be made is skipped and reported.
  const updates = createReading(
    ({ _id, editVersion, ...product }: Indexed) => ({
      updateOne: { filter: { _id, editVersion }, update: { $set: { words: indexWords(product) } } },
    }),
    ({ _id }) => String(_id),
    unreadableOf('a product'),
  )
  const { products } = collectionsOf(store)
  const settings = store.collection<{ _id: string; value: string }>('settings')
  const stopping = new AbortController()

  /** Indexes one batch. Resolves its last id, or undefined at the end. */
  const step = (after: string) =>
    store.repeat(async () => {
      const batch = await products
        .find(
          { listed: true, _id: { $gt: after } },
          { projection: { name: 1, description: 1, editVersion: 1 } },
        )
        .hint('_id_')
        .sort({ _id: 1 })
        .limit(BATCH)
        .toArray()
      if (batch.length === 0) return undefined
      const readable = updates.many(batch)
      if (readable.length > 0) await products.bulkWrite(readable, { ordered: false })
      return batch.at(-1)!._id
    })

  const run = async () => {
    const done = await store.repeat(() => settings.findOne({ _id: SETTING }))
    if (done?.value === WORDS_VERSION) return
    let count = 0
    for (let after: string | undefined = ''; ; count += BATCH) {
      if (stopping.signal.aborted) return
      after = await step(after)
      if (after === undefined) break
      if (count === 0) notice('Products are being indexed again; until that is done a search may miss some.')
    }
    await store.repeat(() =>
      settings.updateOne({ _id: SETTING }, { $set: { value: WORDS_VERSION } }, { upsert: true }),
    )
    if (count > 0) notice('All products are indexed again.')
  }

  const untilDone = async () => {
    while (!stopping.signal.aborted) {
      try {
        return await run()
      } catch {
        // The server cannot be reached; `check` reports it.
        await sleep(RETRY_DELAY_MS, stopping.signal, { background: true }).catch(() => {})
      }
    }
  }
  const ended = untilDone()
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
