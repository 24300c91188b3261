/**
 * What a store holds and nobody can read: a row or document changed from outside, that passes the checks of the store.
 *
 * Promises
 *  1. It stands in nobody's way: where many are read, the others are there, and pages are as full as they would be.
 *  2. It is told each time it is met (createUnreadableTold bounds the lines), and never taken for absent: asked for by
 *     itself, the answer is a failure.
 */
import type { Logger } from 'pino'
import type { Metrics } from './metrics.ts'

/** Hears of each one that is met. */
export type OnUnreadable = (id: string, why: string) => void

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
  /** `rowsAt` resolves up to so many rows after (or before) an id; ids are in the order of the page. */
  const page = async <Id extends string | undefined>(
    limit: number,
    at: Id | string,
    rowsAt: (limit: number, at: Id | string) => readonly Row[] | Promise<readonly Row[]>,
  ): Promise<Value[]> => {
    const values: Value[] = []
    for (let from = at; ; ) {
      const wanted = limit - values.length
      const rows = await rowsAt(wanted, from)
      values.push(...many(rows))
      if (rows.length < wanted || values.length === limit) return values
      from = idOf(rows.at(-1)!)
    }
  }
  return { one, many, page }
}

/** Of one id a line in so long, and of so many ids at all. */
export const TOLD_AGAIN_MS = 10 * 60_000
const REMEMBERED_MAX = 1_000

export function createUnreadableTold(
  what: string,
  {
    logger,
    metrics,
    clock = () => performance.now(),
  }: { logger?: Logger; metrics: Metrics; clock?: () => number },
): OnUnreadable {
  const met = metrics.counter(
    'unreadable_rows_total',
    'Rows of the store that were met and cannot be read.',
    ['what'],
  )
  const toldAt = new Map<string, number>()
  return (id, why) => {
    met.inc({ what })
    const now = clock()
    if (now - (toldAt.get(id) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS) return
    toldAt.delete(id)
    toldAt.set(id, now)
    if (toldAt.size > REMEMBERED_MAX) toldAt.delete(toldAt.keys().next().value!)
    logger?.error({ id, why }, `${what} cannot be read, and waits for a person: npm run doctor tells which`)
  }
}
