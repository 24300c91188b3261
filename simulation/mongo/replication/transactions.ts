/**
 * The open transactions of a primary.
 *
 * Invariants
 *  1. A transaction reads what was written when it began, and its own writes.
 *  2. Of two transactions that write the same document, or the same key of a unique index, the later one fails with a write
 *     conflict; also if the earlier one was committed after the later one began.
 *  3. Other writers see nothing of an open transaction, and wait until it ends before they write what it wrote.
 */
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import { type Fields, keyOf } from '../documents/values.ts'
import { noSuchTransaction, writeConflict } from '../errors.ts'
import { type Branch, idOf, type View, type Write } from './branch.ts'

export type Transaction = {
  readonly session: string
  readonly number: number
  /** The last write that it sees. */
  readonly snapshot: number
  readonly view: View
  readonly writes: Map<string, Map<string, Fields | undefined>>
  /** Resolves when it is committed or aborted. */
  readonly ended: Promise<void>
  put(namespace: string, id: string, document: Fields | undefined): void
  list(): Write[]
}

export type Transactions = {
  begin(session: string, number: number): Transaction
  /** Throws NoSuchTransaction unless it is open. */
  find(session: string, number: number): Transaction
  /** Ends one; its writes are the caller's to apply. */
  remove(transaction: Transaction): void
  abort(session: string): void
  /** The open transaction, other than `mine`, that wrote this document, or a key that it would have. */
  holding(
    namespace: string,
    id: string,
    document: Fields | undefined,
    mine?: Transaction,
  ): Transaction | undefined
  end(): void
}

type Open = Transaction & { readonly settle: () => void; readonly cancel: Cancel }

/** A transaction whose client died holds its documents for `lifetimeMs`. */
export function createTransactions(
  branch: Branch,
  { after }: Pick<Runtime, 'after'>,
  lifetimeMs: number,
): Transactions {
  const open = new Map<string, Open>()

  const remove = (transaction: Transaction) => {
    const found = open.get(transaction.session)
    if (!found || found.number !== transaction.number) return
    open.delete(transaction.session)
    found.cancel()
    found.settle()
  }

  const hasKey = (
    namespace: string,
    keys: readonly (readonly [object, string])[],
    documents: Iterable<Fields | undefined>,
  ) => {
    if (keys.length === 0) return false
    const indexes = uniqueIndexes(branch, namespace)
    for (const document of documents) {
      if (!document) continue
      for (const index of indexes) {
        const key = index.keyOf(document)
        if (keys.some(([of, wanted]) => of === index && wanted === key)) return true
      }
    }
    return false
  }

  return {
    begin(session, number) {
      const before = open.get(session)
      if (before) remove(before)
      const { promise, resolve } = Promise.withResolvers<void>()
      const transaction = createTransaction(branch, session, number, promise)
      const cancel = after(lifetimeMs, () => remove(transaction))
      open.set(session, { ...transaction, settle: resolve, cancel })
      return open.get(session)!
    },
    find(session, number) {
      const found = open.get(session)
      if (!found || found.number !== number) throw noSuchTransaction()
      return found
    },
    remove,
    abort(session) {
      const found = open.get(session)
      if (found) remove(found)
    },
    holding(namespace, id, document, mine) {
      if (open.size === 0) return undefined
      const keys = document ? keysOf(branch, namespace, document) : []
      for (const each of open.values()) {
        if (each.session === mine?.session) continue
        const written = each.writes.get(namespace)
        if (written && (written.has(id) || hasKey(namespace, keys, written.values()))) return each
      }
      return undefined
    },
    end() {
      for (const each of [...open.values()]) remove(each)
    },
  }
}

export const uniqueIndexes = (branch: Branch, namespace: string) =>
  branch.collections.get(namespace)?.indexes.filter(({ isUnique }) => isUnique) ?? []

const keysOf = (branch: Branch, namespace: string, document: Fields) =>
  uniqueIndexes(branch, namespace).flatMap((index) => {
    const key = index.keyOf(document)
    return key === undefined ? [] : [[index, key] as const]
  })

function createTransaction(
  branch: Branch,
  session: string,
  number: number,
  ended: Promise<void>,
): Transaction {
  const snapshot = branch.last()
  const before = branch.at(snapshot)
  const writes = new Map<string, Map<string, Fields | undefined>>()
  return {
    session,
    number,
    snapshot,
    writes,
    ended,
    view: {
      get(namespace, id) {
        const written = writes.get(namespace)
        return written?.has(id) ? written.get(id) : before.get(namespace, id)
      },
      all(namespace) {
        const documents = before.all(namespace)
        const written = writes.get(namespace)
        if (!written) return documents
        const unchanged = documents.filter((document) => !written.has(idOf(document)))
        return [...unchanged, ...[...written.values()].filter((document) => document !== undefined)]
      },
    },
    put(namespace, id, document) {
      // The newest write of one document: the conflict of an earlier one was already answered.
      if (branch.changedAt(namespace, id) > snapshot) throw writeConflict()
      const written = writes.get(namespace) ?? new Map()
      writes.set(namespace, written)
      written.set(id, document)
    },
    list: () =>
      [...writes].flatMap(([namespace, written]) =>
        [...written].map(([id, document]) => ({ namespace, id, document })),
      ),
  }
}

export const sessionKey = (lsid: unknown): string => keyOf((lsid as { id: unknown }).id)
