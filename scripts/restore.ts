/**
 * `npm run restore`: replaces the stores of a shop by a backup. It refuses while a process has a store open and, without
 * --force, if there are stores. Existing files are moved into another folder, never deleted.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { indexFilesOf } from '@shop/product_service/storage/sqlite_index_file'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { markOf, noteMade, wasMade } from '@shop/service_kit/sqlite/mark'
import { readArguments, refuse } from './arguments.ts'
import { hashOf, type Manifest, readManifest } from './backup/manifest.ts'
import { isInUse, sidecarFiles } from './backup/snapshot.ts'
import { faultsOfFile } from './backup/verify.ts'
import { checkPorts } from './doctor/machine.ts'
import { PLACEHOLDER_SECRETS, planShop } from './plan.ts'
import { OWNER_ONLY, OWNER_ONLY_FOLDER, restrictFolder, restrictNewFiles } from './start/owner_only.ts'
import { folderFault } from './start/preflight.ts'

const INCOMING = '.incoming'

const { values } = readArguments(
  {
    name: 'npm run restore',
    summary: 'Restores a backup that `npm run backup` made. The shop must be stopped.',
    options: {
      from: { type: 'string', help: 'Folder of the backup.' },
      force: {
        type: 'boolean',
        help: 'Restore even if there are stores; they are moved into another folder.',
      },
    },
    notes:
      'Run it with the environment of the shop (DATA_DIR). Then start the shop, and run `npm run doctor`.',
  },
  process.argv.slice(2),
)
if (values.from === undefined) refuse('Name the backup: npm run restore -- --from <folder>')
const folder = resolve(values.from)
const plan = planShop(process.env, PLACEHOLDER_SECRETS)
const { dataDir } = plan

const { running } = await checkPorts(plan)
if (running.length > 0)
  refuse(`${running.join(', ')} run${running.length === 1 ? 's' : ''}. Stop the shop first.`)

const manifest = readBackup()
const names = Object.keys(manifest.files)
for (const name of names) {
  const path = join(folder, name)
  if (!existsSync(path) || (await hashOf(path)) !== manifest.files[name]) {
    refuse(`${path} was changed after the backup, or is missing. Use another backup.`)
  }
}
const faults = plan.services.flatMap(({ entry }) =>
  faultsOfFile(join(folder, entry.databaseFile), entry.name),
)
if (faults.length > 0) refuse(...faults.map((fault) => `Not usable: ${fault}.`))

const unwritable = folderFault(dataDir)
if (unwritable) refuse(unwritable)
// The files of SQLite beside a store count too, even if the store itself was deleted: SQLite would apply them to the
// restored store.
const present = names
  .flatMap((file) => [file, ...sidecarFiles(file)])
  .filter((name) => existsSync(join(dataDir, name)))
if (present.length > 0 && values.force !== true) {
  refuse(
    `${dataDir} already has ${present.join(', ')}. With --force they are moved into another folder first.`,
  )
}
for (const name of present) {
  if (name.endsWith('.db') && isInUse(join(dataDir, name)))
    refuse(`${name} is open in another process. Stop that process first.`)
}

const stores = plan.services.map(({ entry }) => join(dataDir, entry.databaseFile))
const unmarked = stores.filter((path) => !wasMade(path))
restrictNewFiles()
try {
  restrictFolder(dataDir)
  for (const name of names) {
    copyFileSync(join(folder, name), join(dataDir, name + INCOMING))
    chmodSync(join(dataDir, name + INCOMING), OWNER_ONLY)
  }
  // From here on stores are missing until all are renamed. If we stop half-way, the marks make the next start refuse.
  for (const path of stores) noteMade(path)
} catch (error) {
  for (const path of unmarked) rmSync(markOf(path), { force: true })
  for (const name of names) rmSync(join(dataDir, name + INCOMING), { force: true })
  refuse(`The backup cannot be copied to ${dataDir}, which was not changed: ${reasonOf(error)}`)
}
if (present.length > 0) {
  const aside = join(dataDir, `replaced_${new Date().toISOString().replaceAll(':', '')}`)
  mkdirSync(aside, { mode: OWNER_ONLY_FOLDER })
  for (const name of present) {
    // `isInUse` may have removed files beside a store.
    if (existsSync(join(dataDir, name))) renameSync(join(dataDir, name), join(aside, name))
  }
  console.log(`The previous files are in ${aside}.`)
}
// The next start builds a search index from the restored products.
for (const path of stores) for (const file of indexFilesOf(path)) rmSync(file, { force: true })
for (const name of names) renameSync(join(dataDir, name + INCOMING), join(dataDir, name))
console.log(
  `The shop is as it was at ${manifest.at}. Start it: orders that were under way then settle by themselves.`,
)
console.log('Then check it: npm run doctor')

function readBackup(): Manifest {
  try {
    return readManifest(folder)
  } catch {
    return refuse(`${folder} is not a finished backup.`)
  }
}
