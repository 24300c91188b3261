/**
 * Reads the catalogue into memory (domain/catalogue) soon after the start of the process, so that no visitor waits for it.
 * Readiness does not wait for this: products and orders are answered meanwhile, and pages show the plain list.
 *
 * Invariants
 *  1. It ends when lists answer, after READ_AHEAD_MAX_MS, or when it is stopped; then the next visitor goes on with the reading.
 *  2. There is at most one question at a time, so visitors wait for one step of the reading at most.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { ListingQuery, Listings } from './domain/listings.ts'

/** The start of a process needs the processor for other things, and some end at once. */
export const READ_AHEAD_AFTER_MS = 1_000
export const READ_AHEAD_PAUSE_MS = 100
/** 1,000,000 products take half a minute. */
export const READ_AHEAD_MAX_MS = 600_000

const ANYTHING: ListingQuery = {
  ...{ words: [], category: undefined, inStock: false, choices: [] },
  ...{ priceMinMinor: undefined, priceMaxMinor: undefined },
  ...{ sort: 'newest', after: undefined, limit: 1 },
}

export type ReadAheadOptions = {
  readonly listings: Pick<Listings, 'list'>
  readonly runtime: Pick<Runtime, 'monotonic' | 'sleep'>
  readonly onRead: (tookMs: number) => void
  readonly onFailure: (error: unknown) => void
}

export function createReadAhead({ listings, runtime, onRead, onFailure }: ReadAheadOptions) {
  const stopping = new AbortController()
  let running: Promise<void> | undefined

  const pause = (ms: number) => runtime.sleep(ms, stopping.signal, { background: true }).catch(() => {})
  const read = async () => {
    await pause(READ_AHEAD_AFTER_MS)
    const startedAt = runtime.monotonic()
    while (!stopping.signal.aborted) {
      try {
        await listings.list(ANYTHING)
        return onRead(runtime.monotonic() - startedAt)
      } catch (error) {
        if (runtime.monotonic() - startedAt >= READ_AHEAD_MAX_MS) return onFailure(error)
      }
      await pause(READ_AHEAD_PAUSE_MS)
    }
  }

  return {
    start() {
      running ??= read()
    },
    /** Resolves when the question under way was answered. */
    async stop() {
      stopping.abort()
      await running
    },
  }
}
