/** A look at MongoDB before anything relies on it. Changes nothing there. */
import { MongoClient } from 'mongodb'
import { faultOfKept, type MoneyConfig } from '../storage/store_money.ts'
import { explainTrouble, MongoUnfit, requireFit, type Setting } from './setup.ts'
import { CLIENT_OPTIONS } from './store.ts'

/** Within it a set that is electing a primary has one. */
const REACH_MS = 4_000

/** Why `url` can't be used, in a sentence; undefined when it can. `moneyOf` is what the databases of these names count in. */
export async function whyUnusable(
  url: string,
  moneyOf: ReadonlyMap<string, MoneyConfig> = new Map(),
): Promise<string | undefined> {
  let client: MongoClient | undefined
  try {
    client = new MongoClient(url, { ...CLIENT_OPTIONS, serverSelectionTimeoutMS: REACH_MS, maxPoolSize: 1 })
    await client.connect()
    await requireFit(client)
    for (const [database, config] of moneyOf) {
      const settings = client.db(database).collection<Setting>('settings')
      const found = await settings.findOne({ _id: 'currency' }, { maxTimeMS: REACH_MS })
      const kept = found ? { currency: String(found.value), digits: found.digits } : undefined
      const fault = faultOfKept(kept, config, `the database ${database}`)
      if (fault !== undefined) throw new MongoUnfit(fault)
    }
    return undefined
  } catch (error) {
    return (await explainTrouble(url, error)).message
  } finally {
    await client?.close()
  }
}
