/**
 * `npm run restore`: replaces the stores of a shop by a backup. It refuses while the shop runs and, without --force, if
 * there are stores; what they hold is then moved, or copied into another backup first.
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DATABASE_FILE as PRODUCTS } from '@shop/product_service/storage/open_stores'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { readArguments, refuse } from './arguments.ts'
import { DATABASES, fileOf, isMongo, requireNoPath, requireOurUrl, SETTINGS } from './backup/databases.ts'
import {
  AFTER_RESTORE,
  hashesOf,
  hashOf,
  type Manifest,
  readManifest,
  writeManifest,
} from './backup/manifest.ts'
import { copyMedia, faultsOfMedia, mediaIn, mediaOf } from './backup/media.ts'
import { copyDatabases } from './backup/mongo_backup.ts'
import { inspectTarget, refuseConnected, restoreDatabases } from './backup/mongo_restore.ts'
import { faultsOfDatabases } from './backup/mongo_verify.ts'
import { OTHER_FILES } from './backup/sqlite_backup.ts'
import { restoreFiles } from './backup/sqlite_restore.ts'
import { faultsOfFile } from './backup/verify.ts'
import { checkPorts } from './doctor/machine.ts'
import { PLACEHOLDER_SECRETS, planShop } from './plan.ts'
import { restrictFolder, restrictNewFiles } from './start/owner_only.ts'

const { values } = readArguments(
  {
    name: 'npm run restore',
    summary: 'Restores a backup that `npm run backup` made. The shop must be stopped.',
    options: {
      from: { type: 'string', help: 'Folder of the backup.' },
      force: {
        type: 'boolean',
        help: 'Restore even if there are stores; they are moved into another folder (MongoDB: backed up there).',
      },
      stopped: {
        type: 'boolean',
        help: 'No service runs. Needed with --force where MongoDB does not say who is connected.',
      },
    },
    notes:
      'Run it with the environment of the shop (DATA_DIR, or DATABASE_URL for MongoDB). Then start the shop, and run\n' +
      '`npm run doctor`.',
  },
  process.argv.slice(2),
)
if (values.from === undefined) refuse('Name the backup: npm run restore -- --from <folder>')
const folder = resolve(values.from)
const force = values.force === true
const plan = planShop(process.env, PLACEHOLDER_SECRETS)

requireOurUrl(plan.databaseUrl)

const { running } = await checkPorts(plan)
if (running.length > 0)
  refuse(`${running.join(', ')} run${running.length === 1 ? 's' : ''}. Stop the shop first.`)

const manifest = readBackup()
const names = Object.keys(manifest.files)
const { databaseUrl } = plan
requireSameKind()
requireKnownFiles()
for (const name of names) {
  const path = join(folder, name)
  if (!existsSync(path) || (await hashOf(path)) !== manifest.files[name]) {
    refuse(`${path} was changed after the backup, or is missing. Use another backup.`)
  }
}
restrictNewFiles()
if (isMongo(databaseUrl)) await restoreMongo(databaseUrl, manifest.documents!)
else await restoreSqlite()
console.log(
  `The shop is as it was at ${manifest.at}. Start it: orders that were under way then settle by themselves.`,
)
console.log(AFTER_RESTORE)
console.log('Then check it: npm run doctor')

function requireSameKind(): void {
  if (manifest.documents !== undefined && !isMongo(databaseUrl)) {
    refuse('The backup is of a shop on MongoDB: set DATABASE_URL to the replica set.')
  }
  if (manifest.documents === undefined && isMongo(databaseUrl)) {
    refuse(
      'The backup is of a shop on SQLite: `npm run migrate -- --from sqlite:<folder> --to mongodb://…` copies it.',
    )
  }
  if (isMongo(databaseUrl)) requireNoPath(databaseUrl)
}

/** A file that we do not know would be lost, or be written to a place that is not ours. */
function requireKnownFiles(): void {
  const { documents } = manifest
  const required = documents
    ? [
        ...Object.keys(documents),
        ...DATABASES.filter(({ addedLater }) => !addedLater).map(({ name }) => fileOf(name, SETTINGS)),
      ]
    : plan.services.filter(({ entry }) => !entry.addedLater).map(({ entry }) => entry.databaseFile)
  const known = documents
    ? DATABASES.flatMap(({ name, collections }) => collections.map((each) => fileOf(name, each)))
    : [...plan.services.map(({ entry }) => entry.databaseFile), ...OTHER_FILES]
  const unknown = names.filter((name) => !known.includes(name))
  const missing = required.filter((name) => !names.includes(name))
  if (unknown.length > 0)
    refuse(
      `The backup has ${unknown.join(', ')}, which this version does not know. Use the version that made it.`,
    )
  if (missing.length > 0) refuse(`${folder} is not a complete backup: it lacks ${missing.join(', ')}.`)
}

async function restoreSqlite(): Promise<void> {
  const faults = plan.services
    .filter(({ entry }) => names.includes(entry.databaseFile))
    .flatMap(({ entry }) => faultsOfFile(join(folder, entry.databaseFile), entry))
  if (faults.length === 0) faults.push(...(await faultsOfMedia(join(folder, PRODUCTS), mediaIn(folder))))
  if (faults.length > 0) refuse(...faults.map((fault) => `Not usable: ${fault}.`))
  // Files come before their records. Those of other pictures stay, as the previous stores do.
  await restoreFiles(plan, folder, names, force, async () => {
    const missing = await copyMedia(join(folder, PRODUCTS), mediaIn(folder), mediaOf(plan))
    if (missing.length > 0) throw new Error(missing.join('; '))
  })
}

async function restoreMongo(url: string, documents: Readonly<Record<string, number>>): Promise<void> {
  let begun = false
  try {
    const faults = await faultsOfDatabases(folder, documents)
    if (faults.length > 0) refuse(...faults.map((fault) => `Not usable: ${fault}.`))
    const { used, unfinished, connected } = await inspectTarget(url)
    refuseConnected(connected ?? [])
    if (used.length > 0 && !force) {
      refuse(
        unfinished
          ? 'An earlier restore, or a migration, did not end. With --force this one replaces it.'
          : `There is a shop in ${used.join(', ')}. With --force it is backed up, and then replaced.`,
      )
    }
    if (used.length > 0 && connected === undefined && values.stopped !== true) {
      refuse(
        'The server does not say which services are connected: the user needs the role clusterMonitor for that.',
        'Stop the shop, see that no service of it runs, and add --stopped.',
      )
    }
    // Half a shop is no backup.
    if (used.length > 0 && !unfinished) await keepWhatIsThere(url)
    begun = true
    await restoreDatabases(url, folder, documents, (file, count) =>
      console.log(`${String(count).padStart(12)} documents  ${file}`),
    )
  } catch (error) {
    refuse(
      `The databases cannot be restored. ${reasonOf(error)}`,
      begun ? 'No service starts on them until a restore has ended.' : 'Nothing was changed.',
    )
  }
}

async function keepWhatIsThere(url: string): Promise<void> {
  const aside = join(dirname(folder), `replaced_${new Date().toISOString().replaceAll(':', '')}`)
  restrictFolder(aside)
  const { at, counts } = await copyDatabases(url, aside, () => {})
  const files = await hashesOf(aside, Object.keys(counts))
  writeManifest(aside, { at: at.toISOString(), files, documents: counts })
  console.log(`A backup of what was there is in ${aside}.`)
}

function readBackup(): Manifest {
  try {
    const found = readManifest(folder)
    if (found.files instanceof Object) return found
  } catch {}
  return refuse(`${folder} is not a finished backup.`)
}
