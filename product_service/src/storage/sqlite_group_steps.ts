/**
 * What a change of a group does to its variants on SQLite: a few at a time, so that no sale waits for 2,000 of them.
 *
 * Promises
 *  1. The change of the group itself says in the same transaction that its variants are behind (change_group.ts, groupTarget). Each step
 *     reads from the group what they should be, so it may be repeated, run twice at once, or be overtaken by another change.
 *  2. Steps that stopped are continued by the publisher, after a restart too.
 */
import type { DatabaseSync } from 'node:sqlite'
import { SYSTEM } from '../domain/audit.ts'
import { groupTarget, VARIANTS_AT_ONCE, withGroup } from '../domain/change_group.ts'
import type { IndexedWrite } from './sqlite_indexed_writes.ts'
import type { prepareReferences } from './sqlite_references.ts'
import { LIVE, placeOf, prepareQuery, prepareWrites, productOf, WRITTEN_COLUMNS } from './sqlite_rows.ts'

const BEHIND = {
  removed: LIVE,
  hidden: `${LIVE} AND p.group_draft = 0`,
  shown: `${LIVE} AND p.group_draft = 1`,
} as const

export function prepareGroupSteps(
  reader: DatabaseSync,
  writer: DatabaseSync,
  write: IndexedWrite,
  references: ReturnType<typeof prepareReferences>,
) {
  const products = prepareWrites(writer)
  const find = prepareQuery(
    writer,
    'SELECT deleted_at, draft, updated_at FROM groups WHERE id = ? AND behind = 1',
  )
  const variants = (where: string) =>
    prepareQuery(
      writer,
      `SELECT ${WRITTEN_COLUMNS} FROM products p WHERE p.group_id = ? AND ${where} LIMIT ?`,
    )
  const left = {
    removed: variants(BEHIND.removed),
    hidden: variants(BEHIND.hidden),
    shown: variants(BEHIND.shown),
  }
  const mark = writer.prepare('UPDATE groups SET behind = ? WHERE id = ?')
  const due = prepareQuery(reader, 'SELECT id FROM groups WHERE behind = 1 ORDER BY seq LIMIT ?')

  /** True if there may be more. */
  const step = (id: string): boolean => {
    const [deletedAt, draft, at] = find.get(id) ?? []
    if (deletedAt === undefined) return false
    const to = groupTarget({ deletedAt: deletedAt as string | null, draft: draft === 1 })
    const rows = left[to].all(id, VARIANTS_AT_ONCE)
    const stamp = { by: SYSTEM, at: String(at) }
    for (const row of rows) {
      const before = productOf(row)
      products.replaceProduct(placeOf(row), before, withGroup(before, to, stamp))
      if (to === 'removed') references.showMedia(before.id, before.details.media, [], stamp.at)
    }
    const more = rows.length === VARIANTS_AT_ONCE
    if (!more) mark.run(0, id)
    return more
  }

  return {
    /** In the transaction of the change of the group. */
    begin: (id: string) => void mark.run(1, id),
    async finish(id: string): Promise<void> {
      const stamp = { by: SYSTEM, at: '' }
      while (await write(stamp, () => step(id)));
    },
    due: (limit: number): readonly string[] => due.all(limit).map(([id]) => String(id)),
  }
}
