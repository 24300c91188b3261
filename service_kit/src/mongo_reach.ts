/** A look at MongoDB before anything relies on it. Changes nothing there. */
import { MongoClient } from 'mongodb'
import { CLIENT_OPTIONS } from './mongo.ts'
import { explainTrouble, requireFit } from './mongo_setup.ts'

/** Within it a set that is electing a primary has one. */
const REACH_MS = 4_000

/** Why `url` can't be used, in a sentence; undefined when it can. */
export async function whyUnreachable(url: string): Promise<string | undefined> {
  let client: MongoClient | undefined
  try {
    client = new MongoClient(url, { ...CLIENT_OPTIONS, serverSelectionTimeoutMS: REACH_MS, maxPoolSize: 1 })
    await client.connect()
    await requireFit(client)
    return undefined
  } catch (error) {
    return (await explainTrouble(url, error)).message
  } finally {
    await client?.close()
  }
}
