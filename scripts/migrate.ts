/**
 * `npm run migrate`: copies a shop from SQLite to MongoDB, and compares both at the end. It can be interrupted and run
 * again at any time: what the target already has stays. A target whose migration is finished is refused.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MONGO_DATABASE as AUTH } from '@shop/auth_service/storage/open_mongo'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { MONGO_DATABASE as NOTIFICATIONS } from '@shop/notification_service/storage/open_mongo'
import { openStores as openNotificationStores } from '@shop/notification_service/storage/open_stores'
import { COUNTER } from '@shop/order_service/storage/mongo_order_numbers'
import { MONGO_DATABASE as ORDERS } from '@shop/order_service/storage/open_mongo'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { MONGO_DATABASE as PAYMENTS } from '@shop/payment_service/storage/open_mongo'
import { openStores as openPaymentStores } from '@shop/payment_service/storage/open_stores'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import { MediaConfig, openMediaFiles } from '@shop/product_service/storage/open_media_files'
import { MONGO_DATABASE as PRODUCTS } from '@shop/product_service/storage/open_mongo'
import {
  openStores as openProductStores,
  DATABASE_FILE as PRODUCTS_FILE,
} from '@shop/product_service/storage/open_stores'
import { connectPatiently } from '@shop/service_kit/mongo/tools'
import { readEnvironment } from '@shop/service_kit/runtime/config'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import Type from '@shop/service_kit/runtime/schema_types'
import { readArguments, refuse } from './arguments.ts'
import { isMongo, requireNoPath, SETTINGS } from './backup/databases.ts'
import { AFTER_RESTORE, hashOf, MANIFEST_FILE, readManifest } from './backup/manifest.ts'
import { mediaIn } from './backup/media.ts'
import { inspectTarget, refuseConnected } from './backup/mongo_restore.ts'
import { copySnapshot, isInUse } from './backup/snapshot.ts'
import { faultsOfFile } from './backup/verify.ts'
import { accountKinds, notificationKinds, orderKinds, paymentKinds, productKinds } from './migrate/kinds.ts'
import { createMarks } from './migrate/marks.ts'
import { copyMediaFiles, eitherOf, inDatabase, inStore } from './migrate/media.ts'
import { copy, differences, type Kind, patiently } from './migrate/progress.ts'
import { mayBeAbsent, SERVICES, type ServiceName } from './services.ts'
import { inspectSqlite } from './sqlite_inspection.ts'

const ORDER_MIGRATIONS = new URL('../order_service/src/storage/migrations/', import.meta.url)

type Part = {
  readonly name: string
  readonly service: ServiceName
  readonly kinds: typeof accountKinds
  readonly prepare: () => Promise<{ check(): Promise<void>; close(): Promise<void> }>
}

const AUDIT_AT_ONCE = 1_000
const COMPLETED_AT_ONCE = 1_000
const REMOVE_TIMEOUT_MS = 2_000

const { values } = readArguments(
  {
    name: 'npm run migrate',
    summary:
      'Copies accounts, products, stock and orders from SQLite to MongoDB, and compares both at the end.',
    options: {
      from: { type: 'string', help: 'sqlite:<data folder> of a stopped shop, or the folder of a backup.' },
      to: {
        type: 'string',
        help: 'mongodb://…, a replica set that has no shop yet (default: DATABASE_URL, whose password is not in the list of processes).',
      },
    },
    notes: 'Then start the shop with DATABASE_URL set to the target, and with the same SERVICE_SECRET.',
  },
  process.argv.slice(2),
)
const { from } = values
const to = values.to ?? targetOfEnvironment()
if (!from || !/^sqlite:./.test(from)) refuse('Name the source: --from sqlite:<data folder>')
if (!isMongo(to)) refuse('Name the target: DATABASE_URL=mongodb://…, or --to mongodb://…')
requireNoPath(to!)
const source = resolve(from!.slice('sqlite:'.length))
const fromBackup = existsSync(join(source, MANIFEST_FILE))
const present = SERVICES.filter((service) => !mayBeAbsent(source, service))
for (const { databaseFile } of present) {
  if (!existsSync(join(source, databaseFile))) refuse(`There is no ${join(source, databaseFile)}.`)
  if (isInUse(join(source, databaseFile)))
    refuse(`${databaseFile} is open in another process. Stop the shop first.`)
  if (fromBackup && (await hashOf(join(source, databaseFile))) !== readManifest(source).files[databaseFile])
    refuse(`${join(source, databaseFile)} was changed after the backup. Use another backup.`)
}

// The stores migrate the schema of a file that they open. So a copy is opened, and the source is not changed.
const folder = mkdtempSync(join(tmpdir(), 'shop_migrate_'))
// It holds password hashes and signing keys, so every exit removes it. Threads that still copy create and remove files in
// it meanwhile, which can make a removal fail: so it is repeated.
process.once('exit', () => {
  for (const until = Date.now() + REMOVE_TIMEOUT_MS; existsSync(folder) && Date.now() < until; ) {
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {}
  }
  if (existsSync(folder))
    process.stderr.write(`${folder} could not be removed; it holds copies of the stores.\n`)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
const closers: (() => Promise<void>)[] = []
const closeAtEnd = <T extends { close(): Promise<void> }>(store: T): T => {
  closers.push(() => store.close())
  return store
}
try {
  await copySnapshot(
    present.map(({ databaseFile }) => ({
      from: join(source, databaseFile),
      to: join(folder, databaseFile),
    })),
  ).catch((error) => refuse(`The source cannot be copied. ${reasonOf(error)}`))
  const damages = present.flatMap((service) => faultsOfFile(join(folder, service.databaseFile), service))
  if (damages.length > 0) {
    refuse(
      ...damages.map((damage) => `Not usable: ${damage.replace(folder, source)}.`),
      'Restore a backup with `npm run restore`, or name the folder of the backup as the source.',
    )
  }
  // Made here if the source has none. So its schema is of this release.
  await (await openNotificationStores({ DATA_DIR: folder }, { runtime: systemRuntime })).close()
  const CURRENCY = currencyOf(open(PRODUCTS_FILE))
  const place = { DATA_DIR: folder, CURRENCY }
  // Migrates the schema of the copy. It needs no search index.
  await (await openAuthStores(place, { runtime: systemRuntime })).close()
  const products = await openProductStores({ ...place, existing: true }, { runtime: systemRuntime })
  const orders = await openOrderStores(place, { runtime: systemRuntime })
  // Made here, too, with the digits of orders.
  const isNew = !present.some(({ name }) => name === 'payment_service')
  const payments = await openPaymentStores(
    { ...place, ...(isNew ? { CURRENCY_DIGITS: orders.digits() } : {}) },
    { runtime: systemRuntime },
  )
  const digits = { products: products.digits(), orders: orders.digits(), payments: payments.digits() }
  while (await orders.orders.catchUp(COMPLETED_AT_ONCE));
  const importing = await products.imports.open()
  const unbalanced = await mismatchesOf(products)
  await Promise.all([products.close(), orders.close(), payments.close()])
  const databases = new Map(SERVICES.map(({ name, databaseFile }) => [name, open(databaseFile)]))
  if (unbalanced.length > 0) refuse(...unbalanced, 'Run `npm run doctor` on the source.')
  // Its steps are not copied, so half of a file would be applied for ever.
  if (importing) {
    refuse(
      `The import of ${importing.name} is open (${importing.state}).`,
      `Finish it with \`npm run import -- --continue\`, or cancel it with \`npm run import -- --cancel\`, ${fromBackup ? 'in the restored backup' : `with DATA_DIR=${source}`}. Then run this command again.`,
    )
  }

  refuseConnected((await inspectTarget(to!)).connected ?? [])
  const client = closeAtEnd(connectPatiently(to!, 'migrate'))
  const marks = createMarks(client)
  const target = { DATABASE_URL: to!, DATA_DIR: folder, CURRENCY }
  const options = { runtime: systemRuntime }
  const parts: readonly Part[] = [
    {
      ...{ name: AUTH, service: 'auth_service', kinds: accountKinds },
      prepare: () => openAuthStores(target, options),
    },
    {
      ...{ name: PRODUCTS, service: 'product_service', kinds: productKinds },
      // Amounts are copied unchanged, so the target needs the digits of the source.
      prepare: () => openProductStores({ ...target, CURRENCY_DIGITS: digits.products }, options),
    },
    {
      ...{ name: NOTIFICATIONS, service: 'notification_service', kinds: notificationKinds },
      prepare: () => openNotificationStores(target, options),
    },
    {
      ...{ name: PAYMENTS, service: 'payment_service', kinds: paymentKinds },
      prepare: async () =>
        (await openPaymentStores({ ...target, CURRENCY_DIGITS: digits.payments }, options)).payments,
    },
    {
      ...{ name: ORDERS, service: 'order_service', kinds: orderKinds },
      prepare: async () =>
        (await openOrderStores({ ...target, CURRENCY_DIGITS: digits.orders }, options)).orders,
    },
  ]
  const states = await Promise.all(parts.map(({ name }) => marks.stateOf(name)))
  if (states.includes('restoring'))
    refuse('A restore of the target did not end: run it again, or drop the databases.')
  if (states.includes('used') || states.every((state) => state === 'finished'))
    refuse('The target already has a shop.')
  const unfinished = !states.includes('finished')
  if (unfinished) await copyAll()
  for (const { name } of parts) await marks.finish(name, unfinished)
  console.log(`The target has the same records as ${source}, and their ledger balances.`)
  if (fromBackup) console.log(AFTER_RESTORE)

  async function copyAll() {
    for (const [n, { name, prepare }] of parts.entries()) {
      // A database with the mark was prepared before, and its stores are refused.
      if (states[n] === 'empty') await prepared(prepare)
      await marks.begin(name)
    }
    const kinds = parts
      .flatMap(({ name, service, kinds }) => kinds(databases.get(service)!, client.db(name)))
      .map((kind) => (fromBackup && kind.anew ? ended(kind) : kind))
    for (const kind of kinds) await copy(kind, process.stdout, () => marks.requireOurs(AUTH))
    // Files at MEDIA_URL stay there, and those beside the source come to it.
    const elsewhere = openMediaFiles(readEnvironment(Type.Object(MediaConfig), process.env), systemRuntime)
    await copyMediaFiles(
      databases.get('product_service')!,
      eitherOf(mediaIn(source), elsewhere),
      elsewhere ? inStore(elsewhere) : inDatabase(client.db(PRODUCTS)),
      ...([process.stdout, () => marks.requireOurs(AUTH)] as const),
    )
    await copyStoreAge()
    await copyOrderCounter()
    const faults: string[] = []
    for (const kind of kinds) faults.push(...(await differences(kind)))
    if (faults.length > 0) throw new Error(`The target differs from the source:\n${faults.join('\n')}`)
  }

  /** The target gets the creation time of the source, which `npm run doctor` compares with its orders (doctor/reservations.ts). */
  async function copyStoreAge() {
    const inspection = inspectSqlite(join(folder, 'orders.db'), ORDER_MIGRATIONS)
    const madeAt = new Date((inspection.state === 'readable' && inspection.madeAt) || 0)
    const settings = client.db(ORDERS).collection<{ _id: string }>(SETTINGS)
    await patiently(() => settings.updateOne({ _id: 'service' }, { $set: { madeAt } }))
  }

  /** Numbers of orders go on behind the last one, also if that order was removed (N2 of order_numbers.ts). */
  async function copyOrderCounter() {
    const { last } = databases.get('order_service')!.prepare('SELECT last FROM order_numbers').get()!
    const counter = { last: Number(last), oldLast: Number(last), oldEnd: Number(last), complete: '' }
    const settings = client.db(ORDERS).collection<{ _id: string }>(SETTINGS)
    await patiently(() => settings.updateOne({ _id: COUNTER }, { $set: counter }, { upsert: true }))
  }
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\nThe source was not changed. Run the command again to continue.\n`)
  process.exitCode = 1
} finally {
  for (const close of closers.reverse()) await close()
}

function targetOfEnvironment(): string | undefined {
  try {
    return readEnvironment(Type.Object({ DATABASE_URL: Type.Optional(Type.String()) }), process.env)
      .DATABASE_URL
  } catch (error) {
    return refuse(reasonOf(error))
  }
}

/** Sessions and signing keys of an earlier moment: they are not copied, as `npm run restore` does not. */
function ended(kind: Kind): Kind {
  return { ...kind, total: 0, documents: () => [] }
}

/** The file is opened when it is needed: not before its schema was migrated. */
function open(file: string): DatabaseSync {
  const db = new DatabaseSync(join(folder, file))
  closers.push(async () => db.close())
  return db
}

function currencyOf(db: DatabaseSync): string {
  return String(db.prepare(`SELECT value FROM settings WHERE name = 'currency'`).get()!.value)
}

async function mismatchesOf({ audit }: ProductStores): Promise<string[]> {
  const found: string[] = []
  let after: string | undefined
  do {
    const page = await audit.ledgerMismatches(after, AUDIT_AT_ONCE)
    found.push(...page.mismatches.map((each) => `The ledger does not balance: ${JSON.stringify(each)}.`))
    after = page.next
  } while (after !== undefined)
  return found
}

/** Creates the indexes and the settings of a database. */
async function prepared(open: () => Promise<{ check(): Promise<void>; close(): Promise<void> }>) {
  const stores = await open()
  try {
    await patiently(() => stores.check())
  } finally {
    await stores.close()
  }
}
