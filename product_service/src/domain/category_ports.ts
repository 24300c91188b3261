/** What categories need from a store. Every adapter passes test/categories_contract.ts; the rules of ports.ts apply. */
import type { Category, CategoryTree } from './category.ts'
import type { CategoryFields } from './change_category.ts'
import type { AuditStamp, SeenVersions } from './product.ts'

/** Categories, in the tree that they form. */
export type Categories = {
  /** As Catalogue.revision, but of the categories alone. */
  revision(): number | undefined
  /** As it is now. */
  tree(): Promise<CategoryTree>
  /**
   * Without waiting. The same object until a category changes. Where other machines change the store unseen, it is from at most
   * KNOWN_FOR_MS before the last `renew`.
   */
  known(): CategoryTree
  /** Only on such a store: to be awaited before `known` is asked. Fails only if `known` never had anything to answer. */
  readonly renew?: () => Promise<void>
  /** Is it a category in `known`? */
  has(id: string): boolean
  /** Applies addCategory. */
  create(
    draft: { readonly id: string; readonly fields: CategoryFields },
    stamp: AuditStamp,
  ): Promise<Category>
  /** Applies editCategory. */
  edit(id: string, fields: Partial<CategoryFields>, seen: SeenVersions, stamp: AuditStamp): Promise<Category>
  /** Applies removeCategory. Products and groups keep its id, which no answer shows (decision 44). */
  remove(id: string, seen: SeenVersions, stamp: AuditStamp): Promise<void>
}

export const KNOWN_FOR_MS = 1_000
