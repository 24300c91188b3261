/** What the audit log records of groups of variants. */
import { type AuditRecord, auditValue, pictureRecords, recordOf, visibilityRecords } from './audit.ts'
import { NO_DETAILS } from './details.ts'
import type { Group } from './group.ts'

const groupSubject = ({ id, name }: Group) => ({ type: 'group', id, name }) as const
const GROUP_FIELDS = ['name', 'description', 'options', 'slug', 'categories', 'attributes'] as const

export const groupCreated = (group: Group): readonly AuditRecord[] => [
  {
    action: 'group.created',
    subject: groupSubject(group),
    changes: GROUP_FIELDS.map((field) => ({ field, before: null, after: auditValue(group[field]) })),
  },
  ...pictureRecords(groupSubject(group), 'group.edited', [], group.media),
  ...visibilityRecords(groupSubject(group), 'group', NO_DETAILS, group),
]

export const groupEdited = (before: Group, after: Group): readonly AuditRecord[] => [
  ...recordOf(groupSubject(after), 'group.edited', before, after, ...GROUP_FIELDS),
  ...pictureRecords(groupSubject(after), 'group.edited', before.media, after.media),
  ...visibilityRecords(groupSubject(after), 'group', before, after),
]

/** Its variants are removed with it, and have no records of their own. */
export const groupDeleted = (group: Group, variants: number): AuditRecord => ({
  action: 'group.deleted',
  subject: groupSubject(group),
  changes: [{ field: 'variants', before: variants, after: 0 }],
})
