/**
 * Checks invariant 2 in the background: compares every product with its ledger, in slices with pauses, and reports how many
 * do not match. It never repairs a mismatch: the cause must be found first.
 */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Audit, LedgerMismatch } from './domain/ports.ts'

/**
 * Products compared between two pauses. With hundreds of movements each that takes a few percent of one core; 100,000
 * products take about a minute.
 */
export const SLICE_PRODUCTS_MAX = 4
const PAUSE_MS = 2
const FIRST_AFTER_MS = 60_000

export type LedgerCheckOptions = {
  readonly audit: Audit
  readonly metrics: Metrics
  readonly runtime: Pick<Runtime, 'now' | 'sleep'>
  readonly intervalMs: number
  readonly onMismatch: (mismatch: LedgerMismatch) => void
  readonly onFailure: (error: unknown) => void
}

export type LedgerCheck = {
  /** One pass over all products; resolves the number of mismatches. */
  run(): Promise<number>
  start(): void
  /** Resolves when the current pass has ended. */
  stop(): Promise<void>
}

export function createLedgerCheck(options: LedgerCheckOptions): LedgerCheck {
  const { audit, metrics, runtime, intervalMs, onMismatch, onFailure } = options
  const mismatched = metrics.gauge(
    'stock_ledger_mismatches',
    'Products whose stock or reserved units differ from their history; 0 is right.',
  )
  const checked = metrics.gauge(
    'stock_ledger_checked_timestamp_seconds',
    'End of the last pass over all products, in Unix time; 0 before the first.',
  )
  const stopping = new AbortController()
  let running: Promise<void> | undefined

  const run = async () => {
    let count = 0
    let after: string | undefined
    do {
      const slice = await audit.ledgerMismatches(after, SLICE_PRODUCTS_MAX)
      slice.mismatches.forEach(onMismatch)
      count += slice.mismatches.length
      after = slice.next
      await runtime.sleep(PAUSE_MS, stopping.signal)
    } while (after !== undefined)
    mismatched.set(count)
    checked.set(runtime.now().getTime() / 1000)
    return count
  }

  const repeat = async () => {
    for (let wait = Math.min(FIRST_AFTER_MS, intervalMs); ; wait = intervalMs) {
      try {
        await runtime.sleep(wait, stopping.signal, { background: true })
        await run()
      } catch (error) {
        if (stopping.signal.aborted) return
        onFailure(error)
      }
    }
  }

  return {
    run,
    start() {
      running ??= repeat()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
