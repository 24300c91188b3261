/** Checks that a MongoDB server can be used, before anything relies on it. Changes nothing there. */
import { MongoClient } from 'mongodb'
import { faultOfStored, type MoneyConfig } from '../storage/store_money.ts'
import { CLIENT_OPTIONS } from './options.ts'
import { explainFailure, requireFitServer } from './server_checks.ts'
import type { Setting } from './setup.ts'
import { UnfitServer } from './unfit.ts'

/** Long enough for an election. */
const REACH_MS = 4_000

/** Why `url` cannot be used, in a sentence; undefined if it can. `moneyOf`: the money of databases, by name. */
export async function whyUnusable(
  url: string,
  moneyOf: ReadonlyMap<string, MoneyConfig> = new Map(),
): Promise<string | undefined> {
  let client: MongoClient | undefined
  try {
    client = new MongoClient(url, { ...CLIENT_OPTIONS, serverSelectionTimeoutMS: REACH_MS, maxPoolSize: 1 })
    await client.connect()
    await requireFitServer(client)
    for (const [database, config] of moneyOf) {
      const settings = client.db(database).collection<Setting>('settings')
      const found = await settings.findOne({ _id: 'currency' }, { maxTimeMS: REACH_MS })
      const stored = found ? { currency: String(found.value), digits: found.digits } : undefined
      const fault = faultOfStored(stored, config, `the database ${database}`)
      if (fault !== undefined) throw new UnfitServer(fault)
    }
    return undefined
  } catch (error) {
    return (await explainFailure(url, error)).message
  } finally {
    await client?.close()
  }
}
