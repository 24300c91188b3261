/**
 * What the audit log of this service records: what an admin did about money, or the operator of the shop by a command. What
 * customers and the provider do is in the history of the payment.
 */

export const AUDIT_ACTIONS = [
  'payment.marked_paid',
  'payment.refund_requested',
  'payment.refund_recorded',
  'payment.refund_paid',
] as const

export type AuditRecord = {
  readonly action: (typeof AUDIT_ACTIONS)[number]
  readonly subject: { readonly type: 'payment'; readonly id: string }
  readonly changes: readonly [
    { readonly field: 'captured' | 'refunds' | 'refunded'; readonly before: number; readonly after: number },
  ]
  readonly note?: string
}

/** Amounts in minor units. */
export const markedPaid = (orderId: string, amountMinor: number): AuditRecord => ({
  action: 'payment.marked_paid',
  subject: { type: 'payment', id: orderId },
  changes: [{ field: 'captured', before: 0, after: amountMinor }],
})

export const refundRequested = (
  orderId: string,
  before: number,
  amountMinor: number,
  reason: string,
  byHand: boolean,
): AuditRecord => ({
  action: byHand ? 'payment.refund_recorded' : 'payment.refund_requested',
  subject: { type: 'payment', id: orderId },
  changes: [{ field: 'refunds', before, after: before + amountMinor }],
  note: reason,
})

/** What was pending until then was paid back by hand. */
export const refundPaid = (orderId: string, after: number, amountMinor: number): AuditRecord => ({
  action: 'payment.refund_paid',
  subject: { type: 'payment', id: orderId },
  changes: [{ field: 'refunded', before: after - amountMinor, after }],
})
