/**
 * An event: one change, as the service that made it published it. Its order is that of its aggregate, the thing that changed:
 * `order:<id>`, whose events have the versions of that order as their sequence numbers.
 *
 * Invariants
 *  E1. The events of an aggregate are recorded in the order of their sequence numbers, each once and none left out. Of coalesced
 *      ones only the latest counts: a number may be left out, but none comes after a higher one.
 *  E2. An event has a position in the log, one higher than that of the event before, and positions become visible in their order: who
 *      has read up to one has missed none below it. Positions are never used again, except after a restore of the store.
 */

/** Events of one call. */
export const EVENTS_MAX = 100
export const AGGREGATE_LENGTH_MAX = 120
export const TYPE_LENGTH_MAX = 60
/** Of `data` as JSON in UTF-8. With the rest of an event it fits into the 20 KB that receivers of webhooks should accept. */
export const DATA_BYTES_MAX = 16 * 1024

/** `<kind>:<id>`. */
export const AGGREGATE = /^[a-z][a-z_]*:[A-Za-z0-9_-]+$/
/** `<kind>.<what happened>`. */
export const TYPE = /^[a-z][a-z_]*\.[a-z][a-z_]*$/

export type EventData = Readonly<Record<string, unknown>>

export type NewEvent = {
  readonly aggregate: string
  /** From 1. */
  readonly sequence: number
  readonly type: string
  /** When it happened; RFC 3339, UTC. */
  readonly time: string
  readonly data: EventData
  readonly coalesced: boolean
}

export type RecordedEvent = NewEvent & {
  readonly position: number
  readonly recordedAt: string
}

/** The same for every delivery of the event; receivers know by it what they have already. */
export const eventIdOf = ({ aggregate, sequence }: Pick<NewEvent, 'aggregate' | 'sequence'>): string =>
  `${aggregate}:${sequence}`

export type Receipt = {
  readonly aggregate: string
  readonly sequence: number
  /** `gap`: an event before it is missing, and it was not recorded. */
  readonly result: 'accepted' | 'known' | 'gap'
  /** The number that this aggregate goes on with. */
  readonly expected: number
}

export type Decision = {
  /** One for each event, in the order of the call. */
  readonly receipts: readonly Receipt[]
  readonly accepted: readonly NewEvent[]
  /** The last numbers of the aggregates with accepted events. */
  readonly heads: ReadonlyMap<string, number>
}

/** Invariant E1. `last` are the last recorded numbers of aggregates; without one nothing of it was recorded. */
export function decide(events: readonly NewEvent[], last: ReadonlyMap<string, number>): Decision {
  const heads = new Map<string, number>()
  const accepted: NewEvent[] = []
  const receipts = events.map((event): Receipt => {
    const { aggregate, sequence, coalesced } = event
    const head = heads.get(aggregate) ?? last.get(aggregate) ?? 0
    const receipt = { aggregate, sequence }
    if (sequence <= head) return { ...receipt, result: 'known', expected: head + 1 }
    if (sequence > head + 1 && !coalesced) return { ...receipt, result: 'gap', expected: head + 1 }
    accepted.push(event)
    heads.set(aggregate, sequence)
    return { ...receipt, result: 'accepted', expected: sequence + 1 }
  })
  return { receipts, accepted, heads }
}

/** Throws if it is none. */
export function validateStoredEvent(event: RecordedEvent): RecordedEvent {
  const { position, aggregate, sequence, type, time, data, coalesced, recordedAt } = event
  const isGood =
    Number.isSafeInteger(position) &&
    position > 0 &&
    AGGREGATE.test(aggregate) &&
    Number.isSafeInteger(sequence) &&
    sequence > 0 &&
    TYPE.test(type) &&
    !Number.isNaN(Date.parse(time)) &&
    !Number.isNaN(Date.parse(recordedAt)) &&
    typeof coalesced === 'boolean' &&
    data instanceof Object &&
    !Array.isArray(data)
  if (!isGood) throw new Error('its fields are not those of an event')
  return event
}
