/**
 * What the audit log of this service records: the changes of admins, and of the operator of the shop by a command. Sales,
 * releases and shipments are not recorded: the ledger and the reservations are their records.
 *
 * An edit is recorded by what it changed: texts, price and stock each have a record of their own, so that a filter by action
 * finds every change of its kind. Those of groups: audit_groups.ts; of categories: audit_categories.ts. Pictures have a record of their own beside that of the
 * other details, which says in words what changed (audit_pictures.ts).
 */
import { pictureChanges } from './audit_pictures.ts'
import { NO_DETAILS, type ProductDetails, type Shown } from './details.ts'
import type { Product } from './product.ts'
import type { Reservation } from './reservation.ts'
import { slugChoices } from './slug.ts'

export const AUDIT_ACTIONS = [
  'product.created',
  'product.edited',
  'product.price_changed',
  'product.details_changed',
  'product.published',
  'product.hidden',
  'product.deleted',
  'group.created',
  'group.edited',
  'group.published',
  'group.hidden',
  'group.deleted',
  'category.created',
  'category.edited',
  'category.moved',
  'category.deleted',
  'products.imported',
  'stock.set',
  'stock.adjusted',
  'reservation.recovered',
  'shop.settings_changed',
] as const

/** The author of an import and of a recovered reservation: the operator, by a command. All others are admins. */
export const OPERATOR = 'operator'
/** The author of what a schedule publishes. */
export const SYSTEM = 'system'

type Value = string | number | null
type Change = { readonly field: string; readonly before: Value; readonly after: Value }
export type AuditRecord = {
  readonly action: (typeof AUDIT_ACTIONS)[number]
  readonly subject: {
    readonly type: 'product' | 'group' | 'category' | 'order' | 'shop'
    readonly id: string
    readonly name?: string
  }
  readonly changes: readonly Change[]
  readonly note?: string
}

const subjectOf = ({ id, name }: Product) => ({ type: 'product', id, name }) as const

/** A slug that follows from the name has no record of its own. */
export const productCreated = (product: Product): readonly AuditRecord[] => [
  {
    action: 'product.created',
    subject: subjectOf(product),
    changes: (['name', 'description', 'priceMinor', 'stock'] as const).map((field) => ({
      field,
      before: null,
      after: product[field],
    })),
  },
  ...recordOf(
    subjectOf(product),
    'product.price_changed',
    { compareAtMinor: null },
    { compareAtMinor: product.details.compareAtMinor },
    'compareAtMinor',
  ),
  ...detailRecords(subjectOf(product), { ...NO_DETAILS, slug: followingSlug(product) }, product.details),
]

const followingSlug = ({ id, name, details: { slug } }: Product) =>
  slug !== null && slugChoices(name, id).includes(slug) ? slug : null

export function productEdited(before: Product, after: Product): readonly AuditRecord[] {
  const subject = subjectOf(after)
  return [
    ...recordOf(subject, 'product.edited', before, after, 'name', 'description'),
    ...recordOf(subject, 'product.price_changed', flat(before), flat(after), 'priceMinor', 'compareAtMinor'),
    ...recordOf(subject, 'stock.set', before, after, 'stock'),
    ...detailRecords(subject, before.details, after.details),
  ]
}

const flat = ({ priceMinor, details: { compareAtMinor } }: Product) => ({ priceMinor, compareAtMinor })

type Subject = AuditRecord['subject']

/** One record of the fields that differ; none if none does. */
export function recordOf<Fields extends object>(
  subject: Subject,
  action: AuditRecord['action'],
  before: Fields,
  after: Fields,
  ...fields: (keyof Fields & string)[]
): AuditRecord[] {
  const changes = fields
    .map((field) => ({ field, before: auditValue(before[field]), after: auditValue(after[field]) }))
    .filter((change) => change.before !== change.after)
  return changes.length === 0 ? [] : [{ action, subject, changes }]
}

export const auditValue = (value: unknown): Value =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Value)

function detailRecords(subject: Subject, before: ProductDetails, after: ProductDetails): AuditRecord[] {
  const variant = ({ groupId, optionValues }: ProductDetails) =>
    groupId === null ? null : `${groupId}: ${optionValues.join(', ')}`
  const named = (details: ProductDetails) => ({ ...details, variant: variant(details) })
  const fields = [
    'sku',
    'gtin',
    'weightGrams',
    'taxClass',
    'slug',
    'categories',
    'attributes',
    'variant',
  ] as const
  return [
    ...recordOf(subject, 'product.details_changed', named(before), named(after), ...fields),
    ...pictureRecords(subject, 'product.details_changed', before.media, after.media),
    ...visibilityRecords(subject, 'product', before, after),
  ]
}

export function pictureRecords(
  subject: Subject,
  action: AuditRecord['action'],
  before: Shown['media'],
  after: Shown['media'],
) {
  const changes = pictureChanges(before, after)
  return changes.length === 0 ? [] : [{ action, subject, changes }]
}

export function visibilityRecords(subject: Subject, kind: 'product' | 'group', before: Shown, after: Shown) {
  const seen = ({ draft, publishAt }: Shown) => ({ status: draft ? 'draft' : 'published', publishAt })
  const action = after.draft ? `${kind}.hidden` : `${kind}.published`
  return recordOf(subject, action as AuditRecord['action'], seen(before), seen(after), 'status', 'publishAt')
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
