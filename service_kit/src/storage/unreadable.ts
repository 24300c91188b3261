/**
 * What a store holds and nobody can read: a row or document changed from outside, that passes the checks of the store.
 *
 * Promises
 *  1. It stands in nobody's way: where many are read, the others are there, and pages are as full as they would be.
 *  2. It is told each time it is met (createUnreadableTold bounds the lines), and never taken for absent: asked for by
 *     itself, the answer is a failure.
 */
import type { Logger } from 'pino'
import type { Metrics } from '../runtime/metrics.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** Hears of each one that is met. */
export type OnUnreadable = (id: string, why: string) => void

/** Of each kind of thing a store holds, by its name in a sentence: `an order`. */
export type UnreadableOf = (what: string) => OnUnreadable

/** For whoever opens a store and does not want to hear. */
export const HEARD_BY_NOBODY: UnreadableOf = () => () => {}

/** Rows read at once to fill a page of which some cannot be read, so that many in a row cost few queries. */
const MORE_AT_ONCE = 100

export class Unreadable extends Error {
  constructor(id: string, cause: unknown) {
    super(`${id} cannot be read: ${(cause as Error).message}`, { cause })
    this.name = 'Unreadable'
  }
}

/** `read` and, of many, those that can be read. */
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
  /** `rowsBehind` resolves up to so many rows of the page's order, behind those it gave before. */
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
  /** `rowsAt` resolves up to so many rows after (or before) an id; ids are in the order of the page. */
  const page = <Id extends string | undefined>(
    limit: number,
    at: Id | string,
    rowsAt: (count: number, at: Id | string) => readonly Row[] | Promise<readonly Row[]>,
  ): Promise<Value[]> =>
    fill(limit, (count, before) => rowsAt(count, before.length === 0 ? at : idOf(before.at(-1)!)))
  return { one, many, fill, page }
}

/** Of one id a line in so long, and of so many ids at all. */
export const TOLD_AGAIN_MS = 10 * 60_000
const REMEMBERED_MAX = 1_000

export function createUnreadableTold({
  logger,
  metrics,
  runtime: { monotonic },
}: {
  logger?: Logger
  metrics: Metrics
  runtime: Pick<Runtime, 'monotonic'>
}): UnreadableOf {
  const met = metrics.counter(
    'unreadable_rows_total',
    'Rows of the store that were met and cannot be read.',
    ['what'],
  )
  const toldAt = new Map<string, number>()
  return (what) => (id, why) => {
    met.inc({ what })
    const key = `${what} ${id}`
    const now = monotonic()
    if (now - (toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS) return
    toldAt.delete(key)
    toldAt.set(key, now)
    if (toldAt.size > REMEMBERED_MAX) toldAt.delete(toldAt.keys().next().value!)
    logger?.error(
      { id, why },
      `${what} cannot be read, and waits for a person: the last backup may have it whole`,
    )
  }
}
