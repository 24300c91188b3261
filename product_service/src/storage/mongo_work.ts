/** One work of the ledger: what it reads, what it decides, what that changes. */
import type { AuditEntry } from '@shop/service_kit/audit/entry'
import type { CategoryTree } from '../domain/category.ts'
import type { Group } from '../domain/group.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { Movement, Product } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import type { Attempt } from './mongo_documents.ts'
import type { SlugDocument } from './mongo_group_documents.ts'

/** The ids that a decision reads. The products of held reservations are loaded too. */
export type ReadSet = {
  readonly productIds?: readonly string[]
  readonly orderIds?: readonly string[]
  readonly attemptIds?: readonly string[]
  readonly groupIds?: readonly string[]
  readonly slugs?: readonly string[]
  readonly categoryIds?: readonly string[]
  /** All categories. */
  readonly tree?: true
  readonly mediaIds?: readonly string[]
  /** Products of these SKUs that were not removed. */
  readonly skus?: readonly string[]
  /** The number of variants of these groups, and one of these option values. */
  readonly variants?: readonly { readonly groupId: string; readonly optionKey: string }[]
  /** Groups of which it is read whether their variants may be sold. */
  readonly ifOnSale?: readonly string[]
  /** The option values of all variants of these groups. */
  readonly valuesOf?: readonly string[]
}

export type State = {
  readonly products: Map<string, Product>
  readonly reservations: Map<string, Reservation>
  readonly attempts: Map<string, Attempt>
  /** Those that were not removed. */
  readonly groups: Map<string, Group>
  readonly slugs: Map<string, SlugDocument>
  readonly categories: Set<string>
  /** Undefined if no work reads it. */
  tree: CategoryTree | undefined
  readonly media: Map<string, MediaFacts>
  /** Variants of each group that was read. */
  readonly variantCounts: Map<string, number>
  /** Of `ifOnSale`, the drafts and those that were removed. */
  readonly offSale: Set<string>
  readonly usedValues: Map<string, readonly (readonly string[])[]>
}

/** The variants of a group are to follow its change (`begin`), or some of them do (mongo_group_steps.ts). */
export type VariantsChange = { readonly groupId: string; readonly begin: boolean }

/** The changes of a decision: `products` and `reservations` as they are afterwards. */
export type Effects = {
  readonly products?: readonly Product[]
  readonly movements?: readonly Movement[]
  readonly reservations?: readonly Reservation[]
  readonly attempts?: readonly Attempt[]
  readonly groups?: readonly Group[]
  readonly slugs?: readonly SlugDocument[]
  readonly tree?: CategoryTree
  readonly variants?: readonly VariantsChange[]
  /** Entries of the audit log: only of what admins and the operator change. */
  readonly entries?: readonly AuditEntry[]
}

export type Work<Answer> = {
  readonly reads: ReadSet
  /** What else is read, by what was found. */
  readonly readsAfter?: (state: State) => ReadSet
  /** Pure, because it may run again. An error refuses only this work. */
  decide(state: State): Effects & { readonly answer: Answer }
}

export type Ledger = <Answer>(work: Work<Answer>) => Promise<Answer>
