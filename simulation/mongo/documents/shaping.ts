/** What is made of the documents that were found: sorted, projected, aggregated. Everything that is not here throws. */
import { NotModelled } from '../errors.ts'
import { matcherOf } from './matching.ts'
import { compare, copyOf, type Fields, isPlain, keyOf, valueAt, valuesAt } from './values.ts'

export type Sort = Readonly<Record<string, number>>

export function sorted(documents: Fields[], sort: Sort | undefined): Fields[] {
  const keys = sort instanceof Map ? [...(sort as ReadonlyMap<string, number>)] : Object.entries(sort ?? {})
  if (keys.length === 0) return documents
  return documents.sort((a, b) => {
    for (const [path, direction] of keys) {
      if (direction !== 1 && direction !== -1)
        throw new NotModelled(`to sort by ${JSON.stringify(direction)}`)
      const order = compare(sortValue(a, path, direction), sortValue(b, path, direction)) * direction
      if (order !== 0) return order
    }
    return 0
  })
}

/** Of an array its least element, or its greatest in descending order. */
function sortValue(document: Fields, path: string, direction: number): unknown {
  const values = valuesAt(document, path).flatMap((value) =>
    Array.isArray(value) && value.length > 0 ? value : [value],
  )
  return values.reduce((best, value) => (compare(value, best) * direction < 0 ? value : best))
}

export function projectorOf(projection: Fields | undefined): (document: Fields) => Fields {
  const { _id, ...fields } = projection ?? {}
  const paths = Object.keys(fields)
  for (const [path, value] of Object.entries(projection ?? {})) {
    if ((value !== 0 && value !== 1 && typeof value !== 'boolean') || path.includes('$'))
      throw new NotModelled(`the projection ${JSON.stringify({ [path]: value })}`)
  }
  const including = paths.length > 0 ? Boolean(fields[paths[0]!]) : _id !== undefined && Boolean(_id)
  if (paths.some((path) => Boolean(fields[path]) !== including))
    throw new NotModelled('a projection of both kinds')
  const withId = _id === undefined || Boolean(_id)
  const wanted = treeOf(including === withId ? [...paths, '_id'] : paths)
  if (paths.length === 0 && _id === undefined) return (document) => document
  return (document) => pick(document, wanted, including) as Fields
}

type Tree = { readonly [name: string]: Tree | true }

function treeOf(paths: readonly string[]): Tree {
  const tree: Record<string, Tree | true> = {}
  for (const path of paths) {
    const names = path.split('.')
    let at = tree
    for (const name of names.slice(0, -1)) {
      at[name] ??= {}
      at = at[name] as Record<string, Tree | true>
    }
    at[names.at(-1)!] = true
  }
  return tree
}

function pick(value: unknown, tree: Tree, including: boolean): unknown {
  if (Array.isArray(value)) {
    const elements = including ? value.filter((each) => isPlain(each) || Array.isArray(each)) : value
    return elements.map((each) => pick(each, tree, including))
  }
  if (!isPlain(value)) return including ? undefined : value
  const picked: Fields = {}
  for (const name in value) {
    const below = tree[name]
    if (below === undefined ? including : below === true && !including) continue
    const child = typeof below === 'object' ? pick(value[name], below, including) : value[name]
    if (child !== undefined) picked[name] = child
  }
  return picked
}

export function aggregated(documents: Fields[], pipeline: readonly Fields[]): Fields[] {
  let found = documents
  for (const stage of pipeline) {
    const [name = '', value] = Object.entries(stage)[0] ?? []
    const run = STAGES[name]
    if (!run) throw new NotModelled(`the stage ${name}`)
    found = run(found, value as never)
  }
  return found
}

const STAGES: Readonly<Record<string, (documents: Fields[], value: never) => Fields[]>> = {
  $match: (documents, filter: Fields) => documents.filter(matcherOf(filter)),
  $sort: (documents, sort: Sort) => sorted([...documents], sort),
  $skip: (documents, count: number) => documents.slice(count),
  $limit: (documents, count: number) => documents.slice(0, count),
  $group: grouped,
}

function grouped(documents: Fields[], { _id, ...sums }: Fields): Fields[] {
  const groups = new Map<string, Fields>()
  for (const document of documents) {
    const id = expressionOf(document, _id)
    const key = keyOf(id)
    let group = groups.get(key)
    if (!group) {
      group = { _id: copyOf(id) ?? null, ...Object.fromEntries(Object.keys(sums).map((name) => [name, 0])) }
      groups.set(key, group)
    }
    for (const [name, accumulator] of Object.entries(sums)) {
      const [operator, operand] = Object.entries(accumulator as Fields)[0]!
      if (operator !== '$sum') throw new NotModelled(`the accumulator ${operator}`)
      const value = expressionOf(document, operand)
      if (typeof value === 'number') group[name] = (group[name] as number) + value
    }
  }
  return [...groups.values()]
}

function expressionOf(document: Fields, expression: unknown): unknown {
  if (typeof expression === 'string' && expression.startsWith('$'))
    return valueAt(document, expression.slice(1))
  if (typeof expression === 'object' && expression !== null)
    throw new NotModelled(`the expression ${JSON.stringify(expression)}`)
  return expression
}

export function distinctValues(documents: readonly Fields[], path: string): unknown[] {
  const found = new Map<string, unknown>()
  for (const document of documents) {
    for (const value of valuesAt(document, path).flatMap((each) => (Array.isArray(each) ? each : [each]))) {
      if (value !== undefined) found.set(keyOf(value), value)
    }
  }
  return [...found.values()].sort(compare)
}
