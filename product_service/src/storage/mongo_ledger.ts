/**
 * All changes of products: load, let the domain decide, write stock, movements and reservations together, in one transaction
 * (invariants 1, 2 and 6).
 *
 * Promises
 *  1. Calls that wait at the same time in this process share a transaction. They are decided one after the other, and a
 *     refused call fails alone. A process runs one transaction at a time, so its transactions never conflict.
 *  2. Each write has a condition: a product's version, a reservation's status, or a new id. Documents are written in the
 *     order of their ids, so two replicas cannot deadlock.
 *  3. A transaction whose outcome is unknown is not decided again if it was applied. Each transaction replaces this
 *     process's receipt: the token before by a new one. The next transaction either finds the new token, and returns the
 *     answers decided then; or it replaces the old token itself. Then the earlier transaction cannot be applied any more,
 *     because only one of two transactions that replace the same token commits.
 */

import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { createMongoBatcher } from '@shop/service_kit/mongo/batcher'
import { Duplicated, OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { ClientSession, MongoStore } from '@shop/service_kit/mongo/store'
import { failed, type Outcome, succeeded } from '@shop/service_kit/runtime/batching/outcome'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { writeEffects } from './mongo_effects.ts'
import { apply, copyOf } from './mongo_references.ts'
import { loadState } from './mongo_state.ts'
import type { Effects, Ledger, State, Work } from './mongo_work.ts'

export function createMongoLedger(
  store: MongoStore,
  runtime: Runtime,
  audit: MongoAudit,
  reading: Readings,
): Ledger {
  const collections = collectionsOf(store)
  const replica = runtime.newId()
  /** The last known token of the receipt. */
  let receipt: string | undefined
  /** A transaction ended with an unknown outcome since the receipt was read. */
  let outcomeUnknown = false

  const run = async (works: readonly Work<unknown>[]): Promise<readonly Outcome<unknown>[]> => {
    const decided = new Map<string, readonly Outcome<unknown>[]>()
    let token = ''
    const attempt = async (session: ClientSession) => {
      if (outcomeUnknown || decided.size > 0) {
        receipt = (await collections.receipts.findOne({ _id: replica }, { session }))?.token
        const done = receipt === undefined ? undefined : decided.get(receipt)
        if (done) return done
      }
      const loaded = await loadState(collections, session, works, reading)
      const { outcomes, effects } = decideAll(works, loaded)
      if (effects.every((each) => isEmpty(each)) && !outcomeUnknown && decided.size === 0) return outcomes
      token = runtime.newId()
      decided.set(token, outcomes)
      await replaceReceipt(session, token)
      const changedAt = runtime.now().toISOString()
      await writeEffects(collections, session, loaded, effects, reading, changedAt).catch((error) => {
        // One work may take what another gives up, in an order that unique indexes refuse each time: then one by one.
        throw error instanceof Duplicated && works.length > 1
          ? new Error('Not together', { cause: error })
          : error
      })
      await audit.add(
        effects.flatMap(({ entries = [] }) => entries),
        session,
      )
      return outcomes
    }
    try {
      const outcomes = await store.transact(attempt)
      // The token of the transaction just committed, or of an earlier attempt that the receipt showed as applied.
      if (decided.size > 0) receipt = [...decided].find(([, each]) => each === outcomes)?.[0] ?? receipt
      outcomeUnknown = false
      return outcomes
    } catch (error) {
      outcomeUnknown = true
      throw error
    }
  }

  const replaceReceipt = async (session: ClientSession, token: string) => {
    const at = runtime.now()
    if (receipt === undefined) {
      await collections.receipts.insertOne({ _id: replica, token, at }, { session })
      return
    }
    const before = { _id: replica, token: receipt }
    const { matchedCount } = await collections.receipts.updateOne(
      before,
      { $set: { token, at } },
      { session },
    )
    if (matchedCount === 1) return
    outcomeUnknown = true
    throw new OutcomeUnknown()
  }

  return createMongoBatcher<Work<unknown>, unknown>({
    runtime,
    callsMax: 1,
    weight: ({ reads }) => Math.max(1, reads.orderIds?.length ?? 0),
    send: run,
    // Any other failure may be caused by one work: it cannot be written, or needs an unreadable document.
    mayBeOneItem: (error) => (error as { code?: unknown }).code !== 'store_unavailable',
  }) as Ledger
}

/** Each work sees the changes of those before it. Does not change `loaded`. */
function decideAll(works: readonly Work<unknown>[], loaded: State) {
  const state = copyOf(loaded)
  const effects: Effects[] = []
  const outcomes = works.map((work): Outcome<unknown> => {
    try {
      const { answer, ...changed } = work.decide(state)
      apply(state, changed)
      effects.push(changed)
      return succeeded(answer)
    } catch (error) {
      return failed(error)
    }
  })
  return { outcomes, effects }
}

const isEmpty = ({
  products = [],
  movements = [],
  reservations = [],
  attempts = [],
  groups = [],
  variants = [],
  tree,
}: Effects): boolean =>
  tree === undefined &&
  [products, movements, reservations, attempts, groups, variants].every(({ length }) => length === 0)
