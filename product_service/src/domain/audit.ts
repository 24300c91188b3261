/**
 * What the audit log of this service records: the changes of admins, and of the operator of the shop by a command. Sales,
 * releases and shipments are not recorded: the ledger and the reservations are their records.
 *
 * An edit is recorded by what it changed: texts, price and stock each have a record of their own, so that a filter by action
 * finds every change of its kind.
 */
import type { Product, ProductFields } from './product.ts'
import type { Reservation } from './reservation.ts'

export const AUDIT_ACTIONS = [
  'product.created',
  'product.edited',
  'product.price_changed',
  'product.deleted',
  'products.imported',
  'stock.set',
  'stock.adjusted',
  'reservation.recovered',
] as const

/** The author of an import and of a recovered reservation: the operator, by a command. All others are admins. */
export const OPERATOR = 'operator'

type Value = string | number | null
type Change = { readonly field: string; readonly before: Value; readonly after: Value }
export type AuditRecord = {
  readonly action: (typeof AUDIT_ACTIONS)[number]
  readonly subject: { readonly type: 'product' | 'order'; readonly id: string; readonly name?: string }
  readonly changes: readonly Change[]
  readonly note?: string
}

const subjectOf = ({ id, name }: Product) => ({ type: 'product', id, name }) as const

export const productCreated = (product: Product): AuditRecord => ({
  action: 'product.created',
  subject: subjectOf(product),
  changes: (['name', 'description', 'priceMinor', 'stock'] as const).map((field) => ({
    field,
    before: null,
    after: product[field],
  })),
})

export function productEdited(before: Product, after: Product): readonly AuditRecord[] {
  const record = (action: AuditRecord['action'], ...fields: (keyof ProductFields)[]): AuditRecord[] => {
    const changes = fields
      .filter((field) => before[field] !== after[field])
      .map((field) => ({ field, before: before[field], after: after[field] }))
    return changes.length === 0 ? [] : [{ action, subject: subjectOf(after), changes }]
  }
  return [
    ...record('product.edited', 'name', 'description'),
    ...record('product.price_changed', 'priceMinor'),
    ...record('stock.set', 'stock'),
  ]
}

export const productDeleted = (product: Product): AuditRecord => ({
  action: 'product.deleted',
  subject: subjectOf(product),
  changes: [],
})

export const stockAdjusted = (before: Product, after: Product, note: string): AuditRecord => ({
  action: 'stock.adjusted',
  subject: subjectOf(after),
  changes: [{ field: 'stock', before: before.stock, after: after.stock }],
  note,
})

/** One record for all products of an import, by the first of them. */
export const productsImported = (first: Product, count: number): AuditRecord => ({
  action: 'products.imported',
  subject: subjectOf(first),
  changes: [{ field: 'products', before: null, after: count }],
})

/** `before` is undefined if the store did not know the order. */
export const reservationRecovered = (before: Reservation | undefined, after: Reservation): AuditRecord => ({
  action: 'reservation.recovered',
  subject: { type: 'order', id: after.orderId },
  changes: [{ field: 'status', before: before?.status ?? null, after: after.status }],
})
