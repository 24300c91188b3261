/**
 * Changes of the details of a product: what a value may be beside the others, and beside what else is in the store.
 *
 * Invariants
 *  - A slug and a SKU name one product; a combination of option values names one variant of its group.
 *  - A draft is not on sale, and neither is a variant of a group that is a draft.
 *  - Slug, categories and attributes of a variant are those of its group.
 */
import {
  type EditableDetails,
  keptSku,
  type ProductDetails,
  type Shown,
  type ShownFields,
  type ShownMedia,
} from './details.ts'
import { DomainError } from './errors.ts'
import { type Group, VARIANTS_MAX } from './group.ts'
import type { MediaItem } from './media.ts'
import type { Product } from './product.ts'
import type { References } from './references.ts'
import { slugChoices } from './slug.ts'

/**
 * The details after an edit, or of a new product, which begins with NO_DETAILS; a slug is made from the name if there is none.
 * Fails with `sku_taken`, `slug_taken`, `category_unknown`, `media_unknown`, `group_not_found`, `belongs_to_group`,
 * `option_values_invalid`, `variant_exists`, `group_is_full` or `not_a_draft`.
 */
export function changeDetails(
  { id, name, details: before }: Pick<Product, 'id' | 'name' | 'details'>,
  given: Partial<EditableDetails>,
  references: References,
): ProductDetails {
  const { media: _, ...chosen } = given
  const { sku = before.sku } = chosen
  const after = { ...before, ...chosen, sku: keptSku(before.sku, sku) }
  if (after.sku !== null && after.sku !== before.sku) {
    requireOwn('sku', after.sku, id, references.skuOwner(after.sku))
  }
  const group = groupOf(id, before, after, references)
  const shown = shownAs({ id, name, before, given, isVariant: group !== undefined }, references)
  return { ...after, ...shown, groupDraft: group?.draft ?? false }
}

/** What products and groups have in common. Fails as changeDetails does. */
export function shownAs(
  {
    id,
    name,
    before,
    given,
    isVariant = false,
  }: {
    readonly id: string
    readonly name: string
    readonly before: Shown
    readonly given: Partial<ShownFields>
    readonly isVariant?: boolean
  },
  references: References,
): Shown {
  const { slug: _, media: wanted, ...chosen } = pickShown(given)
  const { attributes, draft, publishAt } = { ...before, ...chosen }
  // A category that was removed since stays out.
  const { categories = before.categories.filter(references.hasCategory) } = chosen
  if (given.publishAt && !draft) {
    throw new DomainError('not_a_draft', 'A time of publishing can be set for a draft only.')
  }
  const unknown = categories.find((each) => !references.hasCategory(each))
  if (unknown !== undefined) {
    throw new DomainError('category_unknown', `There is no category ${unknown}.`)
  }
  const media = wanted?.map((item) => withFacts(item, before.media, references)) ?? before.media
  if (isVariant && (given.slug || categories.length > 0 || Object.keys(attributes).length > 0)) {
    throw new DomainError(
      'belongs_to_group',
      'A variant has the slug, categories and attributes of its group.',
    )
  }
  const slug = isVariant ? null : slugFor(id, name, before.slug, given.slug, references)
  return { slug, draft, publishAt: draft ? publishAt : null, media, categories, attributes }
}

const pickShown = (given: Partial<ShownFields>): Partial<ShownFields> =>
  Object.fromEntries(
    (['slug', 'draft', 'publishAt', 'media', 'categories', 'attributes'] as const).flatMap((field) =>
      given[field] === undefined ? [] : [[field, given[field]]],
    ),
  )

/** The slug after an edit; one that is free, made from the name, if there was none and none is given. Fails with `slug_taken`. */
export function slugFor(
  id: string,
  name: string,
  before: string | null,
  given: string | null | undefined,
  references: Pick<References, 'slugOwner'>,
): string | null {
  if (given) {
    if (given !== before) requireOwn('slug', given, id, references.slugOwner(given))
    return given
  }
  if (before !== null) return before
  const free = slugChoices(name, id).find((choice) => isFree(references.slugOwner(choice), id))
  if (free === undefined)
    throw new DomainError('slug_taken', `The slugs for ${name} are taken; choose one.`, {
      owner: references.slugOwner(id)!,
    })
  return free
}

const isFree = (owner: string | undefined, id: string) => owner === undefined || owner === id

function requireOwn(what: 'sku' | 'slug', text: string, id: string, owner: string | undefined) {
  if (isFree(owner, id)) return
  throw new DomainError(`${what}_taken`, `${text} belongs to ${owner}.`, { owner: owner! })
}

function withFacts(item: MediaItem, before: Shown['media'], references: References): ShownMedia {
  const { id, alt, focus } = item
  const facts = before.find((each) => each.id === id) ?? references.media(id)
  if (!facts) throw new DomainError('media_unknown', `There is no picture ${id}.`, { picture: id })
  return { id, alt, focus, width: facts.width, height: facts.height, blur: facts.blur }
}

/** The group of a variant, which fits. Undefined if it is none. */
function groupOf(
  id: string,
  before: ProductDetails,
  { groupId, optionValues }: ProductDetails,
  references: References,
): Group | undefined {
  if (groupId === null) {
    if (optionValues.length === 0) return undefined
    throw new DomainError('option_values_invalid', 'Only a variant of a group has option values.')
  }
  const group = references.group(groupId)
  if (!group) throw new DomainError('group_not_found', `There is no group ${groupId}.`)
  const fits =
    optionValues.length === group.options.length &&
    group.options.every(({ values }, i) => values.includes(optionValues[i]!))
  if (!fits) {
    const options = group.options.map(({ name, values }) => `${name}: ${values.join(', ')}`).join('; ')
    throw new DomainError('option_values_invalid', `One value of each option is needed. ${options}`)
  }
  const same = references.variantOf(groupId, optionValues)
  if (same !== undefined && same !== id) {
    throw new DomainError('variant_exists', `${same} is the variant ${optionValues.join(', ')}.`, {
      owner: same,
    })
  }
  if (before.groupId !== groupId && references.variantCount(groupId) >= VARIANTS_MAX) {
    throw new DomainError('group_is_full', `A group has at most ${VARIANTS_MAX} variants.`)
  }
  return group
}
