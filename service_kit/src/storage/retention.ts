/**
 * Removes old records of a store in the background, after they were archived (decision 30). What is old enough, and what
 * must stay, are the rules of a service (its RetentionSource).
 *
 * Promises
 *  1. A record is removed only after the archive has it on its disk (archive.ts), unless its kind needs no copy. If the archive fails, nothing more is
 *     removed in this run, one line is logged, and the next run tries again; the service itself goes on.
 *  2. One replica at a time works, under a lease which it renews. A lost lease does no harm: each removal has its own
 *     condition, so a record is removed once, and at worst archived twice.
 *  3. A clock that was set far ahead removes nothing young (clock_doubt.ts).
 *  4. The work is bounded: RECORDS_AT_ONCE records, then a pause. It ends after the current batch when the service stops.
 */
import type { Logger } from 'pino'
import type { Metrics } from '../runtime/metrics.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Archive } from './archive.ts'
import { createClockDoubt } from './clock_doubt.ts'

/** Records read, archived and removed between two pauses. */
export const RECORDS_AT_ONCE = 200
export const BATCH_PAUSE_MS = 25
/** Between two runs, whichever replica makes them. */
export const RUN_EVERY_MS = 60 * 60_000
/** After a run that failed, and after a start. */
export const RUN_SOON_MS = 60_000
/** Longer than a batch can take. */
export const LEASE_MS = 5 * 60_000
export const LEASE_AHEAD_MAX_MS = 2 * RUN_EVERY_MS
const DAY_MS = 24 * 60 * 60_000

/** Records of one kind. */
export type RetentionSource<Item> = {
  /** Of the archive, and a label of the metrics. */
  readonly kind: string
  /**
   * Records that may be removed because they ended before `before`, at most `limit`, after the position `after`. `next` is
   * the position behind them; undefined at the end. A page may be empty and not the last.
   */
  due(
    before: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>
  /** Removes those of the items that may still be removed. Resolves how many those were. Safe to repeat. */
  remove(items: readonly Item[]): Promise<number>
}

/** What one process at a time does. Times are wall clock times, because replicas share them. */
export type Lease = {
  /**
   * Until `until`. False while another owner has it at `now`. An end more than LEASE_AHEAD_MAX_MS ahead was written by a clock
   * that was wrong, and does not count.
   */
  take(owner: string, now: Date, until: Date): Promise<boolean>
  /** When it ended or ends; undefined if it was never taken. */
  end(): Promise<Date | undefined>
}

export type RetentionTask = {
  readonly days: number
  readonly source: RetentionSource<unknown>
  /** False for what may go without a copy. */
  readonly archived?: boolean
}

export const createRetentionMetrics = ({ counter, gauge }: Metrics) => ({
  removed: counter(
    'retention_removed_total',
    'Records that were archived and removed, or whose personal fields were erased, by kind.',
    ['kind'],
  ),
  failing: gauge('retention_failing', '1 if the last run that removes old records failed, otherwise 0.'),
  finished: gauge(
    'retention_finished_timestamp_seconds',
    'End of the last complete run of this replica, in Unix time; 0 before the first.',
  ),
})
export type RetentionMetrics = ReturnType<typeof createRetentionMetrics>

export type RetentionOptions = {
  readonly tasks: readonly RetentionTask[]
  readonly lease: Lease
  readonly archive: Archive
  readonly metrics: RetentionMetrics
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'sleep' | 'random' | 'newId'>
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
}

export type Retention = {
  /** One run. False if another replica does it, or has done it less than RUN_EVERY_MS ago, or the clock may be wrong. */
  run(): Promise<boolean>
  start(): void
  /** Resolves when the current batch has ended. */
  stop(): Promise<void>
}

export function createRetention(options: RetentionOptions): Retention {
  const { tasks, lease, archive, metrics, runtime, logger } = options
  const { now, monotonic } = runtime
  const { removed, failing, finished } = metrics
  const owner = runtime.newId()
  const stopping = new AbortController()
  const { signal } = stopping
  const mayBeWrong = createClockDoubt(options)
  let running: Promise<void> | undefined
  let takenAt = 0

  const takeFor = async (ms: number) => {
    takenAt = monotonic()
    const at = now()
    return lease.take(owner, at, new Date(at.getTime() + ms))
  }

  /** False if it ended early: the service stops, or the lease is lost. */
  const removeOld = async ({ days, source, archived = true }: RetentionTask, at: Date): Promise<boolean> => {
    const before = new Date(at.getTime() - days * DAY_MS).toISOString()
    let after: string | undefined
    do {
      if (signal.aborted) return false
      if (monotonic() - takenAt > LEASE_MS / 3 && !(await takeFor(LEASE_MS))) return false
      const { items, next } = await source.due(before, after, RECORDS_AT_ONCE)
      if (items.length > 0) {
        if (archived) await archive.add(source.kind, items)
        removed.inc({ kind: source.kind }, await source.remove(items))
      }
      after = next
      if (after !== undefined) await runtime.sleep(BATCH_PAUSE_MS, signal).catch(() => {})
    } while (after !== undefined)
    return true
  }

  const removeAllOld = async (at: Date) => {
    for (const task of tasks) if (!(await removeOld(task, at))) return false
    return true
  }

  const run = async () => {
    const at = now()
    if ((await mayBeWrong(at)) || !(await takeFor(LEASE_MS))) return false
    let complete = false
    try {
      const all = await removeAllOld(at)
      await archive.close()
      complete = all
    } finally {
      // After a failure: the first one counts.
      await archive.close().catch(() => {})
      // A little less, so that the next run of this replica finds it free. Without success: at once.
      await takeFor(complete ? RUN_EVERY_MS - RUN_SOON_MS : 0).catch(() => {})
    }
    if (complete) finished.set(now().getTime() / 1000)
    return true
  }

  const repeat = async () => {
    let failed = false
    for (let wait = RUN_SOON_MS; ; ) {
      try {
        // Random, so that replicas started together do not run together.
        await runtime.sleep(wait * (1 + runtime.random() / 4), signal, { background: true })
        await run()
        if (failed) logger.info('old records are archived and removed again')
        failed = false
        failing.set(0)
        wait = RUN_EVERY_MS
      } catch (err) {
        if (signal.aborted) return
        failing.set(1)
        wait = RUN_SOON_MS
        if (!failed)
          logger.error(
            { err },
            'old records could not be archived, so they stay; it is tried again every minute',
          )
        failed = true
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
