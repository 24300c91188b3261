/**
 * Prepares the database of a service, before the first operation.
 *
 * Invariants
 *  1. Refused, with what to do: a server that is not fit (server_checks.ts), a database of another service, and one with
 *     another currency (store_money.ts).
 *  2. One replica at a time creates indexes, under a lease, so that replicas which start together do not build the same
 *     index twice. The others wait. A lost lease does no harm, because creating an index again changes nothing.
 *  3. Building an index on much data may take long, and does not need every member.
 */
import { createHash } from 'node:crypto'
import type { Collection, Db, IndexDescription, MongoClient } from 'mongodb'
import type { Runtime } from '../runtime/runtime.ts'
import type { StoreMoney } from '../storage/store_money.ts'
import { isDuplicate, OutcomeUnknown } from './errors.ts'
import { requireFitServer, UnfitServer } from './server_checks.ts'

const LEASE_MS = 60_000
const LEASE_POLL_MS = 100

export type MongoPlan = {
  readonly service: string
  /** By collection. Each collection has at least one, which creates it, so no transaction has to. docs/operations.md says which query each serves. */
  readonly indexes: Readonly<Record<string, readonly IndexDescription[]>>
  /** Of a database that holds amounts. */
  readonly money?: StoreMoney
}

export type Setting = {
  _id: string
  value?: string
  digits?: number
  until?: Date
  electionSeenAt?: Date
  /** When the database was made; absent in old databases. */
  madeAt?: Date
  /** Of `lastBackup`, which `npm run backup` writes. */
  at?: Date
}

export type Builder = {
  /** Names this process, so that it finds its own lease again. */
  readonly id: string
  /** Has no deadline of its own. */
  client(): MongoClient
}

export async function prepareDatabase(
  client: MongoClient,
  db: Db,
  plan: MongoPlan,
  runtime: Runtime,
  builder: Builder,
): Promise<void> {
  await requireFitServer(client)
  const settings = db.collection<Setting>('settings')
  const owner = await storedSetting(settings, { _id: 'service', value: plan.service, madeAt: runtime.now() })
  if (owner.value !== plan.service) {
    throw new UnfitServer(
      `The database ${db.databaseName} belongs to ${owner.value}; ${plan.service} needs one of its own: leave the path out of DATABASE_URL.`,
    )
  }
  if (plan.money) await checkMoney(settings, plan.money)
  await createIndexes(db, settings, plan.indexes, runtime, builder)
}

/** Adds the setting unless it exists, and returns the stored one. */
async function storedSetting(settings: Collection<Setting>, setting: Setting): Promise<Setting> {
  try {
    await settings.insertOne(setting)
    return setting
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const stored = await settings.findOne({ _id: setting._id })
  if (!stored) throw new OutcomeUnknown() // Another replica wrote it a moment ago; a majority has not got it yet.
  return stored
}

/** Currency and digits are one document, so that no replica reads one without the other. */
async function checkMoney(settings: Collection<Setting>, money: StoreMoney) {
  const { currency, digitsOfNew } = money
  const stored = await storedSetting(settings, { _id: 'currency', value: currency, digits: digitsOfNew })
  const moneyOf = ({ value, digits }: Setting) => ({ currency: String(value), digits })
  if (stored.digits === undefined) {
    stored.digits = asUnfit(() => money.digitsOfOld(moneyOf(stored)))
    const { _id, digits } = stored
    await settings.updateOne({ _id, digits: { $exists: false } }, { $set: { digits } })
  }
  asUnfit(() => money.accept(moneyOf(stored)))
}

function asUnfit<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw new UnfitServer((error as Error).message)
  }
}

async function createIndexes(
  db: Db,
  settings: Collection<Setting>,
  indexes: MongoPlan['indexes'],
  runtime: Runtime,
  builder: Builder,
) {
  const value = createHash('sha256').update(JSON.stringify(indexes)).digest('hex')
  for (;;) {
    const made = await settings.findOne({ _id: 'indexes' })
    if (made?.value === value && (await allExist(db, indexes))) return
    if (await takeLease(settings, builder.id, runtime.now())) break
    await runtime.sleep(LEASE_POLL_MS)
  }
  try {
    const patient = builder.client().db(db.databaseName)
    for (const [name, descriptions] of Object.entries(indexes)) {
      // By default the server waits for every member, even for one that is down.
      await patient.collection(name).createIndexes([...descriptions], { commitQuorum: 'majority' })
    }
    await settings.updateOne({ _id: 'indexes' }, { $set: { value } }, { upsert: true })
  } finally {
    await settings.deleteOne({ _id: 'index_lease', value: builder.id })
  }
}

/** Somebody may have dropped one, or restored the data without indexes. */
async function allExist(db: Db, indexes: MongoPlan['indexes']): Promise<boolean> {
  for (const [name, descriptions] of Object.entries(indexes)) {
    const present = await db.collection(name).indexes()
    if (!descriptions.every((wanted) => present.some((index) => index.name === wanted.name))) return false
  }
  return true
}

async function takeLease(settings: Collection<Setting>, owner: string, now: Date): Promise<boolean> {
  const until = new Date(now.getTime() + LEASE_MS)
  try {
    await settings.insertOne({ _id: 'index_lease', value: owner, until })
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const free = { _id: 'index_lease', $or: [{ until: { $lt: now } }, { value: owner }] }
  return (await settings.updateOne(free, { $set: { value: owner, until } })).matchedCount === 1
}
