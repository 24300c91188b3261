/** Groups of variants on SQLite. What follows from the variants is kept by the triggers of 0008_catalogue. */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { createReading } from '@shop/service_kit/storage/unreadable'
import { type AuditRecord, SYSTEM } from '../domain/audit.ts'
import { groupCreated, groupDeleted, groupEdited } from '../domain/audit_groups.ts'
import { editGroup, newGroup, removeGroup, variantsFollow } from '../domain/change_group.ts'
import { choicesOf } from '../domain/choices.ts'
import { isDue } from '../domain/details.ts'
import { DomainError } from '../domain/errors.ts'
import type { Group, GroupFields } from '../domain/group.ts'
import type { Groups } from '../domain/group_ports.ts'
import { pageOf } from '../domain/pages.ts'
import type { AuditStamp, SeenVersions } from '../domain/product.ts'
import { prepareGroupSteps } from './sqlite_group_steps.ts'
import { GROUP_COLUMNS, groupOf, prepareGroupWrites } from './sqlite_groups.ts'
import type { IndexedWrite } from './sqlite_indexed_writes.ts'
import { prepareReferences } from './sqlite_references.ts'
import { LIVE, PRODUCT_COLUMNS, prepareAnyNumbers, prepareQuery, type ReadProducts } from './sqlite_rows.ts'

export function createSqliteGroupStore(
  { reader, writer }: SqliteStore,
  write: IndexedWrite,
  reading: ReadProducts,
  unreadableOf: UnreadableOf,
): Groups {
  const references = prepareReferences(writer)
  const writes = prepareGroupWrites(writer)
  const groups = createReading(groupOf, ([id]) => String(id), unreadableOf('a group'))
  const find = prepareQuery(
    reader,
    `SELECT ${GROUP_COLUMNS} FROM groups g WHERE g.id = ? AND g.deleted_at IS NULL`,
  )
  const page = prepareQuery(
    reader,
    `SELECT ${GROUP_COLUMNS} FROM groups g WHERE g.deleted_at IS NULL AND g.seq < ? ORDER BY g.seq DESC LIMIT ?`,
  )
  const seqOfGroup = prepareQuery(reader, 'SELECT seq FROM groups WHERE id = ?')
  const seqOfProduct = prepareQuery(reader, 'SELECT seq FROM products WHERE id = ?')
  const variants = prepareAnyNumbers(
    reader,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.group_id = ? AND p.deleted_at IS NULL AND p.seq > ?
      ORDER BY p.seq LIMIT ?`,
  )
  const choices = prepareQuery(
    reader,
    `SELECT p.id, p.option_values, p.in_stock FROM products p WHERE p.group_id = ? AND p.deleted_at IS NULL
      ORDER BY p.seq`,
  )
  const used = prepareQuery(writer, `SELECT p.option_values FROM products p WHERE p.group_id = ? AND ${LIVE}`)
  const due = prepareQuery(
    reader,
    `SELECT id FROM groups WHERE publish_at <= ? AND publish_at IS NOT NULL AND draft = 1 AND deleted_at IS NULL
      ORDER BY publish_at LIMIT ?`,
  )
  const steps = prepareGroupSteps(reader, writer, write, references)
  /** What is left is done later, so a failure is none of the change. */
  const followed = (id: string) => steps.finish(id).catch(() => {})

  const loaded = (id: string): Group => {
    const group = references.group(id)
    if (!group) throw new DomainError('group_not_found', `There is no group ${id}.`)
    return group
  }

  const edit = (
    before: Group,
    fields: Partial<GroupFields>,
    seen: SeenVersions,
    stamp: AuditStamp,
    record: (record: AuditRecord) => void,
  ): Group => {
    const { id } = before
    const usedValues = used.all(id).map(([values]) => JSON.parse(values as string) as string[])
    const after = editGroup(before, fields, seen, stamp, usedValues, references)
    if (after === before) return before
    writes.replace(before, after)
    references.moveSlug(before.slug, after.slug, id, 'group')
    references.showMedia(id, before.media, after.media, stamp.at)
    if (variantsFollow(before, after)) steps.begin(id)
    groupEdited(before, after).forEach(record)
    return loaded(id)
  }

  return {
    create: ({ id, fields }, stamp) =>
      write(stamp, (record) => {
        const group = newGroup(id, fields, stamp, references)
        writes.add(group)
        references.moveSlug(null, group.slug, id, 'group')
        references.showMedia(id, [], group.media, stamp.at)
        groupCreated(group).forEach(record)
        return group
      }),
    async find(id) {
      const row = find.get(id)
      return row && groups.one(row)
    },
    async isKnown(id) {
      return seqOfGroup.get(id) !== undefined
    },
    async findMany(ids) {
      return groups.many(ids.map((id) => find.get(id)).filter((row) => row !== undefined))
    },
    async list({ after, limit }) {
      const before = after ? Number(seqOfGroup.get(after[0]!)?.[0] ?? 0) : Number.MAX_SAFE_INTEGER
      const found = await groups.fill(limit + 1, (count, { length }) =>
        page.all(before, length + count).slice(length),
      )
      const items = found.slice(0, limit)
      return { items, next: found.length > limit ? [items.at(-1)!.id] : undefined }
    },
    async edit(id, fields, seen, stamp) {
      const edited = await write(stamp, (record) => edit(loaded(id), fields, seen, stamp, record))
      await followed(id)
      const row = find.get(id)
      return row ? groups.one(row) : edited
    },
    async remove(id, seen, stamp) {
      await write(stamp, (record) => {
        const before = loaded(id)
        const count = references.variantCount(id)
        writes.replace(before, removeGroup(before, seen, stamp))
        references.moveSlug(before.slug, null, id, 'group')
        references.showMedia(id, before.media, [], stamp.at)
        steps.begin(id)
        record(groupDeleted(before, count))
      })
      await followed(id)
    },
    async variants(id, { after, limit }) {
      const from = after ? Number(seqOfProduct.get(after[0]!)?.[0] ?? Number.MAX_SAFE_INTEGER) : 0
      const found = await reading.fill(limit + 1, (count, { length }) =>
        variants.all(id, from, length + count).slice(length),
      )
      return pageOf(found, 'newest', limit)
    },
    async choices(id, chosen) {
      const row = find.get(id)
      if (!row) return undefined
      const onSale = choices.all(id).map(([variantId, values, inStock]) => ({
        id: variantId as string,
        optionValues: JSON.parse(values as string) as string[],
        inStock: inStock === 1,
      }))
      return choicesOf(groups.one(row).options, onSale, chosen)
    },
    async due(at, limit) {
      return [...steps.due(limit), ...due.all(at, limit).map(([id]) => String(id))]
    },
    async publish(id, at) {
      await steps.finish(id)
      const published = await write({ by: SYSTEM, at }, (record) => {
        const group = references.group(id)
        if (!group || !isDue(group, at)) return false
        edit(group, { draft: false }, undefined, { by: SYSTEM, at }, record)
        return true
      })
      if (published) await steps.finish(id)
      return published
    },
  }
}
