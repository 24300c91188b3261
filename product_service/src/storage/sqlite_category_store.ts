/** Categories on SQLite: each change reads the whole tree, at most CATEGORIES_MAX rows, and writes what differs. */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { categoryCreated, categoryDeleted, categoryEdited } from '../domain/audit_categories.ts'
import {
  type Category,
  type CategoryTree,
  inTreeOrder,
  NO_CATEGORIES,
  validateStoredCategory,
} from '../domain/category.ts'
import type { Categories } from '../domain/category_ports.ts'
import { addCategory, differences, editCategory, removeCategory } from '../domain/change_category.ts'
import { prepareReferences } from './sqlite_references.ts'
import { prepareAnyNumbers, prepareQuery, type Row } from './sqlite_rows.ts'

export const CATEGORY_COLUMNS = 'id, name, slug, description, path, position, version'

const SELECT = `SELECT ${CATEGORY_COLUMNS} FROM categories`
const REVISION = "SELECT revision FROM category_tree WHERE id = 'tree'"

/** A path is stored as '/a/b/'. */
const storedPath = (path: readonly string[]) => `/${path.join('/')}/`

export const categoryOf = ([id, name, slug, description, path, position, version]: Row): Category =>
  validateStoredCategory({
    ...{ id, name, slug, description, position, version },
    path: String(path).slice(1, -1).split('/'),
  })

export function createSqliteCategoryStore(
  { reader, writer }: Pick<SqliteStore, 'reader' | 'writer'>,
  audit: SqliteAudit,
  unreadableOf: UnreadableOf,
): Categories {
  const references = prepareReferences(writer)
  const reading = createReading(categoryOf, ([id]) => String(id), unreadableOf('a category'))
  const all = prepareAnyNumbers(reader, SELECT)
  const allToChange = prepareAnyNumbers(writer, SELECT)
  const readRevision = prepareQuery(reader, REVISION)
  const revisionToChange = prepareQuery(writer, REVISION)
  const setRevision = writer.prepare(
    `INSERT INTO category_tree (id, revision) VALUES ('tree', ?1) ON CONFLICT (id) DO UPDATE SET revision = ?1`,
  )
  const put = writer.prepare(
    `INSERT INTO categories (${CATEGORY_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
       ON CONFLICT (id) DO UPDATE
       SET name = ?2, slug = ?3, description = ?4, path = ?5, position = ?6, version = ?7`,
  )
  const remove = writer.prepare('DELETE FROM categories WHERE id = ?')

  const revision = () => Number(readRevision.get()?.[0] ?? 0)
  let tree = NO_CATEGORIES
  let ids: ReadonlySet<string> = new Set()
  const known = (): CategoryTree => {
    const now = revision()
    if (now === tree.revision) return tree
    tree = { revision: now, categories: inTreeOrder(reading.many(all.all())) }
    ids = new Set(tree.categories.map(({ id }) => id))
    return tree
  }

  /** Only inside `audit.write`. One that cannot be read refuses the change: it would be decided without it. */
  const loaded = (): CategoryTree => ({
    revision: Number(revisionToChange.get()?.[0] ?? 0),
    categories: inTreeOrder(allToChange.all().map(reading.one)),
  })
  const save = (before: CategoryTree, after: CategoryTree) => {
    const { written, removed } = differences(before, after)
    for (const id of removed) remove.run(id)
    for (const { id, name, slug, description, path, position, version } of written)
      put.run(id, name, slug, description, storedPath(path), position, version)
    setRevision.run(after.revision)
  }

  return {
    revision,
    tree: async () => known(),
    known,
    has(id) {
      known()
      return ids.has(id)
    },
    create: ({ id, fields }, { by, at }) =>
      audit.write(by, at, (record) => {
        const before = loaded()
        const { tree, category } = addCategory(before, id, fields, references)
        save(before, tree)
        references.moveSlug(null, category.slug, id, 'category')
        categoryCreated(category).forEach(record)
        return category
      }),
    edit: (id, fields, seen, { by, at }) =>
      audit.write(by, at, (record) => {
        const before = loaded()
        const { tree, category } = editCategory(before, id, fields, seen, references)
        if (tree === before) return category
        const was = before.categories.find((each) => each.id === id)!
        save(before, tree)
        references.moveSlug(was.slug, category.slug, id, 'category')
        categoryEdited(was, category).forEach(record)
        return category
      }),
    remove: (id, seen, { by, at }) =>
      audit.write(by, at, (record) => {
        const before = loaded()
        const { tree, category } = removeCategory(before, id, seen)
        save(before, tree)
        references.moveSlug(category.slug, null, id, 'category')
        record(categoryDeleted(category))
      }),
  }
}
