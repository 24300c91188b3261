/**
 * Keeping the search index in step with the products, beside the requests.
 *
 * Promises
 *  1. An edit is answered when its words are in the index, so that its author finds them; but not later than
 *     WORDS_WAIT_MS, for it is made already, and the words follow.
 *  2. Nothing that happens to the index fails a write, a read, or an opening. It is told when it changes, tried again
 *     for as long as it takes, and what was left is done then.
 *  3. Products taken anew are taken a few at a time with pauses. Opening a store waits for the newest REINDEXED_FIRST.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Progress } from './sqlite_index.ts'
import type { Indexing as Step, Suspect } from './sqlite_index_file.ts'

/** How long the answer to an edit waits for its words. */
export const WORDS_WAIT_MS = 2_000
/** How long the first step may take until nobody waits for it: neither an opening nor an edit. */
export const OPENING_WAIT_MS = 5_000
/** Products that are in the index before anybody is served. */
export const REINDEXED_FIRST = 1_000
/** Taken in one transaction: changes that somebody may wait for, and products with pauses between. */
const FIRST_STEP = 200
const STEP = 50
const PAUSE_MS = 5
const AGAIN: Backoff = { firstMs: 50, maxMs: 5_000 }

export type Indexing = {
  /** Resolves when the change is in the index, or nobody waits any longer. Never rejects. */
  reached(change: number): Promise<void>
  /** Something may be left to do. */
  look(suspect?: Suspect): void
  stop(): Promise<void>
}

/** For who only looks at the store. */
export const NO_INDEXING: Indexing = { async reached() {}, look() {}, async stop() {} }

type Waiting = { readonly change: number; readonly done: () => void }

export function createIndexing(
  take: (step: Step) => Promise<Progress>,
  notice: (text: string) => void,
  { after, sleep }: Pick<Runtime, 'after' | 'sleep'>,
): Indexing & { opened(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const begun = Promise.withResolvers<void>()
  const waiting = new Set<Waiting>()
  let reached = 0
  /** Products taken anew, of so many that there were. */
  let anew = 0
  let all = 0
  let told: string | undefined
  let toldLeft = false
  let wanted: Pick<Step, 'suspect'> | undefined
  let running: Promise<void> | undefined

  // Pauses hold no process, and whoever stops does not wait for them.
  const pause = (ms: number) => sleep(ms, signal, { background: true }).catch(() => {})

  const arrived = ({ number, left }: Progress, most: number) => {
    if (told !== undefined) notice('The search index is written again.')
    told = undefined
    reached = Math.max(reached, number)
    for (const each of waiting) if (each.change <= reached) each.done()
    all = left === 0 ? 0 : Math.max(all, left + most)
    anew = all - left
    if (left > 0 && !toldLeft && anew >= REINDEXED_FIRST) {
      toldLeft = true
      notice(`${left} products are being indexed again; until that is done a search may miss some.`)
    }
    if (left === 0 && toldLeft) {
      toldLeft = false
      notice('All products are indexed again.')
    }
    if (left === 0 || toldLeft) begun.resolve()
  }

  const failed = (error: unknown) => {
    const why = reasonOf(error)
    if (why !== told && !signal.aborted) {
      notice(`The search index cannot be written, so a search may miss what was changed: ${why}`)
    }
    told = why
    begun.resolve()
  }

  const follow = async () => {
    let failures = 0
    while (wanted && !signal.aborted) {
      const suspect = wanted.suspect
      wanted = undefined
      try {
        const step = waiting.size > 0 || anew < REINDEXED_FIRST ? FIRST_STEP : STEP
        // What took too long is tried with less.
        const most = Math.max(1, step >> failures)
        const progress = await take({ most, suspect })
        failures = 0
        arrived(progress, most)
        if (progress.more || progress.left > 0) wanted ??= {}
        if (progress.left > 0 && anew > REINDEXED_FIRST && waiting.size === 0) await pause(PAUSE_MS)
      } catch (error) {
        wanted ??= { suspect }
        failed(error)
        // Without chance: there is no crowd that would come back together.
        await pause(pauseMs(AGAIN, ++failures, 1))
      }
    }
    // At once, so that whoever looks from now on begins anew.
    running = undefined
  }

  const look = (suspect?: Suspect) => {
    wanted = { suspect: suspect ?? wanted?.suspect }
    running ??= follow()
  }

  /** Also for the first edit of a shop that was empty, whose thread is only starting. */
  const begin = async () => {
    look()
    const cancel = after(OPENING_WAIT_MS, begun.resolve)
    await begun.promise
    cancel()
  }

  return {
    look,
    async reached(change) {
      if (change <= reached || signal.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const mine = { change, done: resolve }
      waiting.add(mine)
      await Promise.race([promise, begin()])
      const cancel = after(WORDS_WAIT_MS, resolve)
      await promise
      cancel()
      waiting.delete(mine)
    },
    opened: begin,
    async stop() {
      stopping.abort()
      begun.resolve()
      for (const { done } of waiting) done()
      await running
    },
  }
}
