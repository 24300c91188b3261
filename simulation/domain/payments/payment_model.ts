/**
 * The store of payments as its port promises it (payment_service/src/domain/ports.ts): each method is one atomic step. Every write
 * is kept, so that an oracle can check it.
 */
import { DomainError } from '../../../payment_service/src/domain/errors.ts'
import type { PaymentStore } from '../../../payment_service/src/domain/ports.ts'
import { type Claim, nextRevision, type Stored } from '../../../payment_service/src/domain/schedule.ts'
import type { DomainHistory } from '../mix.ts'
import type { Synchronous } from '../store_access.ts'

export type PaymentWrite = { readonly before: Stored | undefined; readonly after: Stored }

export type PaymentModel = {
  readonly store: Synchronous<PaymentStore>
  readonly payments: ReadonlyMap<string, Stored>
  /** All additions and saves, in their order. */
  readonly writes: readonly PaymentWrite[]
}

export function createPaymentModel({ broken }: DomainHistory): PaymentModel {
  const payments = new Map<string, Stored>()
  const events = new Set<string>()
  const writes: PaymentWrite[] = []
  /** The order of each entry: an entry is of one payment alone (M5). */
  const entries = new Map<string, string>()

  const all = () => [...payments.values()]
  const isUnchanged = ({ orderId, revision, fence }: Claim) => {
    const { schedule } = payments.get(orderId)!
    return schedule.revision === revision && schedule.fence === fence
  }
  const set = (stored: Stored) => void payments.set(stored.payment.orderId, stored)

  const store: Synchronous<PaymentStore> = {
    addOnce(stored) {
      const { orderId } = stored.payment
      const known = payments.get(orderId)
      if (known) return { stored: known, added: false }
      writes.push({ before: undefined, after: stored })
      set(stored)
      return { stored, added: true }
    },
    find: (orderId) => payments.get(orderId),
    findByIntent: (intentId) => all().find(({ payment }) => payment.intentId === intentId),
    save(claim, stored) {
      if (!isUnchanged(claim)) throw new DomainError('version_conflict', 'The payment was changed meanwhile.')
      const before = payments.get(claim.orderId)!
      for (const { id } of stored.payment.entries) {
        const owner = entries.get(id) ?? claim.orderId
        if (owner !== claim.orderId) broken(`M5. ${id} is an entry of ${owner} and ${claim.orderId}`)
        entries.set(id, owner)
      }
      const saved = { ...nextRevision(stored), hintedVersion: before.hintedVersion }
      writes.push({ before, after: saved })
      set(saved)
      return saved
    },
    claimDue(now, leaseUntil, limit) {
      const due = all()
        .filter(({ schedule }) => schedule.dueAt !== undefined && schedule.dueAt <= now)
        .sort((a, b) => (a.schedule.dueAt! < b.schedule.dueAt! ? -1 : 1))
      return due.slice(0, limit).map((stored) => {
        const { fence, attempts } = stored.schedule
        const schedule = { ...stored.schedule, dueAt: leaseUntil, fence: fence + 1, attempts: attempts + 1 }
        const claimed = { ...stored, schedule }
        set(claimed)
        return claimed
      })
    },
    reschedule(changes) {
      for (const { dueAt, done, ...claim } of changes) {
        if (!isUnchanged(claim)) continue
        const stored = payments.get(claim.orderId)!
        const attempts = done ? 0 : stored.schedule.attempts
        set({ ...stored, schedule: { ...stored.schedule, dueAt, attempts } })
      }
    },
    makeDue(orderId, now) {
      const stored = payments.get(orderId)
      if (!stored) return false
      const [dueAt] = [stored.schedule.dueAt ?? now, now].sort()
      set({ ...stored, schedule: { ...stored.schedule, dueAt } })
      return true
    },
    unhinted: (limit) =>
      all()
        .filter(({ payment, hintedVersion }) => hintedVersion < payment.version)
        .slice(0, limit)
        .map(({ payment }) => ({ orderId: payment.orderId, version: payment.version })),
    hinted(changes) {
      for (const { orderId, version } of changes) {
        const stored = payments.get(orderId)!
        set({ ...stored, hintedVersion: Math.max(stored.hintedVersion, version) })
      }
    },
    isReceived: (eventId) => events.has(eventId),
    received: (eventId) => void events.add(eventId),
    forgetEvents: () => 0,
    backlog: () => ({ count: 0, oldestUpdatedAt: undefined, firstDueAt: undefined }),
    endingBefore: () => [],
    capturesWaiting: () => [],
    refundsWaiting: () => [],
    list: () => all(),
    check: () => {},
    close: () => {},
  }
  return { store, payments, writes }
}
