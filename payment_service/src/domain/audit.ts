/**
 * What the audit log of this service records: what an admin did about money, or the operator of the shop by a command. What
 * customers and the provider do is in the history of the payment.
 */

export const AUDIT_ACTIONS = ['payment.marked_paid', 'payment.refund_requested'] as const

export type AuditRecord = {
  readonly action: (typeof AUDIT_ACTIONS)[number]
  readonly subject: { readonly type: 'payment'; readonly id: string }
  readonly changes: readonly [
    { readonly field: 'captured' | 'refunds'; readonly before: number; readonly after: number },
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
): AuditRecord => ({
  action: 'payment.refund_requested',
  subject: { type: 'payment', id: orderId },
  changes: [{ field: 'refunds', before, after: before + amountMinor }],
  note: reason,
})
