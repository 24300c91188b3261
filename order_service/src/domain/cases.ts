/**
 * Cases: what follows an order after it was bought. A `return` case is all returns of one order and has its id; a `withdrawal` case is
 * one statement. Each is one record that is changed by one conditional write, and its own outbox: its version is the number of entries
 * in its history, so an event's id is `<kind>:<id>:<version>`.
 */
import type { AuditRecord, Author } from './audit.ts'
import type { ReturnsBody } from './returns.ts'
import type { WithdrawalBody } from './withdrawals.ts'

/** Who changed it, and what: for the audit log. */
type Audited = { readonly by: Author; readonly record: AuditRecord }

export const CASE_KINDS = ['return', 'withdrawal'] as const
export type CaseKind = (typeof CASE_KINDS)[number]
export type Bodies = { readonly return: ReturnsBody; readonly withdrawal: WithdrawalBody }

export type Case<Kind extends CaseKind = CaseKind> = {
  readonly kind: Kind
  readonly id: string
  /** For lists. */
  readonly state: string
  /** What cases are counted by: the e-mail address of a withdrawal. */
  readonly subject: string
  /** Unique within its kind. */
  readonly key: string | undefined
  readonly body: Bodies[Kind]
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
  /** While something is owed: when it is done, or tried again. */
  readonly dueAt: string | undefined
  /** Claims since its last change. */
  readonly attempts: number
  /** Grows with each claim. */
  readonly fence: number
  /** When its personal fields were erased. */
  readonly erasedAt: string | undefined
}
export type CaseClaim = Pick<Case, 'kind' | 'id' | 'version' | 'fence'>

export type CasePage = {
  readonly state?: string | undefined
  /** Newest first; the id of the last one of the page before. */
  readonly before?: string | undefined
  readonly limit: number
}

export type UnpublishedCase<Kind extends CaseKind> = Pick<Case, 'id' | 'version' | 'updatedAt'> & {
  /** 0 if none is. */
  readonly publishedVersion: number
  /** Throws if it cannot be read. */
  found(): Case<Kind>
}

/** Cases of a kind with events that are not published, as UnpublishedOrders. */
export type UnpublishedCases<Kind extends CaseKind> = {
  /** Those whose turn it is at `now`: first those that were postponed, then the oldest. */
  list(now: string, limit: number): Promise<readonly UnpublishedCase<Kind>[]>
  markPublished(cases: readonly Pick<Case, 'id' | 'version'>[]): Promise<void>
  postpone(ids: readonly string[], until: string): Promise<void>
  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | undefined }>
}

/** Every adapter passes test/cases_contract.ts. */
export type Cases = {
  /** Adds it, unless one has its id or key: then that one is resolved as it is now. Of calls at once exactly one adds. */
  addOnce<Kind extends CaseKind>(
    added: Case<Kind>,
    audited?: Audited,
  ): Promise<{ readonly stored: Case<Kind>; readonly added: boolean }>
  /** Resolves undefined for an unknown id. */
  find<Kind extends CaseKind>(kind: Kind, id: string): Promise<Case<Kind> | undefined>
  findByKey<Kind extends CaseKind>(kind: Kind, key: string): Promise<Case<Kind> | undefined>
  /**
   * Saves state, body, updatedAt, dueAt and attempts; resolves it with version + 1. Fails with `version_conflict`, and writes nothing,
   * unless the stored version and fence are those of the case.
   */
  save<Kind extends CaseKind>(changed: Case<Kind>, audited?: Audited): Promise<Case<Kind>>
  list<Kind extends CaseKind>(kind: Kind, page: CasePage): Promise<readonly Case<Kind>[]>
  /** Of this subject, with ids above `after`; counts up to `limit`. */
  count(kind: CaseKind, subject: string, after: string, limit: number): Promise<number>
  /** As OrderQueues.claimDue. */
  claimDue<Kind extends CaseKind>(
    kind: Kind,
    now: string,
    leaseUntil: string,
    limit: number,
  ): Promise<readonly Case<Kind>[]>
  /** Sets dueAt of each that is still at that version and fence. */
  reschedule(claims: readonly (CaseClaim & { readonly dueAt: string })[]): Promise<void>
  /** Those of these ids that are due: due at `at` at the latest, with a new fence and no attempts. */
  hurry(kind: CaseKind, ids: readonly string[], at: string): Promise<void>
  /** Makes those due at `at` that are due after `tooFar`: a clock that was fast has scheduled them. */
  correctClockSkew(kind: CaseKind, tooFar: string, at: string): Promise<void>
  /** Since when the one that is overdue longest is due; undefined if none is at `now`. */
  oldestDue(kind: CaseKind, now: string): Promise<string | undefined>
  /** Since when the oldest refund of goods that came back is owed (refundOwedSince). */
  oldestRefundOwed(): Promise<string | undefined>
  unpublished<Kind extends CaseKind>(kind: Kind): UnpublishedCases<Kind>
  /** Those in a state with ids below `before`, by id: a RetentionSource of the kit needs no more. */
  oldest<Kind extends CaseKind>(
    kind: Kind,
    state: string,
    before: string,
    after: string,
    limit: number,
  ): Promise<readonly Case<Kind>[]>
  /** As `oldest`, of those whose personal fields are not erased. */
  unerased<Kind extends CaseKind>(
    kind: Kind,
    state: string,
    before: string,
    after: string,
    limit: number,
  ): Promise<readonly Case<Kind>[]>
  /** Saves subject, body and erasedAt if its version and fence are those that are stored; the fence grows, the version stays. */
  erase(erased: Case): Promise<boolean>
  /** Those that are still at that version. Resolves how many were removed. */
  remove(claims: readonly Pick<Case, 'kind' | 'id' | 'version'>[]): Promise<number>
}
