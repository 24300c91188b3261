/**
 * Erases what a payment has of its buyer, the e-mail address and the page where it was paid, when its order is erased. Amounts, entries and
 * refunds stay. It makes no version: no event is published, and what the provider or an admin changes at the same time is not lost.
 *
 * Invariant: a payment that is not settled keeps them, because a mail about its refund may be owed.
 */
import { DomainError } from './errors.ts'
import { isSettled } from './payment.ts'
import type { Ports } from './ports.ts'
import { claimOf } from './schedule.ts'

export const SAVE_ATTEMPTS_MAX = 5

/** Resolves the orders whose payments are `open`. An order without a payment has nothing to erase. */
export async function erasePayments(
  ports: Pick<Ports, 'payments'>,
  orderIds: readonly string[],
): Promise<readonly string[]> {
  const open: string[] = []
  for (const orderId of orderIds) if (!(await eraseOne(ports, orderId))) open.push(orderId)
  return open
}

async function eraseOne({ payments }: Pick<Ports, 'payments'>, orderId: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const stored = await payments.find(orderId)
    if (stored === undefined) return true
    const { payment } = stored
    if (!isSettled(payment)) return false
    if (payment.email === undefined && payment.checkoutUrl === undefined) return true
    try {
      const erased = { ...payment, email: undefined, checkoutUrl: undefined }
      await payments.save(claimOf(stored), { ...stored, payment: erased })
      return true
    } catch (error) {
      const isRaced = error instanceof DomainError && error.code === 'version_conflict'
      if (!isRaced || attempt === SAVE_ATTEMPTS_MAX) throw error
    }
  }
}
