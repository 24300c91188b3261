/**
 * `npm run migrate`: copies a shop from SQLite to MongoDB, and compares both at the end. It can be interrupted and run
 * again at any time: what the target already has stays. A target whose migration is finished is refused.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { PRODUCT_INDEXES } from '@shop/product_service/storage/mongo_documents'
import { MONGO_DATABASE } from '@shop/product_service/storage/open_mongo'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { openMongo } from '@shop/service_kit/mongo/store'
import { databaseOf } from '@shop/service_kit/mongo/url'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { readArguments, refuse } from './arguments.ts'
import { copySnapshot, isInUse } from './backup/snapshot.ts'
import { faultsOfFile } from './backup/verify.ts'
import { copyAccounts } from './migrate/accounts.ts'
import { copyOrders, copyStoreAge } from './migrate/orders.ts'
import { copyProducts, currencyOf } from './migrate/products.ts'
import { type Copied, createProgress } from './migrate/progress.ts'
import { SERVICES } from './services.ts'

const AUDIT_AT_ONCE = 1_000
const REMOVE_TIMEOUT_MS = 2_000

const { values } = readArguments(
  {
    name: 'npm run migrate',
    summary:
      'Copies accounts, products, stock and orders from SQLite to MongoDB, and compares both at the end.',
    options: {
      from: { type: 'string', help: 'sqlite:<data folder> of a stopped shop, or the folder of a backup.' },
      to: { type: 'string', help: 'mongodb://…, a replica set that has no shop yet.' },
    },
    notes: 'Then start the shop with DATABASE_URL set to the target, and with the same SERVICE_SECRET.',
  },
  process.argv.slice(2),
)
const { from, to } = values
if (!from || !/^sqlite:./.test(from)) refuse('Name the source: --from sqlite:<data folder>')
if (!to || !/^mongodb(\+srv)?:/.test(to)) refuse('Name the target: --to mongodb://…')
if (databaseOf(to!) !== undefined)
  refuse('Leave the path out of the URL: each service has a database of its own.')
const source = resolve(from!.slice('sqlite:'.length))
for (const { databaseFile } of SERVICES) {
  if (!existsSync(join(source, databaseFile))) refuse(`There is no ${join(source, databaseFile)}.`)
  if (isInUse(join(source, databaseFile)))
    refuse(`${databaseFile} is open in another process. Stop the shop first.`)
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
    SERVICES.map(({ databaseFile }) => ({
      from: join(source, databaseFile),
      to: join(folder, databaseFile),
    })),
  ).catch((error) => refuse(`The source cannot be copied. ${reasonOf(error)}`))
  const damages = SERVICES.flatMap((service) => faultsOfFile(join(folder, service.databaseFile), service))
  if (damages.length > 0) {
    refuse(
      ...damages.map((damage) => `Not usable: ${damage.replace(folder, source)}.`),
      'Restore a backup with `npm run restore`, or name the folder of the backup as the source.',
    )
  }
  const CURRENCY = currencyOf(folder)
  const sourceConfig = { DATA_DIR: folder, CURRENCY }
  // The copy needs no search index.
  const readOnlyConfig = { ...sourceConfig, existing: true }
  const sourceStores = {
    accounts: closeAtEnd(await openAuthStores(sourceConfig, { runtime: systemRuntime })),
    products: closeAtEnd(await openProductStores(readOnlyConfig, { runtime: systemRuntime })),
    orders: closeAtEnd(await openOrderStores(sourceConfig, { runtime: systemRuntime })),
  }
  // Amounts are copied unchanged, so the target needs the digits of the source.
  const targetConfig = ({ digits }: { digits(): number }) => ({
    DATABASE_URL: to!,
    DATA_DIR: folder,
    CURRENCY,
    CURRENCY_DIGITS: digits(),
  })
  const targetStores = {
    accounts: closeAtEnd(
      await openAuthStores({ DATABASE_URL: to!, DATA_DIR: folder }, { runtime: systemRuntime }),
    ),
    products: closeAtEnd(
      await openProductStores(targetConfig(sourceStores.products), { runtime: systemRuntime }),
    ),
    orders: closeAtEnd(await openOrderStores(targetConfig(sourceStores.orders), { runtime: systemRuntime })),
  }
  await targetStores.products.check()
  const mongo = closeAtEnd(
    await openMongo({
      runtime: systemRuntime,
      url: to!,
      database: MONGO_DATABASE,
      service: 'product_service',
      indexes: PRODUCT_INDEXES,
    }),
  )
  // The mark is written first and last: it says whether the migration of the target is finished.
  type Mark = { _id: string; value: string }
  const marks = mongo.collection<Mark>('settings')
  const mark = await mongo.repeat(() => marks.findOne({ _id: 'migration' }))
  const hasProducts = (await targetStores.products.audit.ledgerMismatches(undefined, 1)).checked > 0
  if (mark?.value === 'finished' || (hasProducts && !mark)) refuse('The target already has a shop.')
  const setMark = (value: string) =>
    mongo.repeat(() => marks.updateOne({ _id: 'migration' }, { $set: { value } }, { upsert: true }))
  await setMark('under way')

  const progress = createProgress(process.stdout)
  const copied: Copied[] = [
    ...(await copyAccounts(folder, sourceStores.accounts, targetStores.accounts, progress)),
    ...(await copyProducts(folder, mongo, progress)),
    ...(await copyOrders(sourceStores.orders.orders, targetStores.orders.orders, progress)),
  ]
  await copyStoreAge(join(folder, 'orders.db'), to!)
  const faults = copied
    .filter(({ source, target }) => source !== target)
    .map(({ what, source, target }) => `${what}: ${source} in the source, ${target} in the target`)
  let after: string | undefined
  do {
    const page = await targetStores.products.audit.ledgerMismatches(after, AUDIT_AT_ONCE)
    faults.push(
      ...page.mismatches.map((mismatch) => `the ledger does not balance: ${JSON.stringify(mismatch)}`),
    )
    after = page.next
  } while (after !== undefined)
  if (faults.length > 0) throw new Error(`The target differs from the source:\n${faults.join('\n')}`)
  await setMark('finished')
  console.log(`The target has as many records of each kind as ${source}, and its ledger balances.`)
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\nThe source was not changed. Run the command again to continue.\n`)
  process.exitCode = 1
} finally {
  for (const close of closers.reverse()) await close()
}
