/** What the domain asks when a product, group or category is changed, and the table of slugs. Only inside `SqliteStore.write`. */
import type { DatabaseSync } from 'node:sqlite'
import { isSame, type Shown, skuForms } from '../domain/details.ts'
import type { References } from '../domain/references.ts'
import type { SlugOwner } from '../domain/slug.ts'
import { prepareGroup } from './sqlite_groups.ts'
import { prepareMediaUses } from './sqlite_media_uses.ts'
import { LIVE, prepareQuery, type Query } from './sqlite_rows.ts'

export type SqliteReferences = References & {
  /** Records that the slug of `owner` changed. The one before leads to it from now on. */
  moveSlug(before: string | null, after: string | null, owner: string, kind: SlugOwner['kind']): void
  /** Records that `owner` shows other pictures. */
  showMedia(owner: string, before: Shown['media'], after: Shown['media'], at: string): void
}

export function prepareReferences(db: DatabaseSync): SqliteReferences {
  const slug = prepareQuery(
    db,
    // The release before removes a product without its slug.
    `SELECT s.owner FROM slugs s WHERE s.slug = ? AND s.current = 1 AND (s.of_group = 1 OR s.of_category = 1 OR EXISTS
       (SELECT 1 FROM products p WHERE p.id = s.owner AND ${LIVE}))`,
  )
  const sku = prepareQuery(db, `SELECT p.id FROM products p WHERE p.sku IN (?, ?) AND ${LIVE}`)
  const count = prepareQuery(db, `SELECT count(*) FROM products p WHERE p.group_id = ? AND ${LIVE}`)
  const variant = prepareQuery(
    db,
    `SELECT p.id FROM products p WHERE p.group_id = ? AND p.option_values = ? AND ${LIVE}`,
  )
  const category = prepareQuery(db, 'SELECT 1 FROM categories WHERE id = ?')
  const media = prepareQuery(db, 'SELECT width, height, blur FROM media WHERE id = ?')
  const uses = prepareMediaUses(db)
  const group = prepareGroup(db)
  const leadOn = db.prepare('UPDATE slugs SET current = 0 WHERE slug = ? AND owner = ?')
  const take = db.prepare(
    'INSERT OR REPLACE INTO slugs (slug, owner, of_group, of_category, current) VALUES (?, ?, ?, ?, 1)',
  )
  const first = (query: Pick<Query, 'get'>, ...values: string[]) =>
    query.get(...values)?.[0] as string | undefined

  return {
    slugOwner: (text) => first(slug, text),
    skuOwner: (text) => first(sku, ...skuForms(text)),
    group,
    variantCount: (groupId) => Number(count.get(groupId)![0]),
    variantOf: (groupId, values) => first(variant, groupId, JSON.stringify(values)),
    hasCategory: (id) => category.get(id) !== undefined,
    media(id) {
      const row = media.get(id)
      return row && { width: Number(row[0]), height: Number(row[1]), blur: String(row[2]) }
    },
    showMedia(owner, before, after, at) {
      if (!isSame(idsOf(before), idsOf(after))) uses(owner, idsOf(after), at)
    },
    moveSlug(before, after, owner, kind) {
      if (before === after) return
      if (before !== null) leadOn.run(before, owner)
      if (after !== null) {
        take.run(after, owner, Number(kind === 'group'), Number(kind === 'category'))
      }
    },
  }
}

const idsOf = (media: Shown['media']): readonly string[] => media.map(({ id }) => id)
