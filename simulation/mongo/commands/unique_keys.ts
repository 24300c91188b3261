/** Unique keys: a second document with one is refused, or conflicts with the transaction that took it meanwhile. */
import { copyOf, type Fields } from '../documents/values.ts'
import { ServerFault, writeConflict } from '../errors.ts'
import type { Branch, Write } from '../replication/branch.ts'
import { type Transaction, uniqueIndexes } from '../replication/transactions.ts'

export function requireUnique(
  branch: Branch,
  { namespace, id, document }: Write,
  transaction?: Transaction,
): void {
  if (!document) return
  for (const index of uniqueIndexes(branch, namespace)) {
    const key = index.keyOf(document)
    if (key === undefined) continue
    const mine = transaction?.writes.get(namespace)
    const refuse = () =>
      duplicate(namespace, index.description.name, index.description.key, index.valuesOf(document))
    for (const [other, written] of mine ?? [])
      if (other !== id && written && index.keyOf(written) === key) throw refuse()
    const holder = branch.holder(namespace, index, key)
    if (!holder || holder.id === id) continue
    if (transaction && holder.at > transaction.snapshot) throw writeConflict()
    if (holder.id !== undefined && !mine?.has(holder.id)) throw refuse()
  }
}

export function duplicate(
  namespace: string,
  index: string,
  keyPattern: Fields,
  keyValue: Fields,
): ServerFault {
  const message = `E11000 duplicate key error collection: ${namespace} index: ${index} dup key: ${JSON.stringify(keyValue)}`
  return new ServerFault(11000, 'DuplicateKey', message, {
    keyPattern: copyOf(keyPattern),
    keyValue: copyOf(keyValue),
  })
}
