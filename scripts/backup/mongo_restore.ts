/**
 * Puts copied databases back. From the first change to the last, every database has the mark of a migration that is under
 * way, so that no service starts on half a shop; after an interruption the command is run again.
 *
 * Sessions and signing keys are not restored: everyone signs in again, and a key that was withdrawn after the backup
 * does not become valid again. auth_service makes a new key at its start.
 */
import { join } from 'node:path'
import { MONGO_DATABASE as AUTH } from '@shop/auth_service/storage/open_mongo'
import { MONGO_DATABASE as PRODUCTS } from '@shop/product_service/storage/open_mongo'
import { isPassing } from '@shop/service_kit/mongo/errors'
import { explainFailure } from '@shop/service_kit/mongo/server_checks'
import { MARK } from '@shop/service_kit/mongo/settings'
import { connectPatiently, documentIn, type MongoClient } from '@shop/service_kit/mongo/tools'
import { refuse } from '../arguments.ts'
import { SERVICES } from '../services.ts'
import { DATABASES, fileOf, LAST_BACKUP, SETTINGS } from './databases.ts'
import { readDocuments } from './documents.ts'

const DOCUMENTS_AT_ONCE = 1_000
const NOT_RESTORED: readonly string[] = [
  fileOf(AUTH, 'sessions'),
  fileOf(AUTH, 'signing_keys'),
  fileOf(AUTH, 'throttle'),
  // Of processes that are gone; the server removes them by their age, also while they are counted.
  fileOf(PRODUCTS, 'receipts'),
]
/** Settings that describe the database and not the shop. */
const NOT_RESTORED_SETTINGS: readonly string[] = [LAST_BACKUP, 'indexes', 'index_lease', MARK._id]

/** Ids of all our documents are text. */
type Stored = { _id: string; value?: unknown }

export type Target = {
  /** Databases with documents. */
  readonly used: readonly string[]
  /** An earlier restore did not end. */
  readonly unfinished: boolean
  /** Services that are connected; undefined if the server does not say. */
  readonly connected: readonly string[] | undefined
}

export async function inspectTarget(url: string): Promise<Target> {
  return withClient(url, async (client) => {
    const used: string[] = []
    let unfinished = false
    for (const { name, collections } of DATABASES) {
      const counts = await Promise.all(
        collections.map((collection) =>
          client
            .db(name)
            .collection(collection)
            .findOne({}, { projection: { _id: 1 } }),
        ),
      )
      if (counts.some((found) => found !== null)) used.push(name)
      const mark = await client.db(name).collection<Stored>(SETTINGS).findOne({ _id: MARK._id })
      if (mark?.value === MARK.value) unfinished = true
    }
    return { used, unfinished, connected: await connectedServices(client) }
  })
}

async function connectedServices(client: MongoClient): Promise<string[] | undefined> {
  const operations = client
    .db('admin')
    .aggregate<{ appName?: string }>([{ $currentOp: { allUsers: true, idleConnections: true } }])
  try {
    const names = new Set((await operations.toArray()).map(({ appName }) => appName))
    return SERVICES.map(({ name }) => name).filter((name) => names.has(name))
  } catch {
    return undefined
  }
}

/** Exits with 1 while a service is connected. */
export function refuseConnected(connected: readonly string[]): void {
  if (connected.length === 0) return
  const verb = connected.length === 1 ? 'is' : 'are'
  refuse(
    `${connected.join(', ')} ${verb} connected to the database. Stop the shop first (scale its services to 0).`,
  )
}

/** Replaces what the databases hold. `counts`: documents by file. */
export async function restoreDatabases(
  url: string,
  folder: string,
  counts: Readonly<Record<string, number>>,
  onFile: (file: string, documents: number) => void,
): Promise<void> {
  await withClient(url, async (client) => {
    const settingsOf = (name: string) => client.db(name).collection<Stored>(SETTINGS)
    for (const { name } of DATABASES) {
      await settingsOf(name).replaceOne({ _id: MARK._id }, { value: MARK.value }, { upsert: true })
    }
    for (const { name, collections } of DATABASES) {
      for (const collection of collections) {
        if (collection === SETTINGS) continue
        const file = fileOf(name, collection)
        const documents = client.db(name).collection<Stored>(collection)
        await documents.deleteMany({})
        if (NOT_RESTORED.includes(file) || counts[file] === undefined) continue
        for await (const group of groupsIn(join(folder, file))) {
          await documents.insertMany(group, { ordered: false })
        }
        const count = await documents.countDocuments({})
        if (count !== counts[file])
          throw new Error(`${name}.${collection} has ${count} documents, not ${counts[file]}.`)
        onFile(file, count)
      }
    }
    const marks = new Map<string, Stored>()
    for (const { name } of DATABASES) {
      await settingsOf(name).deleteMany({ _id: { $ne: MARK._id } })
      if (counts[fileOf(name, SETTINGS)] === undefined) continue
      for await (const group of groupsIn(join(folder, fileOf(name, SETTINGS)))) {
        for (const setting of group) {
          if (setting._id === MARK._id) marks.set(name, setting)
          else if (!NOT_RESTORED_SETTINGS.includes(setting._id)) await settingsOf(name).insertOne(setting)
        }
      }
    }
    for (const { name } of DATABASES) {
      const mark = marks.get(name)
      if (mark === undefined) await settingsOf(name).deleteOne({ _id: MARK._id })
      else await settingsOf(name).replaceOne({ _id: MARK._id }, mark)
    }
  })
}

async function* groupsIn(path: string): AsyncGenerator<Stored[]> {
  let group: Stored[] = []
  for await (const bson of readDocuments(path)) {
    group.push(documentIn(bson) as Stored)
    if (group.length < DOCUMENTS_AT_ONCE) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

async function withClient<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = connectPatiently(url, 'restore')
  try {
    return await work(client)
  } catch (error) {
    throw isPassing(error) ? await explainFailure(url, error) : error
  } finally {
    await client.close()
  }
}
