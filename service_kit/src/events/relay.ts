/**
 * Publishes the events of a service: reads what is unpublished, sends it, and then records that it is published.
 *
 * Invariants
 *  1. Nothing is recorded as published that the log does not have. So whatever stops between two steps, events are sent again and
 *     never lost; the log knows those that it has.
 *  2. Events of one thing are sent in their order, from the number that the log expects: after a gap, as when the log was restored
 *     from a backup, from the number that it names. So it has them in order, however many relays send at once.
 *  3. A thing whose events cannot be read or are refused delays no other (batch.ts).
 *  4. While the log cannot be reached, nothing is sent but one call after each pause, which grows to BACKOFF.maxMs.
 *  5. One replica at a time sends, under a lease. A lost lease does no harm (1, 2). A clock that was wrong holds it for at most twice
 *     LEASE_MS.
 *
 * A round is every ROUND_MS: an order that was placed a moment ago is then mostly decided, so that both of its events go
 * in one call, and its row is marked once.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { inContext, NO_REQUEST } from '../runtime/request_context.ts'
import { createBatch, type RelayOptions, THINGS_AT_ONCE } from './batch.ts'

export const ROUND_MS = 1_000
/** Longer than one batch takes, whose calls have a deadline. */
export const LEASE_MS = 30_000
export const BACKOFF: Backoff = { firstMs: 1_000, maxMs: 30_000 }
/** Between two passes of `sweep`, whose steps are in rounds of their own. */
export const SWEEP_EVERY_MS = 10 * 60_000
/** Between two looks at the backlog, for the metrics. */
export const LOOK_EVERY_MS = 15_000
/** Batches of one round, unless the options say another number. */
const BATCHES_MAX = 100

export type Relay = {
  /** Publishes what was unpublished. Resolves false if another replica does. */
  round(): Promise<boolean>
  start(): void
  /** Ends after the current batch. */
  stop(): Promise<void>
}

export function createRelay(options: RelayOptions): Relay {
  const { source, runtime, metrics, logger, batchesPerRound = BATCHES_MAX } = options
  const { now, monotonic } = runtime
  const owner = runtime.newId()
  const { waiting, oldest } = metrics
  const { kind } = source
  const batch = createBatch(options)
  let stopped = false
  let running: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let failures = 0
  let looked = Number.NEGATIVE_INFINITY
  let swept = Number.NEGATIVE_INFINITY

  const take = (ms: number) => {
    const at = now()
    return source.lease.take(owner, at, new Date(at.getTime() + ms))
  }

  const look = async () => {
    if (monotonic() - looked < LOOK_EVERY_MS) return
    looked = monotonic()
    const at = now().getTime()
    const { count, oldestAt } = await source.backlog()
    waiting.set({ kind }, count)
    oldest.set({ kind }, oldestAt === undefined ? 0 : Math.max(0, (at - Date.parse(oldestAt)) / 1_000))
  }

  const round = async (): Promise<boolean> => {
    // Most rounds have nothing to do, and write nothing.
    const some = await source.unpublished(now().toISOString(), 1)
    const sweeps = source.sweep !== undefined && monotonic() - swept >= SWEEP_EVERY_MS
    if (some.length === 0 && !sweeps) return true
    if (!(await take(LEASE_MS))) return false
    if (sweeps && !(await source.sweep!())) swept = monotonic()
    for (let batches = 0; batches < batchesPerRound && !stopped; batches++) {
      if ((await batch()) < THINGS_AT_ONCE) break
      if (!(await take(LEASE_MS))) return false
    }
    return true
  }

  const run = async () => {
    let pause = ROUND_MS
    try {
      await look()
      await round()
      if (failures > 0) logger?.info('events are published again')
      failures = 0
    } catch (err) {
      failures += 1
      if (failures === 1) logger?.warn({ err }, 'events could not be published; it is tried again')
      pause = Math.max(ROUND_MS, pauseMs(BACKOFF, failures, runtime.random()))
    }
    if (!stopped) cancel = runtime.after(pause, begin, { background: true })
  }
  const begin = () => {
    running = inContext(NO_REQUEST, run)
  }

  return {
    round,
    start: begin,
    async stop() {
      stopped = true
      cancel?.()
      await running
      // So that another replica need not wait for its end.
      await take(-1).catch(() => {})
    },
  }
}
