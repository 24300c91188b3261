/** The documents of groups, and of slugs. */
import type { Group } from '../domain/group.ts'
import type { SlugOwner } from '../domain/slug.ts'
import { restOf } from '../domain/stored_details.ts'
import { type StoredGroup, type StoredGroupRest, validateStoredGroup } from '../domain/stored_group.ts'

/** `listed`: it was not removed. */
export type GroupDocument = Omit<StoredGroup, 'id' | 'rest'> & {
  _id: string
  details: StoredGroupRest
  version: number
  listed?: true
  /** As of products. */
  changedAt?: string
  /** Grows with every variant that joins it (mongo_groups.ts). */
  joins?: number
  /** Its variants do not all follow its last change yet (mongo_group_steps.ts). */
  behind?: true
}

export function groupDocument(group: Group): GroupDocument {
  const { id, media, categories, attributes, draft, publishAt, deletedAt, ...fields } = group
  return {
    _id: id,
    ...fields,
    details: restOf({ media, categories, attributes }) ?? {},
    ...(draft ? { draft } : {}),
    ...(publishAt === null ? {} : { publishAt }),
    ...(deletedAt === null ? { listed: true as const } : { deletedAt }),
  }
}

/** Fields that a group may lose by an edit. */
export const OPTIONAL_GROUP_FIELDS = ['draft', 'publishAt', 'listed'] as const

export const groupOf = ({
  _id,
  details,
  draft,
  publishAt,
  deletedAt,
  listed: _,
  changedAt: ___,
  joins: __,
  behind: ____,
  ...fields
}: GroupDocument): Group =>
  validateStoredGroup({
    ...{ ...fields, id: _id, rest: details },
    draft: draft === true,
    publishAt: publishAt ?? null,
    deletedAt: deletedAt ?? null,
  })

/** Whose slug it is, or was if it is not `current`. */
export type SlugDocument = { _id: string; owner: string; kind: SlugOwner['kind']; current: boolean }
