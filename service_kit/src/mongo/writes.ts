/**
 * Single-document writes that share a command, each with its own certain answer.
 *
 * How each is certain
 *  - An insert: `ordered: false` tries every document, and the server names those it refused as duplicates.
 *  - An update: the server only counts how many of a group matched. If all did, all were applied. If not, the
 *    documents are read: each update leaves a token, under a name of its own that no later write touches, so
 *    a token that is there proves its update. Where it is not and the condition visibly fails, the update was
 *    refused and can never be applied later. Anything else is unsettled, and is repeated.
 * Both hold when an answer was lost and the write comes again, by us or by the driver: an insert meets its own id,
 * an update its own token.
 */

import type { Collection, Document, Filter } from 'mongodb'
import { failed, type Outcome, outcomeOf, succeeded } from '../runtime/batching/outcome.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { isDuplicate, OutcomeUnknown, refusedAsDuplicates } from './errors.ts'
import { shareWork } from './sharing.ts'

const IN_FLIGHT_MAX = 2

type Identified = { _id: string }

/** Resolves whether the document was added; false when one of its unique keys exists. Use inside `repeat`. */
export function shareInserts<T extends Identified>(
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
  return shareWork<T, boolean>({
    runtime,
    inFlightMax: IN_FLIGHT_MAX,
    async run(documents) {
      if (documents.length === 1) return [succeeded(await insertOne(documents[0]!))]
      try {
        await collection().insertMany(documents as never, { ordered: false })
        return documents.map(() => succeeded(true))
      } catch (error) {
        const refused = refusedAsDuplicates(error)
        if (refused) return documents.map((_, i) => succeeded(!refused.has(i)))
        // Some exist and we are not told which; those added already will meet themselves.
        if (isDuplicate(error))
          return Promise.all(documents.map((document) => outcomeOf(insertOne(document))))
        throw error
      }
    },
  })
}

export type ConditionalUpdate = {
  readonly id: string
  /** Fields the document must have; a document that visibly has others will never have these again. */
  readonly condition: Document
  /** Further fields of the filter that never change, so that a sharded cluster asks one shard. */
  readonly within?: Document
  readonly set: Document
  /** Names of fields to remove. */
  readonly unset?: readonly string[]
  /** The field of `writes` only this version of the document writes, and a value only this update has. */
  readonly token: { readonly field: string; readonly value: string }
}

/** Resolves whether the update was applied; false when its condition failed. Use inside `repeat`. */
export function shareUpdates<T extends Identified>(
  runtime: Runtime,
  collection: () => Collection<T>,
): (update: ConditionalUpdate) => Promise<boolean> {
  return shareWork<ConditionalUpdate, boolean>({
    runtime,
    inFlightMax: IN_FLIGHT_MAX,
    async run(updates) {
      const operations = updates.map(({ id, condition, within, set, unset = [], token }) => ({
        updateOne: {
          filter: { ...within, _id: id, ...condition },
          update: {
            $set: { ...set, [`writes.${token.field}`]: token.value },
            ...(unset.length > 0 ? { $unset: Object.fromEntries(unset.map((name) => [name, ''])) } : {}),
          },
        },
      }))
      const { matchedCount } = await collection().bulkWrite(operations as never, { ordered: false })
      if (matchedCount === updates.length) return updates.map(() => succeeded(true))
      return attribute(collection(), updates)
    },
  })
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
    // It fits, yet did not match: what refused it is not on a majority yet, and may be undone.
    if (fits) return failed(new OutcomeUnknown())
    return succeeded(false)
  })
}
