/** Commands that read. */
import { Long, Timestamp } from 'mongodb'
import { matcherOf } from '../documents/matching.ts'
import { aggregated, distinctValues, projectorOf, type Sort, sorted } from '../documents/shaping.ts'
import { compare, type Fields, isPlain, keyOf } from '../documents/values.ts'
import { NotModelled, ServerFault } from '../errors.ts'
import type { Branch, View } from '../replication/branch.ts'
import {
  type PrimaryRequest,
  type Request,
  readNumber,
  requireKnown,
  requireKnownIn,
  viewOf,
} from './request.ts'

/** Of the first batch, as the server's. */
const FIRST_BATCH = 101

const FIND = [
  ...['find', 'filter', 'sort', 'projection', 'hint', 'skip', 'limit', 'batchSize', 'singleBatch'],
  ...['noCursorTimeout', 'allowDiskUse'],
]

export function find(request: Request): Fields {
  const { body } = request
  requireKnown(body, FIND)
  const { filter = {}, sort, projection, hint, skip = 0, limit = 0, batchSize, singleBatch } = body
  const matching = search(request, filter as Fields, hint)
  const all = sorted(matching, sort as Sort | undefined)
  const end = limit === 0 ? undefined : Number(skip) + Number(limit)
  const found = all.slice(Number(skip), end).map(projectorOf(projection as Fields | undefined))
  return cursorOf(request, found, batchSize as number | undefined, singleBatch === true)
}

export function aggregate(request: Request): Fields {
  const { body } = request
  requireKnown(body, ['aggregate', 'pipeline', 'cursor', 'hint'])
  const { pipeline, cursor, hint } = body
  const [first = {}, ...rest] = pipeline as Fields[]
  const filter = first.$match as Fields | undefined
  const found = search(request, filter ?? {}, hint)
  requireKnownIn(cursor as Fields, 'a cursor', ['batchSize'])
  const results = aggregated(found, filter ? rest : (pipeline as Fields[]))
  return cursorOf(request, results, (cursor as Fields).batchSize as number | undefined)
}

export function distinct(request: Request): Fields {
  const { body } = request
  requireKnown(body, ['distinct', 'key', 'query'])
  return {
    values: distinctValues(search(request, (body.query ?? {}) as Fields, undefined), body.key as string),
  }
}

export function getMore({ body, reign, namespace }: PrimaryRequest): Fields {
  requireKnown(body, ['getMore', 'collection', 'batchSize'])
  const id = Number(body.getMore)
  const cursor = reign.cursors.get(id)
  if (!cursor) throw new ServerFault(43, 'CursorNotFound', `cursor id ${id} not found`)
  const nextBatch = cursor.rest.splice(0, Number(body.batchSize ?? cursor.rest.length))
  const done = cursor.rest.length === 0
  if (done) reign.cursors.delete(id)
  return { cursor: { id: Long.fromNumber(done ? 0 : id), ns: namespace, nextBatch } }
}

export function killCursors({ body, reign }: Request): Fields {
  for (const id of body.cursors as unknown[]) reign?.cursors.delete(Number(id))
  return { cursorsKilled: body.cursors }
}

function search(request: Request, filter: Fields, hint: unknown): Fields[] {
  const { namespace, member } = request
  const index = hint === undefined ? undefined : hinted(member.state().branch, namespace, hint)
  const found = findIn(viewOf(request), namespace, filter)
  return index ? found.filter((document) => index.contains(document)) : found
}

export function findIn(view: View, namespace: string, filter: Fields): Fields[] {
  const test = matcherOf(filter)
  return candidates(view, namespace, filter._id).filter(test)
}

/** By `_id`, in its order, if the filter names them: otherwise every read would look at every document. */
function candidates(view: View, namespace: string, condition: unknown): Fields[] {
  const ids = idsIn(condition)
  if (!ids) return view.all(namespace)
  return [...new Set(ids.toSorted(compare).map(keyOf))].flatMap((key): Fields[] => {
    const document = view.get(namespace, key)
    return document ? [document] : []
  })
}

function idsIn(condition: unknown): readonly unknown[] | undefined {
  const ids: unknown = isPlain(condition) ? condition.$in : [condition]
  if (!Array.isArray(ids)) return undefined
  return ids.some((id) => id === undefined || id === null || id instanceof RegExp || Array.isArray(id))
    ? undefined
    : ids
}

export function hinted(branch: Branch, namespace: string, hint: unknown) {
  const indexes = branch.collections.get(namespace)?.indexes
  if (!indexes) return undefined
  const index = indexes.find(({ description }) =>
    typeof hint === 'string' ? description.name === hint : keyOf(description.key) === keyOf(hint),
  )
  if (index) return index
  throw new ServerFault(2, 'BadValue', `hint provided does not correspond to an existing index: ${hint}`)
}

/** The rest waits in memory of the primary. */
export function cursorOf(
  request: Request,
  found: Fields[],
  batchSize = FIRST_BATCH,
  singleBatch = false,
): Fields {
  const { reign, namespace, body } = request
  const firstBatch = found.slice(0, batchSize)
  const rest = found.slice(batchSize)
  let id = 0
  if (rest.length > 0 && !singleBatch) {
    if (!reign) throw new NotModelled('a cursor of a secondary')
    id = reign.newCursorId()
    reign.cursors.set(id, { namespace, rest })
  }
  const isSnapshot = (body.readConcern as Fields | undefined)?.level === 'snapshot' && !request.transaction
  const atClusterTime = isSnapshot ? { atClusterTime: new Timestamp({ t: readNumber(request), i: 1 }) } : {}
  return { cursor: { id: Long.fromNumber(id), ns: namespace, firstBatch, ...atClusterTime } }
}
