/**
 * The log as a feed: readers ask for what is after the position that they have.
 *
 * Invariants
 *  F1. No event is left out silently (E2): a reader who goes on at `nextAfter` has been given every event up to there that fits the
 *      types. So the end of the log is read before, and nothing behind it is part of the answer: a query with types may read the log
 *      in pieces of different moments. Its beginning is read after: old events may be removed meanwhile.
 *  F2. A call reads at most SCAN_MAX positions, however few events fit.
 */
import { DomainError } from './errors.ts'
import type { RecordedEvent } from './event.ts'
import type { EventLog } from './ports.ts'

export const SCAN_MAX = 2_000

const EMPTY = { first: 1, last: 0 }

export type FeedQuery = {
  readonly after: number
  readonly limit: number
  readonly types: readonly string[] | undefined
}

export type FeedPage = {
  readonly events: readonly RecordedEvent[]
  readonly nextAfter: number
  /** There are more events than these, though perhaps of other types. */
  readonly more: boolean
}

/** Fails with `events_removed` if events after the position are gone, and with `position_unknown` if it is behind the end. */
export async function readFeed(
  log: Pick<EventLog, 'ends' | 'between'>,
  { after, limit, types }: FeedQuery,
): Promise<FeedPage> {
  const { first, last } = (await log.ends()) ?? EMPTY
  if (after > last) {
    throw new DomainError('position_unknown', `The log ends at position ${last}.`, { last })
  }
  const from = after === 0 ? first - 1 : after
  const upTo = Math.min(last, from + SCAN_MAX)
  const events = await log.between(from, upTo, limit, types)
  const { first: oldest } = (await log.ends()) ?? EMPTY
  if (after > 0 && after < oldest - 1) {
    throw new DomainError('events_removed', `The first event that is still there has position ${oldest}.`, {
      oldest,
    })
  }
  const nextAfter = events.length === limit ? events.at(-1)!.position : upTo
  return { events, nextAfter, more: nextAfter < last }
}
