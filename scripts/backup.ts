/**
 * `npm run backup`: copies all stores of a shop as they are at one moment, while it runs. The copies are verified; then
 * backup.json is written. A folder without backup.json is not a backup.
 */
import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { MEDIA_FOLDER } from '@shop/product_service/storage/open_stores'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { numberOption, readArguments, refuse } from './arguments.ts'
import { folderNameAt, olderBackups } from './backup/backup_folders.ts'
import { DATABASES, fileOf, isMongo, requireNoPath, requireOurUrl, SETTINGS } from './backup/databases.ts'
import { claimFolder, hashesOf, MANIFEST_FILE, writeManifest } from './backup/manifest.ts'
import { copyDatabases, recordBackup } from './backup/mongo_backup.ts'
import { faultsOfDatabases } from './backup/mongo_verify.ts'
import { sqliteBackup } from './backup/sqlite_backup.ts'
import { PLACEHOLDER_SECRETS, plannedService, planShop } from './plan.ts'
import { restrictFolder, restrictNewFiles } from './start/owner_only.ts'

const KEPT_MAX = 10_000

const { values } = readArguments(
  {
    name: 'npm run backup',
    summary: 'Copies all stores of a shop at one moment, while it runs, and verifies the copies.',
    options: {
      to: { type: 'string', help: 'Folder of the backup; must be new or empty.' },
      into: {
        type: 'string',
        help: 'Instead: folder of backups, in which this one gets a folder named by the time.',
      },
      keep: {
        type: 'string',
        help: `With --into: remove older backups in it, except the newest N, 1 to ${KEPT_MAX}.`,
      },
    },
    notes:
      'Run it with the environment of the shop (DATA_DIR, or DATABASE_URL for MongoDB). The copies hold password\n' +
      'hashes, signing keys and secrets: protect them like the originals.\n' +
      '`npm run restore -- --from <folder>` puts them back.',
  },
  process.argv.slice(2),
)
if ((values.to === undefined) === (values.into === undefined)) {
  refuse('Name the folder: npm run backup -- --to <folder>, or --into <folder of backups>')
}
if (values.keep !== undefined && values.into === undefined) refuse('--keep needs --into.')
const kept = numberOption(values, 'keep', undefined, 1, KEPT_MAX)
const folder = resolve(values.to ?? join(values.into!, folderNameAt(new Date())))

let complete = false

const plan = planShop(process.env, PLACEHOLDER_SECRETS)
requireOurUrl(plan.databaseUrl)
restrictNewFiles()
if (isMongo(plan.databaseUrl)) await backUpMongo(plan.databaseUrl)
else await backUpSqlite()

async function backUpSqlite(): Promise<void> {
  const backup = sqliteBackup(plan)
  makeFolder(backup.names)
  const at = await backup
    .copyStores(folder)
    .catch((error) => refuse(`The stores cannot be copied. ${reasonOf(error)}`))
  requireNoFault(
    await backup.faults(folder).catch((error) => refuse(`The copies cannot be checked. ${reasonOf(error)}`)),
  )
  await finish(at, backup.names, () => backup.copyOthers(folder))
  try {
    backup.record(at)
  } catch (error) {
    console.error(`The time of this backup cannot be recorded for monitoring: ${reasonOf(error)}`)
  }
}

async function backUpMongo(url: string): Promise<void> {
  requireNoPath(url)
  makeFolder(DATABASES.flatMap(({ name, collections }) => collections.map((each) => fileOf(name, each))))
  const { at, counts } = await copyDatabases(url, folder, (file, documents) =>
    console.log(`${String(documents).padStart(12)} documents  ${file}`),
  ).catch((error) => refuse(`The databases cannot be copied. ${reasonOf(error)}`))
  for (const { name, addedLater } of DATABASES) {
    if (counts[fileOf(name, SETTINGS)] === 0 && !addedLater)
      refuse(`There is no shop in the database ${name}.`)
  }
  requireNoFault(await faultsOfDatabases(folder, counts))
  await finish(at, Object.keys(counts), () => {}, counts)
  if (plannedService(plan, 'product_service').env.MEDIA_URL) {
    console.log(
      'The files of pictures are at MEDIA_URL and not in this backup: keep them there by the versions of the bucket, or copy it.',
    )
  }
  await recordBackup(url, at).catch((error) =>
    console.error(`The time of this backup cannot be recorded for monitoring: ${reasonOf(error)}`),
  )
}

/** `names`: what an unfinished backup may leave. It is useless, and its files would be in the way of the next attempt. */
function makeFolder(names: readonly string[]): void {
  try {
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      refuse(`${folder} is not empty. A backup needs a folder of its own.`)
    }
    restrictFolder(folder)
    claimFolder(folder)
  } catch (error) {
    refuse(`A backup cannot be made in ${folder}: ${reasonOf(error)}`)
  }
  process.once('exit', () => {
    if (complete) return
    const ours = [...names, MANIFEST_FILE, MEDIA_FOLDER]
    for (const name of readdirSync(folder)) {
      if (ours.some((known) => name.startsWith(known)))
        rmSync(join(folder, name), { recursive: true, force: true })
    }
    if (values.into !== undefined) rmdirSync(folder)
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
}

function requireNoFault(faults: readonly string[]): void {
  if (faults.length > 0) refuse(...faults.map((fault) => `Not usable: ${fault}.`))
}

async function finish(
  at: Date,
  names: readonly string[],
  copyOthers: () => void,
  documents?: Readonly<Record<string, number>>,
): Promise<void> {
  try {
    copyOthers()
    const files = await hashesOf(folder, names)
    writeManifest(folder, { at: at.toISOString(), files, ...(documents && { documents }) })
    complete = true
  } catch (error) {
    refuse(`The backup cannot be finished: ${reasonOf(error)}`)
  }
  for (const name of names)
    console.log(`${String(statSync(join(folder, name)).size).padStart(12)} bytes  ${name}`)
  console.log(
    `The shop as it was at ${at.toISOString()} is in ${folder}. The copies are intact and the ledger balances.`,
  )
  if (kept !== undefined) removeOlder(resolve(values.into!), kept)
}

/** After a backup is complete, so that a failing backup removes none. */
function removeOlder(parent: string, kept: number): void {
  for (const name of olderBackups(parent, kept, new Date(), basename(folder))) {
    const older = join(parent, name)
    try {
      // First, so that half a removed backup does not count as one.
      rmSync(join(older, MANIFEST_FILE), { force: true })
      rmSync(older, { recursive: true, force: true })
      console.log(`Removed ${older}; the newest ${kept} complete backups are kept.`)
    } catch (error) {
      console.error(`${older} cannot be removed: ${reasonOf(error)}`)
    }
  }
}
