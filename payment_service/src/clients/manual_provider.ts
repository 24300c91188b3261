/**
 * Invoice and cash: the payment is promised at once, an admin marks it as paid, and gives back by hand. What is read is what was
 * stored here; capturing does nothing.
 */
import { MONEY_MINOR_MAX } from '@shop/service_kit/money/money'
import { DomainError } from '../domain/errors.ts'
import { type Entry, entryByHand, type Payment } from '../domain/payment.ts'
import type { PaymentProvider } from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'

export function createManualProvider(): PaymentProvider {
  return {
    open: async () => ({ sessionId: undefined, checkoutUrl: undefined }),
    read: async (payment, now) => readStored(payment, now),
    async capture() {},
    async cancel() {},
    async refund() {},
    limits: () => ({ leastMinor: 1, mostMinor: MONEY_MINOR_MAX, stepMinor: 1 }),
    verifyEvent() {
      throw new DomainError('signature_invalid', 'There is no provider that sends events.')
    },
    async close() {},
  }
}

function readStored(payment: Payment, now: Date): Snapshot {
  const { orderId, amountMinor, paidAt, wish, refunds, phase } = payment
  const isPaid = paidAt !== undefined
  const hasEnded = !isPaid && (wish.kind === 'cancel' || phase === 'ended')
  const at = now.toISOString()
  const entry = (part: string, kind: Entry['kind'], amount = amountMinor): Entry => ({
    id: `${orderId}#${part}`,
    kind,
    amountMinor: amount,
    at,
  })
  return {
    sessionId: undefined,
    intentId: undefined,
    checkoutUrl: undefined,
    captureBefore: undefined,
    phase: isPaid ? 'captured' : hasEnded ? 'ended' : 'authorised',
    ...(hasEnded ? { ended: 'cancelled' } : {}),
    entries: [
      entry('authorised', 'authorisation'),
      ...(isPaid ? [entry('captured', 'capture')] : []),
      ...(hasEnded ? [entry('voided', 'void')] : []),
    ],
    // Each waits for an admin who pays it back, and is recorded with its entry then.
    refunds: refunds.map(({ id }) => ({ id, providerId: entryByHand(payment, id), state: 'pending' })),
  }
}
