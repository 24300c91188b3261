/** Pages of everything that was not removed, oldest first. Each walks one index. */
import type { DatabaseSync } from 'node:sqlite'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { Exported } from '../domain/import_ports.ts'
import { GROUP_COLUMNS, groupOf } from './sqlite_groups.ts'
import { LIVE, PRODUCT_COLUMNS, prepareAnyNumbers, prepareQuery, type ReadProducts } from './sqlite_rows.ts'

export function createSqliteExported(
  db: DatabaseSync,
  reading: ReadProducts,
  unreadableOf: UnreadableOf,
): Exported {
  const groups = createReading(groupOf, ([id]) => String(id), unreadableOf('a group'))
  const seqOf = (table: 'products' | 'groups') => {
    const find = prepareQuery(db, `SELECT seq FROM ${table} WHERE id = ?`)
    return (id: string | undefined) =>
      id === undefined ? 0 : Number(find.get(id)?.[0] ?? Number.MAX_SAFE_INTEGER)
  }
  const [productSeq, groupSeq] = [seqOf('products'), seqOf('groups')]
  const products = prepareAnyNumbers(
    db,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.seq > ? AND ${LIVE} ORDER BY p.seq LIMIT ?`,
  )
  const variants = prepareAnyNumbers(
    db,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.group_id = ? AND p.group_id IS NOT NULL AND p.seq > ? AND ${LIVE}
      ORDER BY p.seq LIMIT ?`,
  )
  const allGroups = prepareQuery(
    db,
    `SELECT ${GROUP_COLUMNS} FROM groups g WHERE g.seq > ? AND g.deleted_at IS NULL ORDER BY g.seq LIMIT ?`,
  )
  return {
    products: async (after, limit) =>
      reading.fill(limit, (count, { length }) =>
        products.all(productSeq(after), length + count).slice(length),
      ),
    variants: async (groupId, after, limit) =>
      reading.fill(limit, (count, { length }) =>
        variants.all(groupId, productSeq(after), length + count).slice(length),
      ),
    groups: async (after, limit) =>
      groups.fill(limit, (count, { length }) => allGroups.all(groupSeq(after), length + count).slice(length)),
  }
}
