/**
 * Events of a service: each change of a thing (an aggregate) is one, with the next number of that aggregate. They are not stored
 * apart: the thing has a version and its history, and beside it the store keeps up to which number its events are published.
 */
import type { Lease } from '../storage/retention.ts'

export type OutgoingEvent = {
  /** `<kind>:<id>`. */
  readonly aggregate: string
  /** From 1, without gaps unless it is `coalesced`. */
  readonly sequence: number
  /** `<kind>.<what happened>`. */
  readonly type: string
  /** RFC 3339, UTC. */
  readonly time: string
  /** Ids, figures, and what messages need; no names and no postal addresses of people. */
  readonly data: Readonly<Record<string, unknown>>
  /** Only the latest counts: numbers before it may be left out. */
  readonly coalesced?: true
}

/** A thing with events that are not published. */
export type Unpublished = {
  readonly aggregate: string
  /** The number of its latest event, as it was read. */
  readonly last: number
  /** Its events up to this number are published; 0 if none is. */
  readonly published: number
  /** When the latest one happened. */
  readonly changedAt: string
  /** Its events from this number on, in order, at most `limit`. Throws if the thing cannot be read. */
  eventsFrom(sequence: number, limit: number): readonly OutgoingEvent[]
}

export type PublishBacklog = {
  /** Up to some thousands. */
  readonly count: number
  /** When the latest event of the thing that waits longest happened. */
  readonly oldestAt: string | undefined
}

/** Every adapter of a service passes its contract suite. */
export type EventSource = {
  /** Of the metrics: `order`. */
  readonly kind: string
  /** Things whose turn it is at `now`, at most `limit`. */
  unpublished(now: string, limit: number): Promise<readonly Unpublished[]>
  /**
   * Records that the events of each are published up to its `last`. Never less than before; a thing that has changed since stays
   * unpublished. Safe to repeat.
   */
  markPublished(things: readonly Pick<Unpublished, 'aggregate' | 'last'>[]): Promise<void>
  /** It is the turn of these again at `until`. */
  postpone(aggregates: readonly string[], until: string): Promise<void>
  /** Also of those whose turn it is not. */
  backlog(): Promise<PublishBacklog>
  /** Finds, in steps, what a release that knows no events has written. Resolves whether there may be more. */
  sweep?(): Promise<boolean>
  /** Of the one replica that publishes. */
  readonly lease: Lease
}
