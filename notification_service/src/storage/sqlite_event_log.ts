/**
 * The event log in SQLite. Positions are given inside a write, and writes of all processes come one after the other: a position is
 * visible when those below it are (invariant E2).
 */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { decide, type RecordedEvent, validateStoredEvent } from '../domain/event.ts'
import type { EventLog, OldEvents } from '../domain/ports.ts'

export const EVENT_COLUMNS = 'position, aggregate, sequence, type, time, data, coalesced, recorded_at'
export type EventRow = readonly unknown[]

export const eventOf = (row: EventRow): RecordedEvent =>
  validateStoredEvent({
    position: Number(row[0]),
    aggregate: row[1] as string,
    sequence: Number(row[2]),
    type: row[3] as string,
    time: row[4] as string,
    data: JSON.parse(row[5] as string),
    coalesced: Number(row[6]) === 1,
    recordedAt: row[7] as string,
  })

export function createSqliteEventLog(
  { reader, writer, write }: SqliteStore,
  onUnreadable: OnUnreadable,
): EventLog {
  const reading = createReading(eventOf, ([position]: EventRow) => String(position), onUnreadable)
  const heads = writer.prepare(
    'SELECT aggregate, sequence FROM aggregates WHERE aggregate IN (SELECT value FROM json_each(?))',
  )
  const last = writer.prepare('SELECT coalesce(max(position), 0) AS position FROM events')
  const add = writer.prepare(`INSERT INTO events (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const setHead = writer.prepare(`INSERT INTO aggregates VALUES (?, ?)
    ON CONFLICT (aggregate) DO UPDATE SET sequence = excluded.sequence`)
  const ends = reader.prepare(
    'SELECT (SELECT min(position) FROM events) AS first, (SELECT max(position) FROM events) AS last',
  )
  const one = reader.prepare(`SELECT ${EVENT_COLUMNS} FROM events WHERE aggregate = ? AND sequence = ?`)
  one.setReturnArrays(true)
  const rows = (sql: string) => {
    const statement = reader.prepare(sql)
    statement.setReturnArrays(true)
    return statement as unknown as { all(...values: (string | number)[]): readonly EventRow[] }
  }
  const select = `SELECT ${EVENT_COLUMNS} FROM events WHERE position > ? AND position <= ?`
  const all = rows(`${select} ORDER BY position LIMIT ?`)
  const ofTypes = rows(`${select} AND type IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT ?`)

  return {
    record: (events, at) =>
      write(() => {
        const names = JSON.stringify([...new Set(events.map(({ aggregate }) => aggregate))])
        const known = heads.all(names) as { aggregate: string; sequence: number }[]
        const decision = decide(events, new Map(known.map((head) => [head.aggregate, head.sequence])))
        if (decision.accepted.length === 0) return decision.receipts
        let { position } = last.get() as { position: number }
        for (const { aggregate, sequence, type, time, data, coalesced } of decision.accepted) {
          position += 1
          add.run(position, aggregate, sequence, type, time, JSON.stringify(data), coalesced ? 1 : 0, at)
        }
        for (const [aggregate, sequence] of decision.heads) setHead.run(aggregate, sequence)
        return decision.receipts
      }),
    async ends() {
      const { first, last } = ends.get() as { first: number | null; last: number | null }
      return first === null || last === null ? undefined : { first, last }
    },
    async find(aggregate, sequence) {
      const row = one.get(aggregate, sequence) as unknown as EventRow | undefined
      return row && reading.one(row)
    },
    between: (after, upTo, limit, types) =>
      reading.page(limit, String(after), (count, at) =>
        types === undefined
          ? all.all(Number(at), upTo, count)
          : ofTypes.all(Number(at), upTo, JSON.stringify(types), count),
      ),
  }
}

/** At most so many in one write. */
const REMOVED_AT_ONCE = 50

export function createSqliteOldEvents({ reader, writer, write }: SqliteStore): OldEvents {
  const page = reader.prepare(
    'SELECT position, recorded_at AS recordedAt FROM events WHERE position > ? ORDER BY position LIMIT ?',
  )
  const remove = writer.prepare(
    'DELETE FROM events WHERE position = ? AND position < (SELECT max(position) FROM events)',
  )
  // Of their deliveries those that are over.
  const forget =
    writer.prepare(`DELETE FROM deliveries INDEXED BY deliveries_by_state WHERE endpoint_id IN (SELECT id FROM endpoints)
    AND state IN ('done', 'dead') AND position <= ?`)
  return {
    kind: 'event',
    async due(before, after = '0', limit) {
      const found = page.all(Number(after), limit) as { position: number; recordedAt: string }[]
      return oldest(found, before, limit)
    },
    async remove(events) {
      let removed = 0
      for (let from = 0; from < events.length; from += REMOVED_AT_ONCE) {
        const some = events.slice(from, from + REMOVED_AT_ONCE)
        removed += await write(() => {
          forget.run(Math.max(...some.map(({ position }) => position)))
          return some.reduce((sum, { position }) => sum + Number(remove.run(position).changes), 0)
        })
      }
      return removed
    },
  }
}

/** Up to the first that is not old: the log has no holes. */
export function oldest<Event extends { readonly position: number; readonly recordedAt: string }>(
  found: readonly Event[],
  before: string,
  limit: number,
): { items: readonly Event[]; next: string | undefined } {
  const young = found.findIndex(({ recordedAt }) => recordedAt >= before)
  if (young !== -1) return { items: found.slice(0, young), next: undefined }
  return { items: found, next: found.length < limit ? undefined : String(found.at(-1)!.position) }
}
