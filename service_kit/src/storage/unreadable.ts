/**
 * Rows or documents that cannot be read: they were changed from outside, and pass the checks of the database.
 *
 * Invariants
 *  1. They do not block others: a list has all others, and a page is full.
 *  2. Each is reported whenever it is read (createUnreadableReporter limits the log lines), and never treated as absent:
 *     reading it alone fails.
 */
import type { Logger } from 'pino'
import type { Metrics } from '../runtime/metrics.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** Called for each one that is read. */
export type OnUnreadable = (id: string, why: string) => void

/** One callback for each kind of record; `what` is its name in a sentence, such as `an order`. */
export type UnreadableOf = (what: string) => OnUnreadable

export const IGNORE_UNREADABLE: UnreadableOf = () => () => {}

/** Rows read at once to fill up a page, so that many unreadable rows in a row cost few queries. */
const MORE_AT_ONCE = 100

export class Unreadable extends Error {
  constructor(id: string, cause: unknown) {
    super(`${id} cannot be read: ${(cause as Error).message}`, { cause })
    this.name = 'Unreadable'
  }
}

/** Reads rows one by one, or many without the unreadable ones. */
export function createReading<Row, Value>(
  read: (row: Row) => Value,
  idOf: (row: Row) => string,
  onUnreadable: OnUnreadable,
) {
  const one = (row: Row): Value => {
    try {
      return read(row)
    } catch (error) {
      onUnreadable(idOf(row), (error as Error).message)
      throw new Unreadable(idOf(row), error)
    }
  }
  const many = (rows: readonly Row[]): Value[] =>
    rows.flatMap((row) => {
      try {
        return [one(row)]
      } catch {
        return []
      }
    })
  /** `rowsBehind` returns up to `count` rows, in the order of the page, after the rows `before`. */
  const fill = async (
    limit: number,
    rowsBehind: (count: number, before: readonly Row[]) => readonly Row[] | Promise<readonly Row[]>,
  ): Promise<Value[]> => {
    const values: Value[] = []
    const before: Row[] = []
    for (let count = limit; ; count = Math.max(limit, MORE_AT_ONCE)) {
      const rows = await rowsBehind(count, before)
      values.push(...many(rows))
      if (rows.length < count || values.length >= limit) return values.slice(0, limit)
      before.push(...rows)
    }
  }
  /** `rowsAt` returns up to `count` rows after (or before) an id; ids are in the order of the page. */
  const page = <Id extends string | undefined>(
    limit: number,
    at: Id | string,
    rowsAt: (count: number, at: Id | string) => readonly Row[] | Promise<readonly Row[]>,
  ): Promise<Value[]> =>
    fill(limit, (count, before) => rowsAt(count, before.length === 0 ? at : idOf(before.at(-1)!)))
  return { one, many, fill, page }
}

/** At most one log line for an id in this time, for up to REMEMBERED_MAX ids. */
export const REPORT_AGAIN_MS = 10 * 60_000
const REMEMBERED_MAX = 1_000

export function createUnreadableReporter({
  logger,
  metrics,
  runtime: { monotonic },
}: {
  logger?: Logger | undefined
  metrics: Metrics
  runtime: Pick<Runtime, 'monotonic'>
}): UnreadableOf {
  const found = metrics.counter('unreadable_rows_total', 'Rows read from the store that cannot be decoded.', [
    'what',
  ])
  const reportedAt = new Map<string, number>()
  return (what) => (id, why) => {
    found.inc({ what })
    const key = `${what} ${id}`
    const now = monotonic()
    if (now - (reportedAt.get(key) ?? Number.NEGATIVE_INFINITY) < REPORT_AGAIN_MS) return
    reportedAt.delete(key)
    reportedAt.set(key, now)
    if (reportedAt.size > REMEMBERED_MAX) reportedAt.delete(reportedAt.keys().next().value!)
    logger?.error({ id, why }, `${what} cannot be read; repair it by hand, or from the last backup`)
  }
}
