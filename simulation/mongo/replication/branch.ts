/**
 * One history of writes, and what every document was after each of them.
 *
 * Invariants
 *  1. Writes are numbered without gaps, and never change: what was read at a number is read there again.
 *  2. Writes of one number are seen together or not at all.
 *  3. At each number no two documents have the same key of a unique index.
 *
 * A new primary continues on a branch of its own: a copy of what its log had. Writes of the old primary after that point exist
 * on the old branch alone: they are lost.
 */

import { type Fields, keyOf } from '../documents/values.ts'
import { createIndex, type Index, type IndexDescription } from './indexes.ts'

type Version = { readonly at: number; readonly document: Fields | undefined }
/** Which document has a key, and since which number; `id` undefined: none any more. */
type Holder = { readonly id: string | undefined; readonly at: number }

export type Collection = {
  readonly indexes: Index[]
  /** Of each document, by the text of its `_id`, in the order of their numbers. */
  readonly versions: Map<string, Version[]>
  readonly holders: Map<Index, Map<string, Holder>>
}

export type Write = {
  readonly namespace: string
  readonly id: string
  /** Undefined: it is removed. */
  readonly document: Fields | undefined
}

/** What a reader sees. */
export type View = {
  get(namespace: string, id: string): Fields | undefined
  all(namespace: string): Fields[]
}

export type Branch = {
  readonly term: number
  readonly parent: Branch | undefined
  /** The last number that it has of its parent. */
  readonly forkedAt: number
  readonly collections: Map<string, Collection>
  /** The number of the last write. */
  last(): number
  /** The term in which the write was made. */
  termOf(number: number): number
  append(writes: readonly Write[]): number
  /** The number of the last write of the document; 0 if there was none. */
  changedAt(namespace: string, id: string): number
  holder(namespace: string, index: Index, key: string): Holder | undefined
  /** All writes up to this number. */
  at(number: number): View
  fork(number: number, term: number): Branch
  create(namespace: string): Collection
  addIndex(namespace: string, description: IndexDescription): Index
}

export const BY_ID: IndexDescription = { v: 2, key: { _id: 1 }, name: '_id_' }

export const idOf = (document: Fields): string => keyOf(document._id)

const emptyCollection = (): Collection => ({
  indexes: [createIndex(BY_ID)],
  versions: new Map(),
  holders: new Map(),
})

export function createBranch(
  term: number,
  parent: Branch | undefined = undefined,
  forkedAt = 0,
  collections: Map<string, Collection> = new Map(),
): Branch {
  let last = forkedAt

  const create = (namespace: string) => {
    let collection = collections.get(namespace)
    if (!collection) {
      collection = emptyCollection()
      collections.set(namespace, collection)
    }
    return collection
  }

  const branch: Branch = {
    term,
    parent,
    forkedAt,
    collections,
    last: () => last,
    termOf: (number) => (number > forkedAt || !parent ? term : parent.termOf(number)),
    append(writes) {
      last++
      for (const { namespace, id, document } of writes) {
        const collection = create(namespace)
        moveKeys(collection, id, document, last)
        const versions = collection.versions.get(id)
        if (versions) versions.push({ at: last, document })
        else collection.versions.set(id, [{ at: last, document }])
      }
      return last
    },
    changedAt: (namespace, id) => collections.get(namespace)?.versions.get(id)?.at(-1)?.at ?? 0,
    holder: (namespace, index, key) => collections.get(namespace)?.holders.get(index)?.get(key),
    at: (number) => ({
      get(namespace, id) {
        const versions = collections.get(namespace)?.versions.get(id)
        return versions && documentAt(versions, number)
      },
      all(namespace) {
        const found: Fields[] = []
        for (const versions of collections.get(namespace)?.versions.values() ?? []) {
          const document = documentAt(versions, number)
          if (document) found.push(document)
        }
        return found
      },
    }),
    fork(number, newTerm) {
      const copies = [...collections].map(([name, each]) => [name, copyUpTo(each, number)] as const)
      return createBranch(newTerm, branch, number, new Map(copies))
    },
    create,
    addIndex(namespace, description) {
      const collection = create(namespace)
      const index = createIndex(description)
      collection.indexes.push(index)
      if (index.isUnique) collection.holders.set(index, holdersOf(index, collection))
      return index
    },
  }
  return branch
}

function documentAt(versions: readonly Version[], number: number): Fields | undefined {
  for (let i = versions.length - 1; i >= 0; i--) {
    const version = versions[i]!
    if (version.at <= number) return version.document
  }
  return undefined
}

function moveKeys({ holders, versions }: Collection, id: string, document: Fields | undefined, at: number) {
  for (const [index, byKey] of holders) {
    const before = versions.get(id)?.at(-1)?.document
    const [from, to] = [before && index.keyOf(before), document && index.keyOf(document)]
    if (from === to) continue
    if (from !== undefined) byKey.set(from, { id: undefined, at })
    if (to !== undefined) byKey.set(to, { id, at })
  }
}

function holdersOf(index: Index, { versions }: Collection): Map<string, Holder> {
  const byKey = new Map<string, Holder>()
  for (const [id, all] of versions) {
    const { document, at } = all.at(-1)!
    const key = document && index.keyOf(document)
    if (key !== undefined) byKey.set(key, { id, at })
  }
  return byKey
}

function copyUpTo({ indexes, versions }: Collection, number: number): Collection {
  const kept = new Map<string, Version[]>()
  for (const [id, all] of versions) {
    const before = all.filter(({ at }) => at <= number)
    if (before.length > 0) kept.set(id, before)
  }
  const copy: Collection = { indexes: [...indexes], versions: kept, holders: new Map() }
  for (const index of indexes) if (index.isUnique) copy.holders.set(index, holdersOf(index, copy))
  return copy
}
