/**
 * Asserts that the queries of some work use indexes. On every server: each query names `_id`, the first field of an index, or
 * a hint. On a real server also: no query plan scans a collection.
 */
import assert from 'node:assert/strict'
import { BSON, type CommandStartedEvent, type Document } from 'mongodb'
import type { MongoOptions } from '../src/mongo/connection.ts'
import { CLIENT_OPTIONS } from '../src/mongo/options.ts'
import { type MongoStore, openMongo } from '../src/mongo/store.ts'
import { withOption } from '../src/mongo/url.ts'
import { systemRuntime } from '../src/runtime/runtime.ts'
import type { MongoServer } from './mongo_server.ts'

type Query = {
  readonly collection: string
  readonly filter: Document
  readonly sort: Document
  readonly hint: unknown
  /** The argument of `explain`. */
  readonly command: Document
}

/** Runs `work` on a new store, and asserts that every query it sends uses an index. Resolves the queries, without duplicates. */
export async function assertQueriesAreIndexed(
  server: MongoServer,
  options: Omit<MongoOptions, 'url' | 'runtime'>,
  work: (store: MongoStore) => Promise<void>,
): Promise<readonly string[]> {
  const url = withOption(server.url(server.newDatabase()), 'monitorCommands=true')
  const store = await openMongo({ ...options, url, runtime: systemRuntime })
  try {
    const queries: Query[] = []
    const note = (event: CommandStartedEvent) => queries.push(...queriesOf(event))
    store.client.on('commandStarted', note)
    await work(store)
    store.client.off('commandStarted', note)
    for (const query of queries) {
      assert.ok(
        usesIndex(query, options.indexes[query.collection] ?? []),
        `no index for ${JSON.stringify(query)}`,
      )
      if (server.explains) await assertNoScan(store, query)
    }
    return [
      ...new Set(queries.map(({ collection, filter }) => `${collection} ${Object.keys(filter).sort()}`)),
    ]
  } finally {
    await store.close()
  }
}

/** As on the wire: the driver leaves fields out that are undefined, and a command sent again would have them as null. */
const asSent = (command: Document): Document =>
  BSON.deserialize(BSON.serialize(command, { ignoreUndefined: CLIENT_OPTIONS.ignoreUndefined }))

function queriesOf({ commandName, command: given }: CommandStartedEvent): Query[] {
  const command = asSent(given)
  const collection = String(command[commandName])
  const one = (filter: Document, explained: Document): Query => ({
    collection,
    filter,
    sort: command.sort ?? {},
    hint: command.hint,
    command: explained,
  })
  const { filter, sort, hint, limit, pipeline } = command
  if (commandName === 'find') {
    const plain = {
      find: collection,
      filter,
      ...(sort ? { sort } : {}),
      ...(hint ? { hint } : {}),
      ...(limit ? { limit } : {}),
    }
    return [one(filter ?? {}, plain)]
  }
  if (commandName === 'aggregate') {
    const plain = { aggregate: collection, pipeline, cursor: {}, ...(hint ? { hint } : {}) }
    return [one(pipeline[0]?.$match ?? {}, plain)]
  }
  if (commandName === 'update') {
    return command.updates.map((each: Document) => one(each.q, { update: collection, updates: [each] }))
  }
  if (commandName === 'delete') {
    return command.deletes.map((each: Document) => one(each.q, { delete: collection, deletes: [each] }))
  }
  return []
}

function usesIndex({ filter, sort, hint }: Query, indexes: readonly { key: unknown }[]): boolean {
  if (hint !== undefined) return true
  const fields = new Set([filter, ...(filter.$and ?? [])].flatMap((each) => Object.keys(each)))
  const first = [...indexes.map(({ key }) => Object.keys(key as object)[0]!), '_id']
  return first.some((field) => fields.has(field) || (fields.size === 0 && Object.keys(sort)[0] === field))
}

async function assertNoScan({ client, collection }: MongoStore, { command }: Query) {
  const { dbName } = collection('settings')
  const plan = JSON.stringify(
    await client.db(dbName).command({ explain: command, verbosity: 'queryPlanner' }),
  )
  assert.ok(!plan.includes('"COLLSCAN"'), `${JSON.stringify(command)} scans its collection: ${plan}`)
}
