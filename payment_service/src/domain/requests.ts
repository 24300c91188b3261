/**
 * What order_service and admins ask for. Each is recorded before the provider is asked, and may be repeated: it is named by the
 * order, a refund by its key.
 *
 * Who wins a race of paying and cancelling is the provider: a cancellation is a wish until the provider has ended the payment.
 */
import { markedPaid, refundPaid, refundRequested } from './audit.ts'
import {
  isSamePayment,
  isSameRefund,
  markPaid,
  markRefundPaid,
  newPayment,
  type RefundRequest,
  requestCancel,
  requestCapture,
  requestRefund,
} from './changes.ts'
import { type Drive, tryDrive } from './drive.ts'
import { DomainError } from './errors.ts'
import {
  type CancelReason,
  type Payment,
  type Refund,
  refundsOf,
  SYSTEM,
  sumsOf,
  type Terms,
} from './payment.ts'
import type { Audited, Ports } from './ports.ts'
import { claimOf, type Stored, scheduleChanged, scheduleNew } from './schedule.ts'

/** Attempts to save while others change the payment. */
const SAVE_ATTEMPTS_MAX = 10

export async function requirePayment(
  { payments }: Pick<Ports, 'payments'>,
  orderId: string,
): Promise<Stored> {
  const stored = await payments.find(orderId)
  if (!stored) throw new DomainError('payment_not_found', 'There is no payment for this order.')
  return stored
}

export async function openPayment(ports: Ports, drive: Drive, terms: Terms): Promise<Payment> {
  if (!ports.providerOf(terms))
    throw new DomainError('method_unavailable', 'No payment provider is configured for this method.')
  const now = ports.now()
  const { stored, added } = await ports.payments.addOnce(scheduleNew(newPayment(terms, now), now))
  if (added) ports.reached('payment_recorded')
  else if (!isSamePayment(stored.payment, terms))
    throw new DomainError('payment_differs', 'The order has another payment.', { current: stored.payment })
  if (stored.payment.phase !== 'unopened') return stored.payment
  return (await tryDrive(ports, drive, stored)).payment
}

export async function cancelPayment(
  ports: Ports,
  drive: Drive,
  orderId: string,
  reason: CancelReason,
): Promise<Payment> {
  const stored = await record(ports, orderId, (payment, now) => requestCancel(payment, reason, now))
  const isUnderWay = stored.payment.state === 'cancelling'
  return (isUnderWay ? await tryDrive(ports, drive, stored) : stored).payment
}

export async function capturePayment(
  ports: Ports,
  drive: Drive,
  orderId: string,
  amountMinor: number,
): Promise<Payment> {
  const stored = await record(ports, orderId, (payment, now) => requestCapture(payment, amountMinor, now))
  const isUnderWay = stored.payment.wish.kind === 'capture' && stored.payment.state === 'authorised'
  return (isUnderWay ? await tryDrive(ports, drive, stored) : stored).payment
}

export async function payByHand(ports: Ports, drive: Drive, orderId: string, by: string): Promise<Payment> {
  const stored = await record(ports, orderId, (payment, now) => markPaid(payment, by, now), {
    by,
    record: (payment) => markedPaid(orderId, payment.amountMinor),
  })
  return (await tryDrive(ports, drive, stored)).payment
}

export type Refunded = { readonly payment: Payment; readonly refund: Refund; readonly replayed: boolean }

export async function refundPayment(
  ports: Ports,
  drive: Drive,
  orderId: string,
  request: Omit<RefundRequest, 'id'> & { readonly id?: string },
): Promise<Refunded> {
  const { id = ports.newId(), ...wanted } = request
  const known = ({ refunds }: Payment) => refunds.find((each) => each.key === request.key || each.id === id)
  let replayed = false
  const stored = await record(
    ports,
    orderId,
    (payment, now) => {
      const before = known(payment)
      replayed = before !== undefined
      if (!before) return requestRefund(payment, { ...wanted, id }, now)
      if (isSameRefund(payment, before, wanted)) return undefined
      throw new DomainError('idempotency_key_reused', 'This Idempotency-Key made another refund.', {
        refundId: before.id,
      })
    },
    request.by === SYSTEM
      ? undefined
      : {
          by: request.by,
          record: (payment) => {
            const { amountMinor } = known(payment)!
            return refundRequested(
              orderId,
              refundsOf(payment) - amountMinor,
              amountMinor,
              request.reason,
              request.byHand === true,
            )
          },
        },
  )
  if (!replayed) ports.reached('refund_recorded')
  const state = known(stored.payment)?.state
  // What was paid back by hand may have been the last of a cancelled payment.
  const isUnderWay = state === 'requested' || (!replayed && state === 'succeeded')
  const { payment } = isUnderWay ? await tryDrive(ports, drive, stored) : stored
  return { payment, refund: known(payment)!, replayed }
}

export async function payRefundByHand(
  ports: Ports,
  drive: Drive,
  orderId: string,
  refundId: string,
  by: string,
): Promise<Payment> {
  const stored = await record(ports, orderId, (payment, now) => markRefundPaid(payment, refundId, by, now), {
    by,
    record: (payment) => {
      const { amountMinor } = payment.refunds.find(({ id }) => id === refundId)!
      return refundPaid(orderId, sumsOf(payment).refunded, amountMinor)
    },
  })
  return (await tryDrive(ports, drive, stored)).payment
}

/** Saves what `change` makes of the payment, again after conflicts; nothing if it makes nothing. */
async function record(
  ports: Ports,
  orderId: string,
  change: (payment: Payment, now: Date) => Payment | undefined,
  audited?: { readonly by: string; readonly record: (payment: Payment) => Audited['record'] },
): Promise<Stored> {
  for (let attempt = 1; ; attempt++) {
    const stored = await requirePayment(ports, orderId)
    const now = ports.now()
    const wanted = change(stored.payment, now)
    if (wanted === undefined) return stored
    try {
      const entry = audited && { by: audited.by, record: audited.record(wanted) }
      const saved = await ports.payments.save(claimOf(stored), scheduleChanged(stored, wanted, now), entry)
      ports.reached('wish_recorded')
      return saved
    } catch (error) {
      const isRaced = error instanceof DomainError && error.code === 'version_conflict'
      if (!isRaced || attempt === SAVE_ATTEMPTS_MAX) throw error
    }
  }
}
