/** Pages of all products that were not removed, hidden ones too, newest first: for admins. Each walks one index. */
import type { DatabaseSync } from 'node:sqlite'
import { pageOf } from '../domain/pages.ts'
import type { Catalogue } from '../domain/ports.ts'
import { LIVE, PRODUCT_COLUMNS, prepareAnyNumbers, prepareQuery, type ReadProducts } from './sqlite_rows.ts'

export function prepareAnyPages(db: DatabaseSync, reading: ReadProducts): Catalogue['listAny'] {
  const seq = prepareQuery(db, 'SELECT seq FROM products WHERE id = ?')
  const pages = (where: string) =>
    prepareAnyNumbers(
      db,
      `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE ${where} AND p.seq < ? ORDER BY p.seq DESC LIMIT ?`,
    )
  const hidden = pages('(p.draft = 1 OR p.group_draft = 1)')
  const bySku = prepareAnyNumbers(
    db,
    `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.sku = ? AND ${LIVE} AND p.seq < ? LIMIT ?`,
  )
  const ofGroup = pages(`p.group_id = ? AND p.group_id IS NOT NULL AND ${LIVE}`)

  return async (which, { after, limit }) => {
    const before = after ? (seq.get(after[0]!)?.[0] ?? 0) : Number.MAX_SAFE_INTEGER
    const found = await reading.fill(limit + 1, (count, { length }) => {
      const rest = [before as number, length + count]
      if ('hidden' in which) return hidden.all(...rest).slice(length)
      return ('sku' in which ? bySku.all(which.sku, ...rest) : ofGroup.all(which.groupId, ...rest)).slice(
        length,
      )
    })
    return pageOf(found, 'newest', limit)
  }
}
