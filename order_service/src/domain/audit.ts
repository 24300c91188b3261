/**
 * What the audit log of this service records: the status that an admin gave to an order, or the operator of the shop by a
 * command. What follows by itself (a cancelling order becomes cancelled) is not recorded, nor what buyers may do themselves:
 * an admin who cancels an order of their own does that as its buyer, and one who ships it does not.
 */
import type { OrderStatus } from './order.ts'

export const AUDIT_ACTIONS = ['order.status_changed'] as const

/** Who makes a recorded change: the id of an admin, or `operator` (a command). */
export type Author = string
export const OPERATOR: Author = 'operator'

export type AuditRecord = {
  readonly action: (typeof AUDIT_ACTIONS)[number]
  readonly subject: { readonly type: 'order'; readonly id: string }
  readonly changes: readonly [
    { readonly field: 'status'; readonly before: OrderStatus; readonly after: OrderStatus },
  ]
}

export const statusChanged = (id: string, before: OrderStatus, after: OrderStatus): AuditRecord => ({
  action: 'order.status_changed',
  subject: { type: 'order', id },
  changes: [{ field: 'status', before, after }],
})
