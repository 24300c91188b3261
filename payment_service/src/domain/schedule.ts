/**
 * When a payment is read again. It is apart from the payment, so that a change cannot change it by accident.
 *
 * M8: everything that is not settled is read again by itself, at intervals that grow with its age, so webhooks only save time.
 * What is settled is read a few times more, at intervals that double: a dispute, or a refund that failed late, is found
 * without its webhook, too.
 */
import { giveBackAt } from './give_back.ts'
import { isManual, isSettled, type Payment } from './payment.ts'

type Lease = {
  /** Claims since it was last driven to an end. */
  readonly attempts: number
  /** Grows with each claim; a process with an older number has lost the lease. */
  readonly fence: number
  /** Grows with each save, also where the history does not. */
  readonly revision: number
}

export type Schedule = Lease & { readonly dueAt: string | undefined }

export type Stored = {
  readonly payment: Payment
  readonly schedule: Schedule
  /** The version that order_service was notified of. */
  readonly hintedVersion: number
}

/** One revision of one payment under one lease. */
export type Claim = { readonly orderId: string; readonly revision: number; readonly fence: number }

export const claimOf = ({ payment, schedule }: Stored): Claim => ({
  orderId: payment.orderId,
  revision: schedule.revision,
  fence: schedule.fence,
})

/** How long the request that changed a payment has to drive it; then a poller claims it. */
export const DRIVE_AFTER_MS = 20_000
const SOON_MS = 2_000
const OPEN_MS = 15_000
const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
/** An authorisation is read this often, and right after its end. */
const AUTHORISED_MS = 6 * HOUR_MS
const AFTER_END_MS = 60_000
/** A settled payment is not read any more when it is so old. */
export const WATCHED_MS = 130 * DAY_MS

export const scheduleNew = (payment: Payment, now: Date): Stored => ({
  payment,
  schedule: { dueAt: after(now, DRIVE_AFTER_MS), attempts: 0, fence: 0, revision: 1 },
  hintedVersion: payment.version,
})

/** After a person, or order_service, changed it. */
export const scheduleChanged = (
  { schedule, hintedVersion }: Stored,
  payment: Payment,
  now: Date,
): Stored => ({
  payment,
  schedule: {
    dueAt: after(now, DRIVE_AFTER_MS),
    attempts: 0,
    fence: schedule.fence,
    revision: schedule.revision,
  },
  hintedVersion,
})

/** After it was driven as far as the provider lets it. */
export const scheduleDriven = ({ schedule, hintedVersion }: Stored, payment: Payment, now: Date): Stored => ({
  payment,
  schedule: {
    dueAt: nextRead(payment, now),
    attempts: 0,
    fence: schedule.fence,
    revision: schedule.revision,
  },
  hintedVersion,
})

export function nextRead(payment: Payment, now: Date): string | undefined {
  const age = now.getTime() - Date.parse(payment.updatedAt)
  const between = (least: number, most: number, wanted: number) =>
    after(now, Math.min(most, Math.max(least, wanted)))
  if (isSettled(payment)) {
    const isOver = isManual(payment) || payment.state === 'failed' || payment.entries.length === 0
    return isOver || age > WATCHED_MS ? undefined : after(now, Math.max(DAY_MS, age))
  }
  // Nothing changes it but people.
  if (isManual(payment) && payment.phase !== 'unopened') return undefined
  const again = giveBackAt(payment)
  if (again !== undefined) return between(SOON_MS, AUTHORISED_MS, again - now.getTime())
  const isRefunding = payment.refunds.some(({ state }) => state === 'requested' || state === 'pending')
  if (isRefunding || payment.wish.kind !== 'pay') return between(SOON_MS, AUTHORISED_MS, age / 4)
  if (payment.state === 'open') return between(OPEN_MS, HOUR_MS, age / 10)
  const end = Date.parse(payment.captureBefore ?? '') + AFTER_END_MS - now.getTime()
  return between(OPEN_MS, AUTHORISED_MS, Number.isNaN(end) ? AUTHORISED_MS : Math.min(end, AUTHORISED_MS))
}

const after = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString()

/** As it is stored after a save. */
export const nextRevision = (stored: Stored): Stored => ({
  ...stored,
  schedule: { ...stored.schedule, revision: stored.schedule.revision + 1 },
})
