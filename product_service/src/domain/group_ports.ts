/** What groups of variants need from a store. Every adapter passes test/groups_contract.ts; the rules of ports.ts apply. */
import type { Choices } from './choices.ts'
import type { Group, GroupFields } from './group.ts'
import type { Page, PageKey } from './page.ts'
import type { AuditStamp, Product, SeenVersions } from './product.ts'

/** Drafts with a time of publishing. */
export type Scheduled = {
  /** Ids of drafts whose time has come, up to `limit`. */
  due(at: string, limit: number): Promise<readonly string[]>
  /** Publishes a draft whose time has come; false if there is none of this id (any more). */
  publish(id: string, at: string): Promise<boolean>
}

/** Groups of variants. No other method finds a removed one. */
export type Groups = {
  /** Fails as newGroup does. */
  create(draft: { readonly id: string; readonly fields: GroupFields }, stamp: AuditStamp): Promise<Group>
  find(id: string): Promise<Group | undefined>
  /** Is or was there a group of this id? */
  isKnown(id: string): Promise<boolean>
  /** Those of a few ids that are there, in the order of the ids. */
  findMany(ids: readonly string[]): Promise<readonly Group[]>
  /** Newest first; `after` is [id]. */
  list(page: { after: PageKey | undefined; limit: number }): Promise<Page<Group>>
  /** Applies editGroup. Fails with `group_not_found`, or as editGroup does. */
  edit(id: string, fields: Partial<GroupFields>, seen: SeenVersions, stamp: AuditStamp): Promise<Group>
  /** Removes the group and its variants. */
  remove(id: string, seen: SeenVersions, stamp: AuditStamp): Promise<void>
  /** Its variants on sale, oldest first; `after` is [id]. */
  variants(id: string, page: { after: PageKey | undefined; limit: number }): Promise<Page<Product>>
  /** Applies choicesOf to its variants on sale. Undefined for an unknown group. */
  choices(id: string, chosen: readonly (string | undefined)[]): Promise<Choices | undefined>
} & Scheduled
