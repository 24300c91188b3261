/**
 * One round of the settler of cases: claims those that are due, works on each, and postpones what is still owed. A claim is one
 * conditional write with a fence, so two replicas do not work on a case during a lease; if they do after all, every step may be made twice.
 */
import type { Case, CaseKind, Cases } from './cases.ts'

/** Longer than the steps of one case take: a few calls, each with a deadline. */
export const CASE_LEASE_MS = 120_000
/** Claimed at once; the next ones follow when these are done. */
export const CASES_AT_ONCE = 16
/** A refund may be under way for days: it is asked for every five minutes. */
export const CASE_BACKOFF = { firstMs: 1_000, maxMs: 300_000 }
/** Of a refund that waits for its buyer to pay. payment_service says when the payment has changed; it is asked for what was not heard. */
export const UNPAID_BACKOFF = { firstMs: 60_000, maxMs: 6 * 3_600_000 }
/** Longer than a lease or a pause, plus the difference between clocks. */
export const CASE_DUE_AHEAD_MAX_MS: Readonly<Record<CaseKind, number>> = {
  return: UNPAID_BACKOFF.maxMs + 3 * CASE_LEASE_MS,
  withdrawal: 3 * CASE_LEASE_MS,
}

export type DriveCases<Kind extends CaseKind> = {
  readonly kind: Kind
  readonly cases: Cases
  readonly now: () => Date
  readonly pauseMs: (attempts: number, stored: Case<Kind>) => number
  readonly drive: (claimed: Case<Kind>) => Promise<Case<Kind>>
  readonly report: (fault: unknown, id: string) => void
}

export async function driveDue<Kind extends CaseKind>(
  { kind, cases, now, pauseMs, drive, report }: DriveCases<Kind>,
  shouldContinue: () => boolean = () => true,
): Promise<{ readonly settled: number; readonly failed: number }> {
  const begun = now().toISOString()
  const round = { settled: 0, failed: 0 }
  const one = async (claimed: Case<Kind>) => {
    const stored = await drive(claimed).catch((fault) => {
      report(fault, claimed.id)
      return claimed
    })
    if (stored.dueAt === undefined) {
      round.settled++
      return
    }
    round.failed++
    // Attempts begin anew with every change, so what has moved on has a short pause.
    const pause = Math.max(1, pauseMs(stored.attempts === 0 ? 1 : stored.attempts, stored))
    await cases.reschedule([{ ...stored, dueAt: new Date(now().getTime() + pause).toISOString() }])
  }
  while (shouldContinue()) {
    const leaseUntil = new Date(now().getTime() + CASE_LEASE_MS).toISOString()
    const claimed = await cases.claimDue(kind, begun, leaseUntil, CASES_AT_ONCE)
    await Promise.all(claimed.map(one))
    if (claimed.length < CASES_AT_ONCE) break
  }
  return round
}
