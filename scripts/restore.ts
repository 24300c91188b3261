/**
 * `npm run restore`: puts a backup in the place of the shop's stores. Refuses while anything has them open, and,
 * without --force, where there is something already; what was there is moved aside, never deleted.
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

const COMING = '.coming'

const { values } = readArguments(
  {
    name: 'npm run restore',
    summary: 'Puts a backup made by `npm run backup` in place. The shop must be stopped.',
    options: {
      from: { type: 'string', help: 'Folder of the backup.' },
      force: { type: 'boolean', help: 'Also where there are stores; they are moved into a folder beside.' },
    },
    notes:
      'Give it the environment the shop runs with (DATA_DIR). Start the shop afterwards, then `npm run doctor`.',
  },
  process.argv.slice(2),
)
if (values.from === undefined) refuse('Say where from: npm run restore -- --from <folder>')
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
    refuse(`${path} is not what the backup wrote. Use another backup.`)
  }
}
const faults = plan.services.flatMap(({ entry }) =>
  faultsOfFile(join(folder, entry.databaseFile), entry.name),
)
if (faults.length > 0) refuse(...faults.map((fault) => `Not usable: ${fault}.`))

const unwritable = folderFault(dataDir)
if (unwritable) refuse(unwritable)
// What SQLite keeps beside a store counts too, also where the store itself was deleted: it would be taken for the
// latest changes of the one put in place.
const present = names
  .flatMap((file) => [file, ...sidecarFiles(file)])
  .filter((name) => existsSync(join(dataDir, name)))
if (present.length > 0 && values.force !== true) {
  refuse(`${dataDir} already has ${present.join(', ')}. With --force they are moved aside first.`)
}
for (const name of present) {
  if (name.endsWith('.db') && isInUse(join(dataDir, name)))
    refuse(`${name} is open in another process. End it first.`)
}

const stores = plan.services.map(({ entry }) => join(dataDir, entry.databaseFile))
const unmarked = stores.filter((path) => !wasMade(path))
restrictNewFiles()
try {
  restrictFolder(dataDir)
  for (const name of names) {
    copyFileSync(join(folder, name), join(dataDir, name + COMING))
    chmodSync(join(dataDir, name + COMING), OWNER_ONLY)
  }
  // From here on stores are missing until all are in place: whoever starts the shop after a half of this is told so.
  for (const path of stores) noteMade(path)
} catch (error) {
  for (const path of unmarked) rmSync(markOf(path), { force: true })
  for (const name of names) rmSync(join(dataDir, name + COMING), { force: true })
  refuse(`The backup cannot be copied to ${dataDir}, which stays as it is: ${reasonOf(error)}`)
}
if (present.length > 0) {
  const aside = join(dataDir, `replaced_${new Date().toISOString().replaceAll(':', '')}`)
  mkdirSync(aside, { mode: OWNER_ONLY_FOLDER })
  for (const name of present) {
    // Asking whether a store is in use may have tidied these away.
    if (existsSync(join(dataDir, name))) renameSync(join(dataDir, name), join(aside, name))
  }
  console.log(`What was there is in ${aside}.`)
}
// A search index is made of the products, and the next start makes one of those that are put in place now.
for (const path of stores) for (const file of indexFilesOf(path)) rmSync(file, { force: true })
for (const name of names) renameSync(join(dataDir, name + COMING), join(dataDir, name))
console.log(`The shop is as it was at ${manifest.at}. Start it: what was under way then settles by itself.`)
console.log('Then look once: npm run doctor')

function readBackup(): Manifest {
  try {
    return readManifest(folder)
  } catch {
    return refuse(`${folder} holds no finished backup.`)
  }
}
