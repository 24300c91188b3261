/** Indexes: which documents they contain, and what they keep unique. Queries are not faster with them. */
import { matcherOf } from '../documents/matching.ts'
import { type Fields, keyOf, valueAt } from '../documents/values.ts'
import { NotModelled } from '../errors.ts'

export type IndexDescription = Fields & { readonly name: string; readonly key: Fields }

export type Index = {
  readonly description: IndexDescription
  readonly isUnique: boolean
  contains(document: Fields): boolean
  /** Equal for documents that a unique index does not allow beside each other; undefined: it does not contain the document. */
  keyOf(document: Fields): string | undefined
  /** For the message about a duplicate. */
  valuesOf(document: Fields): Fields
}

/** The server removes what expired within minutes or hours. Nothing may rely on when, so here it is never removed. */
const TIME_TO_LIVE = 'expireAfterSeconds'
const KNOWN = ['v', 'name', 'key', 'unique', 'sparse', 'partialFilterExpression', TIME_TO_LIVE]

export function createIndex(description: IndexDescription): Index {
  const { key, unique = false, sparse = false, partialFilterExpression } = description
  for (const name of Object.keys(description))
    if (!KNOWN.includes(name)) throw new NotModelled(`the option ${name} of an index`)
  const paths = Object.keys(key)
  for (const direction of Object.values(key))
    if (direction !== 1 && direction !== -1) throw new NotModelled(`an index of kind ${direction}`)
  const isPart = partialFilterExpression ? matcherOf(partialFilterExpression as Fields) : () => true
  const valuesOf = (document: Fields) =>
    Object.fromEntries(paths.map((path) => [path, unlessArray(document, path)]))
  const contains = (document: Fields) =>
    isPart(document) && (!sparse || paths.some((path) => valueAt(document, path) !== undefined))
  return {
    description,
    isUnique: unique === true,
    contains,
    keyOf: (document) => (contains(document) ? keyOf(Object.values(valuesOf(document))) : undefined),
    valuesOf,
  }
}

function unlessArray(document: Fields, path: string): unknown {
  const value = valueAt(document, path) ?? null
  if (Array.isArray(value)) throw new NotModelled(`a unique index on the array ${path}`)
  return value
}
