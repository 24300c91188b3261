/** Commands about collections and indexes. What they change is not rolled back in a failover. */
import { isDeepStrictEqual } from 'node:util'
import type { Fields } from '../documents/values.ts'
import { NotModelled, ServerFault } from '../errors.ts'
import { idOf } from '../replication/branch.ts'
import type { IndexDescription } from '../replication/indexes.ts'
import { cursorOf } from './reads.ts'
import { type PrimaryRequest, type Request, requireKnown } from './request.ts'

const missing = (namespace: string) =>
  new ServerFault(26, 'NamespaceNotFound', `ns does not exist: ${namespace}`)

export function createIndexes({ body, reign, namespace }: PrimaryRequest): Fields {
  requireKnown(body, ['createIndexes', 'indexes', 'commitQuorum'])
  const { branch } = reign
  const createdCollectionAutomatically = !branch.collections.has(namespace)
  const { indexes } = branch.create(namespace)
  const numIndexesBefore = indexes.length
  for (const wanted of body.indexes as IndexDescription[]) {
    const description = { v: 2, ...wanted }
    const present = indexes.find((index) => index.description.name === description.name)?.description
    if (!present) requireUniqueNow(branch.addIndex(namespace, description), reign, namespace)
    else if (description.name !== '_id_' && !isDeepStrictEqual({ ...present }, description))
      throw new ServerFault(
        86,
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index: ${description.name}`,
      )
  }
  reign.append([])
  return { numIndexesBefore, numIndexesAfter: indexes.length, createdCollectionAutomatically }
}

function requireUniqueNow(
  index: { isUnique: boolean; keyOf(document: Fields): string | undefined },
  { branch }: PrimaryRequest['reign'],
  namespace: string,
) {
  if (!index.isUnique) return
  const keys = branch
    .at(branch.last())
    .all(namespace)
    .flatMap((document) => index.keyOf(document) ?? [])
  if (new Set(keys).size < keys.length) {
    branch.create(namespace).indexes.pop()
    throw new ServerFault(11000, 'DuplicateKey', `E11000 duplicate key error collection: ${namespace}`)
  }
}

export function listIndexes(request: Request): Fields {
  requireKnown(request.body, ['listIndexes', 'cursor'])
  const collection = request.member.state().branch.collections.get(request.namespace)
  if (!collection) throw missing(request.namespace)
  return cursorOf(
    request,
    collection.indexes.map(({ description }) => description),
  )
}

export function dropIndexes({ body, reign, namespace }: PrimaryRequest): Fields {
  requireKnown(body, ['dropIndexes', 'index'])
  const collection = reign.branch.collections.get(namespace)
  if (!collection) throw missing(namespace)
  const at = collection.indexes.findIndex(({ description }) => description.name === body.index)
  if (at < 0) throw new ServerFault(27, 'IndexNotFound', `index not found with name [${body.index}]`)
  const nIndexesWas = collection.indexes.length
  const [dropped] = collection.indexes.splice(at, 1)
  collection.holders.delete(dropped!)
  reign.append([])
  return { nIndexesWas }
}

export function listCollections(request: Request): Fields {
  requireKnown(request.body, ['listCollections', 'filter', 'cursor', 'nameOnly', 'authorizedCollections'])
  const { filter = {} } = request.body
  if (Object.keys(filter as Fields).some((name) => name !== 'name'))
    throw new NotModelled('a filter of listCollections')
  const { name: wanted } = filter as { name?: string }
  const prefix = `${request.database}.`
  const names = [...request.member.state().branch.collections.keys()]
    .filter((namespace) => namespace.startsWith(prefix))
    .map((namespace) => namespace.slice(prefix.length))
    .filter((name) => wanted === undefined || name === wanted)
  return cursorOf(
    request,
    names.map((name) => ({ name, type: 'collection' })),
  )
}

export function dropDatabase({ database, reign }: PrimaryRequest): Fields {
  const { branch } = reign
  for (const namespace of [...branch.collections.keys()].filter((each) => each.startsWith(`${database}.`))) {
    const gone = branch.at(branch.last()).all(namespace)
    reign.append(gone.map((document) => ({ namespace, id: idOf(document), document: undefined })))
    branch.collections.delete(namespace)
  }
  return { dropped: database }
}
