/**
 * The ports of the domain. Every adapter passes test/event_log_contract.ts.
 *
 * Any method may also fail with `store_unavailable` or `overloaded` (codes of the kit). Such a write may have been applied all the
 * same, so callers repeat only what is safe to repeat.
 */
import type { NewEvent, Receipt, RecordedEvent } from './event.ts'
import type { MailStore, OldMails } from './mail_ports.ts'
import type { WebhookStore } from './webhook_ports.ts'

/** Positions of the first and of the last event; undefined in an empty log. */
export type Ends = { readonly first: number; readonly last: number } | undefined

export type EventLog = {
  /**
   * Adds those of the events whose turn it is (invariant E1), behind all others (E2). Safe to repeat: what was recorded is `known`
   * then. Any number of callers may do so at once.
   */
  record(events: readonly NewEvent[], at: string): Promise<readonly Receipt[]>
  ends(): Promise<Ends>
  /** Undefined if it is not there, or not any more. */
  find(aggregate: string, sequence: number): Promise<RecordedEvent | undefined>
  /** Events after `after` and up to `upTo`, by position, at most `limit`. `types`: of these alone. */
  between(
    after: number,
    upTo: number,
    limit: number,
    types?: readonly string[],
  ): Promise<readonly RecordedEvent[]>
}

/**
 * Events that may be removed (RetentionSource of the kit): the oldest ones, up to the first that was recorded after `before`. The last event
 * of the log always stays, so that positions go on behind it.
 */
export type OldEvents = {
  readonly kind: 'event'
  due(
    before: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly OldEvent[]; readonly next: string | undefined }>
  remove(events: readonly OldEvent[]): Promise<number>
}
export type OldEvent = Pick<RecordedEvent, 'position' | 'recordedAt'>

/** What one process at a time does. Times are wall clock times. */
export type Lease = {
  /** Until `until`. False while another owner has it at `now`. */
  take(owner: string, now: Date, until: Date): Promise<boolean>
  /** When it ended or ends; undefined if it was never taken. */
  end(): Promise<Date | undefined>
}

export type Stores = {
  readonly events: EventLog
  readonly webhooks: WebhookStore
  readonly oldEvents: OldEvents
  readonly mails: MailStore
  readonly oldMails: OldMails
  readonly retentionLease: Lease
  /** When the database was created. SQLite does not record it. */
  madeAt?(): Promise<Date | undefined>
  /** The moment of the last backup. SQLite does not record it. */
  lastBackup?(): Promise<Date | undefined>
  /** Fails with `store_unavailable` when the store can't be used. */
  check(): Promise<void>
  close(): Promise<void>
}
