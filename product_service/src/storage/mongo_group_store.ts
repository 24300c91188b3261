/** Groups of variants on MongoDB; all changes go through mongo_ledger.ts. */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { SYSTEM } from '../domain/audit.ts'
import { groupCreated, groupDeleted, groupEdited } from '../domain/audit_groups.ts'
import { editGroup, newGroup, removeGroup, variantsFollow } from '../domain/change_group.ts'
import { choicesOf } from '../domain/choices.ts'
import { isDue } from '../domain/details.ts'
import { DomainError } from '../domain/errors.ts'
import type { Group, GroupFields } from '../domain/group.ts'
import type { Groups } from '../domain/group_ports.ts'
import { pageOf } from '../domain/pages.ts'
import type { AuditStamp, SeenVersions } from '../domain/product.ts'
import { collectionsOf, type Readings } from './mongo_documents.ts'
import { PAGE_TIMEOUT_MS } from './mongo_pages.ts'
import { movedSlug, readsFor, referencesOf } from './mongo_references.ts'
import type { Ledger, State } from './mongo_work.ts'

export function createMongoGroupStore(
  store: MongoStore,
  ledger: Ledger,
  audit: MongoAudit,
  reading: Readings,
): Groups {
  const { groups, products } = collectionsOf(store)
  const limits = { maxTimeMS: PAGE_TIMEOUT_MS } as const

  const find = (id: string) =>
    store.repeat(async () => {
      const document = await groups.findOne({ _id: id, listed: true })
      return document ? reading.group.one(document) : undefined
    })

  const isBehind = (id: string) =>
    store.repeat(
      async () => (await groups.countDocuments({ _id: id, behind: true }, { limit: 1, ...limits })) > 0,
    )
  const finish = async (id: string) => {
    while (await isBehind(id))
      await ledger({
        reads: {},
        decide: () => ({ answer: undefined, variants: [{ groupId: id, begin: false }] }),
      })
  }
  /** What is left is done later, so a failure is none of the change. */
  const followed = (id: string) => finish(id).catch(() => {})

  /** `isWanted` is asked in the transaction; if it says no, nothing is changed. Resolves the group before and after. */
  const edit = async (
    id: string,
    fields: Partial<GroupFields>,
    seen: SeenVersions,
    stamp: AuditStamp,
    isWanted: (group: Group) => boolean = () => true,
  ): Promise<Group | undefined> => {
    const entryOf = audit.entries(stamp.by, stamp.at)
    const decided = await ledger<Group | undefined>({
      reads: { groupIds: [id], valuesOf: fields.options ? [id] : [] },
      readsAfter(state) {
        const before = state.groups.get(id)
        return before ? readsFor({ id, name: fields.name ?? before.name, before }, fields) : {}
      },
      decide(state) {
        const before = loaded(state, id)
        if (!isWanted(before)) return { answer: undefined }
        const usedValues = fields.options ? (state.usedValues.get(id) ?? []) : []
        const after = editGroup(before, fields, seen, stamp, usedValues, referencesOf(state))
        return {
          answer: after,
          groups: after === before ? [] : [after],
          slugs: movedSlug(before.slug, after.slug, id, 'group'),
          variants: variantsFollow(before, after) ? [{ groupId: id, begin: true }] : [],
          entries: groupEdited(before, after).map(entryOf),
        }
      },
    })
    if (decided) await followed(id)
    // What follows from its variants was written after the decision.
    return decided && ((await find(id)) ?? decided)
  }

  const isKnown = async (id: string) => (await groups.countDocuments({ _id: id }, { limit: 1 })) > 0

  return {
    create({ id, fields }, stamp) {
      const entryOf = audit.entries(stamp.by, stamp.at)
      return ledger({
        reads: readsFor({ id, name: fields.name }, fields),
        decide(state) {
          const group = newGroup(id, fields, stamp, referencesOf(state))
          const slugs = movedSlug(null, group.slug, id, 'group')
          return { answer: group, groups: [group], slugs, entries: groupCreated(group).map(entryOf) }
        },
      })
    },
    find,
    isKnown: (id) => store.repeat(() => isKnown(id)),
    findMany: (ids) =>
      store.repeat(async () => {
        const found = await groups.find({ _id: { $in: [...ids] }, listed: true }, limits).toArray()
        const byId = new Map(reading.group.many(found).map((group) => [group.id, group]))
        return ids.flatMap((id) => byId.get(id) ?? [])
      }),
    list: ({ after, limit }) =>
      store.repeat(async () => {
        const at = after ? String(after[0]) : undefined
        if (at !== undefined && !(await isKnown(at))) return { items: [], next: undefined }
        const found = await reading.group.page(limit + 1, at, (count, before) =>
          groups
            .find(before === undefined ? { listed: true } : { listed: true, _id: { $lt: before } }, limits)
            .sort({ _id: -1 })
            .limit(count)
            .toArray(),
        )
        const items = found.slice(0, limit)
        return { items, next: found.length > limit ? [items.at(-1)!.id] : undefined }
      }),
    edit: async (id, fields, seen, stamp) => (await edit(id, fields, seen, stamp))!,
    async remove(id, seen, stamp) {
      const entryOf = audit.entries(stamp.by, stamp.at)
      await ledger({
        reads: { groupIds: [id], variants: [{ groupId: id, optionKey: '' }] },
        readsAfter: ({ groups }) => ({ slugs: [groups.get(id)?.slug ?? []].flat() }),
        decide(state) {
          const before = loaded(state, id)
          return {
            answer: undefined,
            groups: [removeGroup(before, seen, stamp)],
            slugs: movedSlug(before.slug, null, id, 'group'),
            variants: [{ groupId: id, begin: true }],
            entries: [entryOf(groupDeleted(before, referencesOf(state).variantCount(id)))],
          }
        },
      })
      await followed(id)
    },
    variants: (id, { after, limit }) =>
      store.repeat(async () => {
        const at = after ? String(after[0]) : ''
        const known = after === undefined || (await products.countDocuments({ _id: at }, { limit: 1 })) > 0
        if (!known) return { items: [], next: undefined }
        const found = await reading.product.page(limit + 1, at, (count, from) =>
          products
            .find({ groupId: id, listed: true, _id: { $gt: from } }, { ...limits, projection: { words: 0 } })
            .sort({ _id: 1 })
            .limit(count)
            .toArray(),
        )
        return pageOf(found, 'newest', limit)
      }),
    async choices(id, chosen) {
      const group = await find(id)
      if (!group) return undefined
      const found = await store.repeat(() =>
        products
          .find({ groupId: id, listed: true }, { ...limits, projection: { optionValues: 1, inStock: 1 } })
          .sort({ _id: 1 })
          .toArray(),
      )
      const onSale = found.map(({ _id, optionValues = [], inStock = false }) => ({
        ...{ id: _id, optionValues, inStock },
      }))
      return choicesOf(group.options, onSale, chosen)
    },
    due: (at, limit) =>
      store.repeat(async () => {
        const options = { projection: { _id: 1 }, sort: { publishAt: 1 }, limit } as const
        const found = await groups
          .find({ draft: true, listed: true, publishAt: { $lte: at } }, options)
          .toArray()
        const behind = await groups
          .find({ behind: true }, { projection: { _id: 1 }, limit, ...limits })
          .toArray()
        return [...behind, ...found].map(({ _id }) => _id)
      }),
    publish: async (id, at) => {
      try {
        await finish(id)
        const stamp = { by: SYSTEM, at }
        return (await edit(id, { draft: false }, undefined, stamp, (group) => isDue(group, at))) !== undefined
      } catch (error) {
        if ((error as { code?: unknown }).code === 'group_not_found') return false
        throw error
      }
    },
  }
}

function loaded({ groups }: State, id: string): Group {
  const group = groups.get(id)
  if (group) return group
  throw new DomainError('group_not_found', `There is no group ${id}.`)
}
