/**
 * Updates the search index in the background.
 *
 * Promises
 *  1. An edit is answered when its words are in the index, so its author finds them; but after WORDS_WAIT_MS at the latest,
 *     because it is committed already and the words follow.
 *  2. A failure of the index never fails a write, a read, or an opening. Each new failure is reported once, and the update
 *     is retried until it succeeds.
 *  3. Products that are indexed again are processed in small steps with pauses. Opening a store waits for the newest
 *     REINDEXED_FIRST.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Progress } from './sqlite_index.ts'
import type { DamageReport, IndexRequest } from './sqlite_index_file.ts'

/** How long the answer to an edit waits for its words. */
export const WORDS_WAIT_MS = 2_000
/** How long an opening or an edit waits for the first step. */
export const OPENING_WAIT_MS = 5_000
/** Products that are indexed before the store is open. */
export const REINDEXED_FIRST = 1_000
/** Products in one transaction: if a caller may wait for it, and in the background. */
const FIRST_STEP = 200
const STEP = 50
const PAUSE_MS = 5
const BACKOFF: Backoff = { firstMs: 50, maxMs: 5_000 }

export type Indexer = {
  /** Resolves when the change is in the index, or after a time limit. Never rejects. */
  waitUntilIndexed(change: number): Promise<void>
  /** Starts an update, unless one is running. */
  wake(damage?: DamageReport): void
  stop(): Promise<void>
}

/** For a store that is only read. */
export const NO_INDEXER: Indexer = { async waitUntilIndexed() {}, wake() {}, async stop() {} }

type Waiting = { readonly change: number; readonly done: () => void }

export function createIndexer(
  indexNext: (step: IndexRequest) => Promise<Progress>,
  notice: (text: string) => void,
  { after, sleep }: Pick<Runtime, 'after' | 'sleep'>,
): Indexer & { waitUntilReady(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const ready = Promise.withResolvers<void>()
  const waiting = new Set<Waiting>()
  let indexedUpTo = 0
  /** Products indexed again, of `all`. */
  let reindexed = 0
  let all = 0
  let reportedFault: string | undefined
  let reportedRemaining = false
  let pending: Pick<IndexRequest, 'damage'> | undefined
  let running: Promise<void> | undefined

  // A pause neither keeps the process alive nor delays `stop`.
  const pause = (ms: number) => sleep(ms, signal, { background: true }).catch(() => {})

  const onProgress = ({ number, left }: Progress, limit: number) => {
    if (reportedFault !== undefined) notice('The search index is written again.')
    reportedFault = undefined
    indexedUpTo = Math.max(indexedUpTo, number)
    for (const each of waiting) if (each.change <= indexedUpTo) each.done()
    all = left === 0 ? 0 : Math.max(all, left + limit)
    reindexed = all - left
    if (left > 0 && !reportedRemaining && reindexed >= REINDEXED_FIRST) {
      reportedRemaining = true
      notice(`${left} products are being indexed again; until that is done a search may miss some.`)
    }
    if (left === 0 && reportedRemaining) {
      reportedRemaining = false
      notice('All products are indexed again.')
    }
    if (left === 0 || reportedRemaining) ready.resolve()
  }

  const onFailure = (error: unknown) => {
    const reason = reasonOf(error)
    if (reason !== reportedFault && !signal.aborted) {
      notice(`The search index cannot be written, so a search may miss what was changed: ${reason}`)
    }
    reportedFault = reason
    ready.resolve()
  }

  const run = async () => {
    let failures = 0
    while (pending && !signal.aborted) {
      const damage = pending.damage
      pending = undefined
      try {
        const step = waiting.size > 0 || reindexed < REINDEXED_FIRST ? FIRST_STEP : STEP
        // Halved after each failure, because the step may have taken too long.
        const limit = Math.max(1, step >> failures)
        const progress = await indexNext({ limit, damage })
        failures = 0
        onProgress(progress, limit)
        if (progress.more || progress.left > 0) pending ??= {}
        if (progress.left > 0 && reindexed > REINDEXED_FIRST && waiting.size === 0) await pause(PAUSE_MS)
      } catch (error) {
        pending ??= { damage }
        onFailure(error)
        // Without jitter: there is only one client.
        await pause(pauseMs(BACKOFF, ++failures, 1))
      }
    }
    // Without an `await` before it, so that a later `wake` starts a new run.
    running = undefined
  }

  const wake = (damage?: DamageReport) => {
    pending = { damage: damage ?? pending?.damage }
    running ??= run()
  }

  /** Also used by the first edit of an empty shop, whose thread is still starting. */
  const waitUntilReady = async () => {
    wake()
    const cancel = after(OPENING_WAIT_MS, ready.resolve)
    await ready.promise
    cancel()
  }

  return {
    wake,
    async waitUntilIndexed(change) {
      if (change <= indexedUpTo || signal.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const mine = { change, done: resolve }
      waiting.add(mine)
      await Promise.race([promise, waitUntilReady()])
      const cancel = after(WORDS_WAIT_MS, resolve)
      await promise
      cancel()
      waiting.delete(mine)
    },
    waitUntilReady,
    async stop() {
      stopping.abort()
      ready.resolve()
      for (const { done } of waiting) done()
      await running
    },
  }
}
