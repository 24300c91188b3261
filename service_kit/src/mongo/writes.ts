/**
 * Writes of single documents that share a command. Each has its own certain outcome.
 *
 * How the outcome is known
 *  - Of an insert: `ordered: false` tries every document, and the server names those that it refused as duplicates.
 *  - Of an update: the server returns only how many of a group matched. If all did, all were applied. If not, the documents
 *    are read. Each update leaves a token in a field that no later write changes, so its token proves that it was applied. If
 *    there is none and the condition is false, the update was refused, and can never be applied later. Anything else is an
 *    unknown outcome, and the update is repeated.
 * The same holds if an answer was lost and the write is repeated, by us or by the driver: an insert finds its own id, an
 * update its own token.
 */
import type { ClientSession, Collection, Document, Filter } from 'mongodb'
import { failed, type Outcome, outcomeOf, succeeded } from '../runtime/batching/outcome.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { createMongoBatcher } from './batcher.ts'
import { isDuplicate, OutcomeUnknown, refusedAsDuplicates } from './errors.ts'

const CALLS_MAX = 2

type Identified = { _id: string }

/** Resolves whether the document was added; false when one of its unique keys exists. Use inside `repeat`. */
export function batchInserts<T extends Identified>(
  runtime: Runtime,
  collection: () => Collection<T>,
): (document: T) => Promise<boolean> {
  const insertOne = async (document: T): Promise<boolean> => {
    try {
      await collection().insertOne(document as never)
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  }
  return createMongoBatcher<T, boolean>({
    runtime,
    callsMax: CALLS_MAX,
    async send(documents) {
      if (documents.length === 1) return [succeeded(await insertOne(documents[0]!))]
      try {
        await collection().insertMany(documents as never, { ordered: false })
        return documents.map(() => succeeded(true))
      } catch (error) {
        const refused = refusedAsDuplicates(error)
        if (refused) return documents.map((_, i) => succeeded(!refused.has(i)))
        // Some exist, and the server does not name them. Those that were added find themselves.
        if (isDuplicate(error))
          return Promise.all(documents.map((document) => outcomeOf(insertOne(document))))
        throw error
      }
    },
  })
}

export type ConditionalUpdate = {
  readonly id: string
  /** Fields that the document must have. A document that has other values will never have these again. */
  readonly condition: Document
  /** More fields of the filter, which never change: a sharded cluster then asks one shard. */
  readonly within?: Document
  readonly set: Document
  /** Names of fields to remove. */
  readonly unset?: readonly string[]
  /** A field of `writes` that only this version of the document writes, and a value that only this update has. */
  readonly token: { readonly field: string; readonly value: string }
}

/** Resolves whether the update was applied; false when its condition failed. Use inside `repeat`. */
export function batchUpdates<T extends Identified>(
  runtime: Runtime,
  collection: () => Collection<T>,
): (update: ConditionalUpdate) => Promise<boolean> {
  return createMongoBatcher<ConditionalUpdate, boolean>({
    runtime,
    callsMax: CALLS_MAX,
    async send(updates) {
      const operations = updates.map((each) => ({ updateOne: operationOf(each) }))
      const { matchedCount } = await collection().bulkWrite(operations as never, { ordered: false })
      if (matchedCount === updates.length) return updates.map(() => succeeded(true))
      return attribute(collection(), updates)
    },
  })
}

/** One of them in a transaction. `known`: an earlier attempt whose answer was lost was applied, with all of its transaction. */
export async function updateInTransaction<T extends Identified>(
  collection: Collection<T>,
  change: ConditionalUpdate,
  session: ClientSession,
): Promise<'applied' | 'known' | 'refused'> {
  const { filter, update } = operationOf(change)
  const { matchedCount } = await collection.updateOne(filter as Filter<T>, update as object, { session })
  if (matchedCount === 1) return 'applied'
  const { within, id, token } = change
  const found = await collection.findOne({ ...within, _id: id } as unknown as Filter<T>, { session })
  return (found as Document | null)?.writes?.[token.field] === token.value ? 'known' : 'refused'
}

function operationOf({ id, condition, within, set, unset = [], token }: ConditionalUpdate) {
  return {
    filter: { ...within, _id: id, ...condition },
    update: {
      $set: { ...set, [`writes.${token.field}`]: token.value },
      ...(unset.length > 0 ? { $unset: Object.fromEntries(unset.map((name) => [name, ''])) } : {}),
    },
  }
}

async function attribute<T extends Identified>(
  collection: Collection<T>,
  updates: readonly ConditionalUpdate[],
): Promise<Outcome<boolean>[]> {
  const ids = [...new Set(updates.map(({ id }) => id))]
  const documents = await collection.find<Document>({ _id: { $in: ids } } as unknown as Filter<T>).toArray()
  const byId = new Map(documents.map((document) => [document._id as string, document]))
  return updates.map(({ id, condition, token }): Outcome<boolean> => {
    const document = byId.get(id)
    if (document?.writes?.[token.field] === token.value) return succeeded(true)
    const fits = document && Object.entries(condition).every(([name, value]) => document[name] === value)
    // The condition holds, but did not match: the write that refused it is not on a majority yet, and may be rolled back.
    if (fits) return failed(new OutcomeUnknown())
    return succeeded(false)
  })
}
