/**
 * Prepares the database of a service, before the first operation.
 *
 * Invariants
 *  1. Refused, with what to do: a server that is not fit (server_checks.ts), a database of another service, and one with
 *     another currency (store_money.ts).
 *  2. Refused until it changes: a database that is being filled, needs a newer release (schema.ts), or has an index with
 *     another key or other options (indexes.ts).
 *  3. One replica at a time runs migrations and creates indexes, under a lease that it renews, so that replicas which start
 *     together do not do the same work. The others wait. A lost lease does no harm, because both are safe to repeat.
 *  4. Building an index on much data may take long, and does not need every member.
 *  5. With `existing` nothing is written but the mark of an election (elections.ts): a database that a service has not prepared for this release is refused.
 */
import { createHash } from 'node:crypto'
import type { Collection, Db, MongoClient } from 'mongodb'
import type { Runtime } from '../runtime/runtime.ts'
import type { ExistingOnly } from '../storage/opening.ts'
import type { StoreMoney } from '../storage/store_money.ts'
import { isDuplicate, OutcomeUnknown } from './errors.ts'
import { allExist, type Indexes } from './indexes.ts'
import { takeLease } from './lease.ts'
import { type Migrations, migrate, missingMigrations, requireNumbered, requireWhole } from './schema.ts'
import { requireFitServer } from './server_checks.ts'
import type { Setting } from './settings.ts'
import { NoDatabase, UnfitServer } from './unfit.ts'

const LEASE_MS = 60_000
const LEASE_POLL_MS = 100

export type MongoPlan = {
  readonly service: string
  /** By collection. Each collection has at least one, which creates it, so no transaction has to. docs/operations.md says which query each serves. */
  readonly indexes: Indexes
  /** Without them the schema is neither checked nor changed: for programs that are no service. */
  readonly migrations?: Migrations
  /** Of a database that holds amounts. */
  readonly money?: StoreMoney
} & ExistingOnly

export type { Setting } from './settings.ts'

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
  report: (progress: string) => void,
): Promise<void> {
  requireNumbered(plan.migrations ?? [])
  await requireFitServer(client)
  const settings = db.collection<Setting>('settings')
  if (plan.existing) return requirePrepared(db, settings, plan)
  const owner = await storedSetting(settings, { _id: 'service', value: plan.service, madeAt: runtime.now() })
  requireOwner(db, owner, plan)
  if (plan.money) await checkMoney(settings, plan.money)
  await requireWhole(db)
  await updateSchema(db, settings, plan, runtime, builder, report)
}

function requireOwner({ databaseName }: Db, { value }: Setting, { service }: MongoPlan) {
  if (value === service) return
  throw new UnfitServer(
    `The database ${databaseName} belongs to ${value}; ${service} needs one of its own: leave the path out of DATABASE_URL.`,
  )
}

/** Writes nothing. */
async function requirePrepared(db: Db, settings: Collection<Setting>, plan: MongoPlan) {
  const [owner, stored] = await Promise.all([
    settings.findOne({ _id: 'service' }),
    settings.findOne({ _id: 'currency' }),
  ])
  if (owner) requireOwner(db, owner, plan)
  const { money } = plan
  if (!owner || (money && !stored)) throw new NoDatabase(db.databaseName, plan.service)
  await requireWhole(db)
  const { missing } = await missingMigrations(db, plan.migrations)
  if (missing.length > 0 || (money && stored?.digits === undefined)) {
    throw new UnfitServer(
      `The database ${db.databaseName} is of an older release. Start the shop: ${plan.service} updates it.`,
    )
  }
  if (money && stored) asUnfit(() => money.accept(moneyOf(stored)))
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
  if (stored.digits === undefined) {
    stored.digits = asUnfit(() => money.digitsOfOld(moneyOf(stored)))
    const { _id, digits } = stored
    await settings.updateOne({ _id, digits: { $exists: false } }, { $set: { digits } })
  }
  asUnfit(() => money.accept(moneyOf(stored)))
}

const moneyOf = ({ value, digits }: Setting) => ({ currency: String(value), digits })

function asUnfit<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw new UnfitServer((error as Error).message)
  }
}

async function updateSchema(
  db: Db,
  settings: Collection<Setting>,
  { indexes, migrations }: MongoPlan,
  runtime: Runtime,
  builder: Builder,
  report: (progress: string) => void,
) {
  const value = createHash('sha256').update(JSON.stringify(indexes)).digest('hex')
  for (;;) {
    const { missing, pending } = await missingMigrations(db, migrations)
    const made = await settings.findOne({ _id: 'indexes' })
    const complete = await allExist(db, indexes)
    if (made?.value === value && complete && missing.length === 0) return
    const now = runtime.now()
    if (await takeLease(settings, 'index_lease', builder.id, now, leaseEnd(now))) break
    report(
      `Another replica changes the schema of the database${pending === undefined ? '' : `: ${pending}`}.`,
    )
    await runtime.sleep(LEASE_POLL_MS)
  }
  const stopRenewing = renewLease(settings, builder.id, runtime)
  try {
    report('The schema of the database is being changed.')
    const patient = builder.client().db(db.databaseName)
    // Again, because another replica may have run them before the lease was free.
    const { missing } = await missingMigrations(patient, migrations)
    await migrate(patient, missing, async () => {
      for (const [name, descriptions] of Object.entries(indexes)) {
        // By default the server waits for every member, even for one that is down.
        await patient.collection(name).createIndexes([...descriptions], { commitQuorum: 'majority' })
      }
    })
    await settings.updateOne({ _id: 'indexes' }, { $set: { value } }, { upsert: true })
  } finally {
    stopRenewing()
    await settings.deleteOne({ _id: 'index_lease', value: builder.id })
  }
}

const leaseEnd = (now: Date) => new Date(now.getTime() + LEASE_MS)

/** Until the returned function is called. */
function renewLease(settings: Collection<Setting>, owner: string, runtime: Runtime): () => void {
  const stopping = new AbortController()
  const renew = async () => {
    for (;;) {
      await runtime.sleep(LEASE_MS / 3, stopping.signal, { background: true })
      const until = leaseEnd(runtime.now())
      // If it fails, the lease may end, which does no harm.
      await settings.updateOne({ _id: 'index_lease', value: owner }, { $set: { until } }).catch(() => {})
    }
  }
  renew().catch(() => {})
  return () => stopping.abort()
}
