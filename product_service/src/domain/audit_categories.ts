/** What the audit log records of changes of categories (audit.ts). */
import { type AuditRecord, recordOf } from './audit.ts'
import { type Category, parentOf } from './category.ts'

const categorySubject = ({ id, name }: Category) => ({ type: 'category', id, name }) as const
const placeOf = (category: Category) => ({ parentId: parentOf(category), position: category.position })

export const categoryCreated = (category: Category): readonly AuditRecord[] => [
  {
    action: 'category.created',
    subject: categorySubject(category),
    changes: Object.entries({ name: category.name, slug: category.slug, ...placeOf(category) }).map(
      ([field, after]) => ({ field, before: null, after }),
    ),
  },
]

export const categoryEdited = (before: Category, after: Category): readonly AuditRecord[] => [
  ...recordOf(categorySubject(after), 'category.edited', before, after, 'name', 'description', 'slug'),
  ...recordOf(
    categorySubject(after),
    'category.moved',
    placeOf(before),
    placeOf(after),
    'parentId',
    'position',
  ),
]

export const categoryDeleted = (category: Category): AuditRecord => ({
  action: 'category.deleted',
  subject: categorySubject(category),
  changes: [],
})
