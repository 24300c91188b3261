/** What the domain asks when a product, group or category is changed: what is read for it, and the answers from what was read. */
import { groupTarget } from '../domain/change_group.ts'
import { isRemoved } from '../domain/change_product.ts'
import type { EditableDetails, ShownFields } from '../domain/details.ts'
import { isSame, skuForms } from '../domain/details.ts'
import type { References } from '../domain/references.ts'
import { slugChoices } from '../domain/slug.ts'
import type { SlugDocument } from './mongo_group_documents.ts'
import type { Effects, ReadSet, State } from './mongo_work.ts'

type Given = Partial<EditableDetails> | Partial<ShownFields>

/** `before`: the group and slug that it has. */
export function readsFor(
  {
    id,
    name,
    before,
  }: {
    id: string
    name: string
    before?: {
      slug: string | null
      categories: readonly string[]
      groupId?: string | null
      optionValues?: readonly string[]
    }
  },
  given: Given,
): ReadSet {
  const {
    sku,
    groupId = before?.groupId,
    optionValues = before?.optionValues,
  } = given as Partial<EditableDetails>
  const slugs = given.slug ? [given.slug] : before?.slug ? [] : slugChoices(name, id)
  return {
    slugs: before?.slug ? [before.slug, ...slugs] : slugs,
    skus: sku ? skuForms(sku) : [],
    categoryIds: given.categories ?? before?.categories ?? [],
    mediaIds: given.media?.map((item) => item.id) ?? [],
    groupIds: groupId ? [groupId] : [],
    variants: groupId && optionValues ? [{ groupId, optionKey: JSON.stringify(optionValues) }] : [],
  }
}

/** All of several read sets. */
export const joined = (reads: readonly ReadSet[]): ReadSet => ({
  slugs: reads.flatMap(({ slugs = [] }) => slugs),
  skus: reads.flatMap(({ skus = [] }) => skus),
  categoryIds: reads.flatMap(({ categoryIds = [] }) => categoryIds),
  mediaIds: reads.flatMap(({ mediaIds = [] }) => mediaIds),
  groupIds: reads.flatMap(({ groupIds = [] }) => groupIds),
  variants: reads.flatMap(({ variants = [] }) => variants),
})

export function referencesOf(state: State): References {
  const live = () => [...state.products.values()].filter((product) => !isRemoved(product))
  return {
    slugOwner(slug) {
      const found = state.slugs.get(slug)
      return found?.current ? found.owner : undefined
    },
    skuOwner(text) {
      const forms: readonly (string | null)[] = skuForms(text)
      return live().find(({ details }) => forms.includes(details.sku))?.id
    },
    group: (id) => state.groups.get(id),
    variantCount: (groupId) => state.variantCounts.get(groupId) ?? 0,
    variantOf: (groupId, optionValues) =>
      live().find(({ details }) => details.groupId === groupId && isSame(details.optionValues, optionValues))
        ?.id,
    hasCategory: (id) => state.categories.has(id),
    media: (id) => state.media.get(id),
  }
}

/** The slug documents that change with the slug of `owner`. */
export function movedSlug(
  before: string | null,
  after: string | null,
  owner: string,
  kind: SlugDocument['kind'],
): readonly SlugDocument[] {
  if (before === after) return []
  return [
    ...(before === null ? [] : [{ _id: before, owner, kind, current: false }]),
    ...(after === null ? [] : [{ _id: after, owner, kind, current: true }]),
  ]
}

/** The state after `effects`, for what is decided next. Changes `state`. */
export function apply(state: State, effects: Effects): void {
  for (const product of effects.products ?? []) {
    const { groupId } = product.details
    const before = state.products.get(product.id)
    const isNew = !before || before.details.groupId !== groupId
    if (groupId !== null && isNew) {
      state.variantCounts.set(groupId, (state.variantCounts.get(groupId) ?? 0) + 1)
    }
    state.products.set(product.id, product)
    const used = groupId === null ? undefined : state.usedValues.get(groupId)
    if (used && !isSame(before?.details.optionValues, product.details.optionValues))
      state.usedValues.set(groupId!, [...used, product.details.optionValues])
  }
  for (const each of effects.reservations ?? []) state.reservations.set(each.orderId, each)
  for (const each of effects.attempts ?? []) state.attempts.set(each._id, each)
  for (const each of effects.slugs ?? []) state.slugs.set(each._id, each)
  if (effects.tree) {
    for (const { id } of state.tree?.categories ?? []) state.categories.delete(id)
    for (const { id } of effects.tree.categories) state.categories.add(id)
    state.tree = effects.tree
  }
  for (const each of effects.groups ?? []) {
    if (each.deletedAt === null) state.groups.set(each.id, each)
    else state.groups.delete(each.id)
    if (groupTarget(each) === 'shown') state.offSale.delete(each.id)
    else state.offSale.add(each.id)
  }
}

/** A state of its own, which `apply` can change. */
export const copyOf = (state: State): State => ({
  products: new Map(state.products),
  reservations: new Map(state.reservations),
  attempts: new Map(state.attempts),
  groups: new Map(state.groups),
  slugs: new Map(state.slugs),
  categories: new Set(state.categories),
  tree: state.tree,
  media: state.media,
  variantCounts: new Map(state.variantCounts),
  usedValues: new Map(state.usedValues),
  offSale: new Set(state.offSale),
})
