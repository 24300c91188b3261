/** The rows of groups. The triggers of 0008_catalogue keep what follows from the variants. */
import type { DatabaseSync } from 'node:sqlite'
import type { Group } from '../domain/group.ts'
import { restOf } from '../domain/stored_details.ts'
import { type StoredGroupRest, validateStoredGroup } from '../domain/stored_group.ts'
import { prepareQuery, type Row } from './sqlite_rows.ts'

export const GROUP_COLUMNS = `g.id, g.name, g.description, g.options, g.details, g.slug, g.draft, g.publish_at, g.version,
  g.edit_version, g.created_at, g.updated_at, g.deleted_at, g.price_from, g.price_to, g.variants, g.in_stock, g.seq`

export const groupOf = (row: Row): Group =>
  validateStoredGroup({
    ...{ id: row[0], name: row[1], description: row[2] },
    options: JSON.parse(row[3] as string),
    rest: JSON.parse(row[4] as string) as StoredGroupRest,
    ...{ slug: row[5], draft: row[6] === 1, publishAt: row[7], version: row[8], editVersion: row[9] },
    ...{ createdAt: row[10], updatedAt: row[11], deletedAt: row[12] },
    ...{ priceFromMinor: row[13], priceToMinor: row[14], variants: row[15], inStock: row[16] === 1 },
  })

/** Undefined for an unknown group, and for a removed one. */
export function prepareGroup(db: DatabaseSync): (id: string) => Group | undefined {
  const find = prepareQuery(
    db,
    `SELECT ${GROUP_COLUMNS} FROM groups g WHERE g.id = ? AND g.deleted_at IS NULL`,
  )
  return (id) => {
    const row = find.get(id)
    return row && groupOf(row)
  }
}

/** Call them only inside `SqliteStore.write`. */
export function prepareGroupWrites(db: DatabaseSync) {
  const add = db.prepare(
    `INSERT INTO groups (id, name, description, options, details, slug, draft, publish_at, version, edit_version,
       created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const replace = db.prepare(
    `UPDATE groups SET name = ?, description = ?, options = ?, details = ?, slug = ?, draft = ?, publish_at = ?,
       version = ?, edit_version = ?, updated_at = ?, deleted_at = ? WHERE id = ? AND version = ?`,
  )
  const values = ({ name, description, options, slug, draft, publishAt, ...group }: Group) => [
    ...[name, description, JSON.stringify(options), JSON.stringify(restOf(group) ?? {})],
    ...[slug, Number(draft), publishAt, group.version, group.editVersion],
  ]
  return {
    add: (group: Group) => add.run(group.id, ...values(group), group.createdAt, group.updatedAt),
    replace(before: Group, after: Group) {
      const { updatedAt, deletedAt, id } = after
      const { changes } = replace.run(...values(after), updatedAt, deletedAt, id, before.version)
      if (changes !== 1) throw new Error(`group ${id} is not at version ${before.version}`)
    },
  }
}
