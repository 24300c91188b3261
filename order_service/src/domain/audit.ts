/**
 * What the audit log of this service records: changes of the settings of the checkout, and the status that an admin gave to an
 * order, or the operator of the shop by a command; the tracking of a parcel; what admins do with returns and withdrawals; and that a user added a guest's order to their account,
 * because that changes whose it is. What follows by itself (a cancelling order becomes cancelled) is not recorded, nor what buyers may do themselves:
 * an admin who cancels an order of their own does that as its buyer, and one who ships it does not.
 */
import type { CheckoutSettings } from './checkout_settings.ts'
import type { OrderStatus } from './order.ts'
import { type Tracking, trackingText } from './tracking.ts'

export const AUDIT_ACTIONS = [
  'order.status_changed',
  'order.linked',
  'order.tracking_changed',
  'checkout.settings_changed',
  'return.changed',
  'withdrawal.closed',
] as const

/** Who makes a recorded change: the id of an admin, of the user who adds an order to their account, or `operator` (a command). */
export type Author = string
export const OPERATOR: Author = 'operator'

export type AuditRecord = {
  readonly action: (typeof AUDIT_ACTIONS)[number]
  readonly subject: { readonly type: 'order' | 'checkout' | 'withdrawal'; readonly id: string }
  readonly changes: readonly Change[]
}
type Change = { readonly field: string; readonly before: string | null; readonly after: string | null }

export const statusChanged = (
  id: string,
  before: OrderStatus,
  after: OrderStatus,
  tracking?: Tracking,
): AuditRecord => ({
  action: 'order.status_changed',
  subject: { type: 'order', id },
  changes: [
    { field: 'status', before, after },
    ...(tracking === undefined ? [] : [{ field: 'tracking', before: null, after: trackingText(tracking) }]),
  ],
})

export const orderLinked = (id: string, before: string, after: string): AuditRecord => ({
  action: 'order.linked',
  subject: { type: 'order', id },
  changes: [{ field: 'user_id', before, after }],
})

export const trackingChanged = (id: string, before: Tracking | undefined, after: Tracking): AuditRecord => ({
  action: 'order.tracking_changed',
  subject: { type: 'order', id },
  changes: [{ field: 'tracking', before: before ? trackingText(before) : null, after: trackingText(after) }],
})

/** The subject is its order. */
export const returnChanged = (
  orderId: string,
  returnId: string,
  before: string | null,
  after: string,
): AuditRecord => ({
  action: 'return.changed',
  subject: { type: 'order', id: orderId },
  changes: [{ field: `return ${returnId}`, before, after }],
})

export const withdrawalClosed = (id: string, before: string): AuditRecord => ({
  action: 'withdrawal.closed',
  subject: { type: 'withdrawal', id },
  changes: [{ field: 'state', before, after: 'done' }],
})

/** Entries name a few fields each. */
const FIELDS_PER_ENTRY = 8

/** A change for each rate and each method that differs. Long lists make several records. */
export function checkoutSettingsChanged(
  before: CheckoutSettings,
  after: CheckoutSettings,
): readonly AuditRecord[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  const changes = [...new Set([...was.keys(), ...is.keys()])].flatMap((field) => {
    const change = { field, before: was.get(field) ?? null, after: is.get(field) ?? null }
    return change.before === change.after ? [] : [change]
  })
  return Array.from({ length: Math.ceil(changes.length / FIELDS_PER_ENTRY) }, (_, i) => ({
    action: 'checkout.settings_changed' as const,
    subject: { type: 'checkout' as const, id: 'checkout' },
    changes: changes.slice(i * FIELDS_PER_ENTRY, (i + 1) * FIELDS_PER_ENTRY),
  }))
}

const fieldsOf = ({
  pricesIncludeTax,
  taxRates,
  shippingMethods,
}: CheckoutSettings): ReadonlyMap<string, string> =>
  new Map([
    ['prices_include_tax', String(pricesIncludeTax)],
    ...taxRates.map(
      ({ taxClass, country, region, basisPoints }) =>
        [
          `tax_rates ${[country, region, taxClass].filter(Boolean).join(' ')}`,
          `${basisPoints / 100} %`,
        ] as const,
    ),
    ...shippingMethods.map(
      ({ id, ...method }) => [`shipping_methods ${id}`, JSON.stringify(method)] as const,
    ),
  ])
