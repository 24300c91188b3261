/**
 * Changes of a group of variants. A group is sold only through its variants: prices, stock and the ledger are theirs.
 *
 * Invariants
 *  7. No lost update: as of a product, an edit that named a version is applied if no other edit happened since.
 *  - Each variant has one value of each option. So an option that variants use is neither removed nor added, and a value
 *    that a variant uses is not removed.
 */
import { shownAs } from './change_details.ts'
import { askedFor, removeProduct } from './change_product.ts'
import { isHidden, isSame, NO_DETAILS } from './details.ts'
import { DomainError } from './errors.ts'
import type { Group, GroupFields, GroupOption } from './group.ts'
import { recordPrice } from './price_history.ts'
import type { AuditStamp, Product, SeenVersions } from './product.ts'
import type { References } from './references.ts'

/** Fails as shownAs does. */
export function newGroup(id: string, fields: GroupFields, { at }: AuditStamp, references: References): Group {
  const { name, description, options } = fields
  return {
    ...shownAs({ id, name, before: NO_SHOWN, given: fields }, references),
    ...{ id, name, description, options },
    version: 1,
    editVersion: 1,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    priceFromMinor: null,
    priceToMinor: null,
    variants: 0,
    inStock: false,
  }
}

/**
 * Sets the given fields; if all are as before, the version stays. `used` are the option values of its variants.
 * Fails with `group_conflict`, `option_in_use`, or as shownAs does.
 */
export function editGroup(
  group: Group,
  fields: Partial<GroupFields>,
  seen: SeenVersions,
  { at }: AuditStamp,
  used: readonly (readonly string[])[],
  references: References,
): Group {
  requireSeen(group, seen)
  const { name = group.name, description = group.description, options = group.options } = fields
  requireOptions(options, used)
  const shown = shownAs({ id: group.id, name, before: group, given: fields }, references)
  const edited = { ...group, ...shown, name, description, options }
  if (isSame(edited, group)) return group
  const version = group.version + 1
  return { ...edited, version, editVersion: version, updatedAt: at }
}

/** Its variants are removed with it. Fails with `group_conflict`. */
export function removeGroup(group: Group, seen: SeenVersions, { at }: AuditStamp): Group {
  requireSeen(group, seen)
  const version = group.version + 1
  return { ...group, version, editVersion: version, updatedAt: at, deletedAt: at }
}

/** A variant after its group was hidden, published or removed: an edit of it. */
export function withGroup(
  product: Product,
  to: 'hidden' | 'shown' | 'removed',
  { at, by }: AuditStamp,
): Product {
  if (to === 'removed') return removeProduct(product, undefined, { at, by })
  const before = askedFor(product)
  const shown = { ...product.details, groupDraft: to === 'hidden' }
  const prices = recordPrice(shown.prices, before, { ...before, hidden: isHidden(shown) }, at)
  const details = { ...shown, prices }
  const version = product.version + 1
  const deletedAt = isHidden(details) ? (product.deletedAt ?? at) : null
  return { ...product, version, editVersion: version, updatedAt: at, deletedAt, details }
}

/** What the variants of a group should be. */
export const groupTarget = ({ deletedAt, draft }: Pick<Group, 'deletedAt' | 'draft'>) =>
  deletedAt !== null ? 'removed' : draft ? 'hidden' : 'shown'

/** Variants that follow a change of their group in one transaction. */
export const VARIANTS_AT_ONCE = 50

/** Whether the variants of a group have to follow its edit. */
export const variantsFollow = (before: Group, after: Group): boolean => before.draft !== after.draft

const NO_SHOWN = (({ slug, draft, publishAt, media, categories, attributes }) => ({
  ...{ slug, draft, publishAt, media, categories, attributes },
}))(NO_DETAILS)

function requireOptions(options: readonly GroupOption[], used: readonly (readonly string[])[]) {
  const lacking = used.find(
    (values) =>
      values.length !== options.length || values.some((value, i) => !options[i]!.values.includes(value)),
  )
  if (!lacking) return
  throw new DomainError('option_in_use', `A variant is ${lacking.join(', ')}; its options must stay.`)
}

function requireSeen(group: Group, seen: SeenVersions) {
  const fits = (version: number) => version >= group.editVersion && version <= group.version
  if (seen === undefined || seen.some(fits)) return
  throw new DomainError(
    'group_conflict',
    `The group is now at version ${group.version}; nothing was changed. Read current and try again.`,
    { current: group },
  )
}
