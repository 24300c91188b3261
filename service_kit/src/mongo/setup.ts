/**
 * Is this server fit for us, and is the database made for this service? Runs before the first operation.
 *
 * Promises
 *  1. Refused, with what to do: a server that is not a replica set, one older than VERSION_MIN, a database of
 *     another service, and one whose money is not ours (store_money.ts).
 *  2. Indexes are made by one replica at a time, under a lease, so that replicas starting together do not build
 *     the same index twice; the others wait. Making them again changes nothing, so a lost lease does no harm.
 *  3. Indexes on much data may take their time, and are made while a member is away.
 */
import { createHash } from 'node:crypto'
import { type Collection, type Db, type IndexDescription, MongoClient, MongoServerError } from 'mongodb'
import type { Runtime } from '../runtime/runtime.ts'
import type { StoreMoney } from '../storage/store_money.ts'
import { isDuplicate, isPassing, Unsettled } from './errors.ts'

export const VERSION_MIN = 6
const LEASE_MS = 60_000
const LEASE_POLL_MS = 100
const PROBE_MS = 1_000

export type MongoPlan = {
  readonly service: string
  /** By collection, which must have at least one: that makes the collection, so no transaction has to. Each has a name, and docs/operations.md says which query it serves. */
  readonly indexes: Readonly<Record<string, readonly IndexDescription[]>>
  /** Of a database that holds amounts. */
  readonly money?: StoreMoney
}

/** The server answers and can't be used; `message` says what to do. */
export class MongoUnfit extends Error {}

export type Setting = {
  _id: string
  value?: string
  digits?: number
  until?: Date
  electionSeenAt?: Date
  /** When the database was made; unknown of those made before this was kept. */
  madeAt?: Date
}

export type Builder = {
  /** Names this process; a lease it could not give back is its own. */
  readonly id: string
  /** Waits for the server as long as it takes. */
  client(): MongoClient
}

export async function prepareDatabase(
  client: MongoClient,
  db: Db,
  plan: MongoPlan,
  runtime: Runtime,
  builder: Builder,
): Promise<void> {
  await requireFit(client)
  const settings = db.collection<Setting>('settings')
  const owner = await keep(settings, { _id: 'service', value: plan.service, madeAt: runtime.now() })
  if (owner.value !== plan.service) {
    throw new MongoUnfit(
      `The database ${db.databaseName} belongs to ${owner.value}; ${plan.service} needs one of its own: leave the path out of DATABASE_URL.`,
    )
  }
  if (plan.money) await keepMoney(settings, plan.money)
  await makeIndexes(db, settings, plan.indexes, runtime, builder)
}

/** Throws MongoUnfit unless the server is one a shop can be kept on. */
export async function requireFit(client: MongoClient): Promise<void> {
  requireReplicaSet(await client.db('admin').command({ hello: 1 }))
  const { version } = await client.db('admin').command({ buildInfo: 1 })
  if (Number.parseInt(version, 10) < VERSION_MIN) {
    throw new MongoUnfit(`MongoDB ${version} is too old; ${VERSION_MIN}.0 or newer is needed.`)
  }
}

function requireReplicaSet({
  setName,
  msg,
  isreplicaset,
}: {
  setName?: string
  msg?: string
  isreplicaset?: boolean
}) {
  if (setName !== undefined || msg === 'isdbgrid') return
  if (isreplicaset) {
    throw new MongoUnfit(
      `MongoDB runs with --replSet but its set was never initiated. Run:\n  mongosh --eval 'rs.initiate()'`,
    )
  }
  throw new MongoUnfit(
    `MongoDB is not a replica set, which transactions need; one member is enough. Run:
  mongod --replSet rs0 --dbpath <its data folder>
  mongosh --eval 'rs.initiate()'`,
  )
}

/** Writes the setting unless there is one of its name, and resolves what is there. */
async function keep(settings: Collection<Setting>, setting: Setting): Promise<Setting> {
  try {
    await settings.insertOne(setting)
    return setting
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const kept = await settings.findOne({ _id: setting._id })
  if (!kept) throw new Unsettled() // Written by another replica a moment ago, and not on a majority yet.
  return kept
}

/** Currency and digits are one document, so that no replica meets one without the other. */
async function keepMoney(settings: Collection<Setting>, money: StoreMoney) {
  const { currency, digitsOfNew } = money
  const kept = await keep(settings, { _id: 'currency', value: currency, digits: digitsOfNew })
  const moneyOf = ({ value, digits }: Setting) => ({ currency: String(value), digits })
  if (kept.digits === undefined) {
    kept.digits = asUnfit(() => money.digitsToKeep(moneyOf(kept)))
    const { _id, digits } = kept
    await settings.updateOne({ _id, digits: { $exists: false } }, { $set: { digits } })
  }
  asUnfit(() => money.accept(moneyOf(kept)))
}

function asUnfit<T>(judge: () => T): T {
  try {
    return judge()
  } catch (error) {
    throw new MongoUnfit((error as Error).message)
  }
}

async function makeIndexes(
  db: Db,
  settings: Collection<Setting>,
  indexes: MongoPlan['indexes'],
  runtime: Runtime,
  builder: Builder,
) {
  const value = createHash('sha256').update(JSON.stringify(indexes)).digest('hex')
  for (;;) {
    const made = await settings.findOne({ _id: 'indexes' })
    if (made?.value === value && (await allThere(db, indexes))) return
    if (await takeLease(settings, builder.id, runtime.now())) break
    await runtime.sleep(LEASE_POLL_MS)
  }
  try {
    const patient = builder.client().db(db.databaseName)
    for (const [name, descriptions] of Object.entries(indexes)) {
      // By default an index on data waits for the vote of every member, one that is down too.
      await patient.collection(name).createIndexes([...descriptions], { commitQuorum: 'majority' })
    }
    await settings.updateOne({ _id: 'indexes' }, { $set: { value } }, { upsert: true })
  } finally {
    await settings.deleteOne({ _id: 'index_lease', value: builder.id })
  }
}

/** Someone may have dropped one, or restored the data without them. */
async function allThere(db: Db, indexes: MongoPlan['indexes']): Promise<boolean> {
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

/**
 * Why it can't be used. A server that is no replica set, or of another name than the URL says, looks to the driver
 * like one that is down; asked directly it says what it is.
 */
export async function explainTrouble(url: string, error: unknown): Promise<Error> {
  if (error instanceof MongoUnfit) return error
  // It was reached and said no: the user lacks a right, an index of this name is another one, the disk is full.
  if (error instanceof MongoServerError && !isPassing(error)) {
    return new Error(`MongoDB refuses us: ${error.message}`)
  }
  for (const host of hostsOf(url)) {
    const probe = new MongoClient(direct(url, host), {
      serverSelectionTimeoutMS: PROBE_MS,
      connectTimeoutMS: PROBE_MS,
    })
    try {
      const hello = await probe.db('admin').command({ hello: 1 })
      requireReplicaSet(hello)
      const asked = new URLSearchParams(url.split('?')[1]).get('replicaSet')
      if (asked && hello.setName !== asked) {
        return new MongoUnfit(
          `${host} belongs to the replica set ${hello.setName}, but DATABASE_URL says ${asked}.`,
        )
      }
      const members = (hello.hosts ?? []).join(', ')
      return new Error(
        hello.primary
          ? `${host} answers, but its primary ${hello.primary} can't be reached by that name (members: ${members}).`
          : `${host} answers, but the replica set ${hello.setName} has no primary right now (members: ${members}).`,
      )
    } catch (reason) {
      if (reason instanceof MongoUnfit) return reason
    } finally {
      await probe.close()
    }
  }
  return new Error(
    `MongoDB can't be reached: ${(error as Error).message}. See that it runs, and that DATABASE_URL names its hosts and port.`,
  )
}

const PARTS = /^mongodb:\/\/(?<user>[^/]*@)?(?<hosts>[^/?]+)(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/

function hostsOf(url: string): string[] {
  return PARTS.exec(url)?.groups?.hosts?.split(',') ?? []
}

function direct(url: string, host: string): string {
  const { user = '', path = '/', query = '' } = PARTS.exec(url)!.groups!
  const kept = query
    .split('&')
    .filter((pair) => pair !== '' && !/^(replicaSet|directConnection|loadBalanced)=/i.test(pair))
  return `mongodb://${user}${host}${path}?${[...kept, 'directConnection=true'].join('&')}`
}
