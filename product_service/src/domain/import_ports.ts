/** What imports and exports need from a store. Every adapter passes test/imports_contract.ts; the rules of ports.ts apply. */
import type { Group } from './group.ts'
import type { Import, ImportNote, ImportStep, NumberedNote } from './import.ts'
import type { Page, PageKey } from './page.ts'
import type { Product } from './product.ts'

export type Imports = {
  /** Fails with `import_under_way` if another one is open. */
  create(job: Import): Promise<Import>
  find(id: string): Promise<Import | undefined>
  /** The one that is open. */
  open(): Promise<Import | undefined>
  /** Newest first; `after` is [id]. */
  list(page: { readonly after: PageKey | undefined; readonly limit: number }): Promise<Page<Import>>
  /** Stores a part of its file, numbered from 0; the same number replaces it. */
  putPart(id: string, number: number, content: Uint8Array): Promise<void>
  part(id: string, number: number): Promise<Uint8Array | undefined>
  /** How many parts are there with a number below `count`. */
  partsBelow(id: string, count: number): Promise<number>
  /**
   * Replaces the import if its stored version is the one before `job.version`; resolves whether it did. Steps and notes belong
   * to `job.attempt`; those with a known number are replaced. If it did not, some of them may be stored.
   */
  save(job: Import, added?: Added): Promise<boolean>
  /** Those after the number `after`, in order. */
  steps(job: Pick<Import, 'id' | 'attempt'>, after: number, limit: number): Promise<readonly ImportStep[]>
  notes(job: Pick<Import, 'id' | 'attempt'>, after: number, limit: number): Promise<readonly NumberedNote[]>
  /** Imports that were last changed before `before`, after the position `after`. */
  old(
    before: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly Import[]; readonly next: string | undefined }>
  /** Removes the import and all that belongs to it, if it was last changed before `before`. Safe to repeat. */
  remove(id: string, before: string): Promise<boolean>
}

export type Added = {
  readonly steps?: readonly ImportStep[]
  readonly notes?: readonly { readonly number: number; readonly note: ImportNote }[]
}

/** Everything that was not removed, hidden ones too, oldest first. `after` is the id of the last one. */
export type Exported = {
  products(after: string | undefined, limit: number): Promise<readonly Product[]>
  groups(after: string | undefined, limit: number): Promise<readonly Group[]>
  /** Variants of a group. */
  variants(groupId: string, after: string | undefined, limit: number): Promise<readonly Product[]>
}
