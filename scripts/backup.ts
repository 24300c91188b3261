/**
 * `npm run backup`: copies all stores of a shop on SQLite as they are at one moment, while it runs. The copies are
 * verified; then backup.json is written. A folder without backup.json is not a backup.
 */
import { chmodSync, copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { readArguments, refuse } from './arguments.ts'
import { hashOf, MANIFEST_FILE, writeManifest } from './backup/manifest.ts'
import { copySnapshot, mergeSidecars } from './backup/snapshot.ts'
import { faultsOfFile, faultsOfLedger } from './backup/verify.ts'
import { PLACEHOLDER_SECRETS, plannedService, planShop } from './plan.ts'
import { ADMIN_FILE, SECRETS_FILE, SHOWN_FILE } from './start/first_run.ts'
import { OWNER_ONLY, restrictFolder, restrictNewFiles } from './start/owner_only.ts'

const { values } = readArguments(
  {
    name: 'npm run backup',
    summary: 'Copies all stores of a shop on SQLite at one moment, while it runs, and verifies the copies.',
    options: { to: { type: 'string', help: 'Folder of the backup; must be new or empty.' } },
    notes:
      'Run it with the environment of the shop (DATA_DIR). The copies hold password hashes, signing keys and\n' +
      'secrets: protect them like the originals. `npm run restore -- --from <folder>` puts them back.',
  },
  process.argv.slice(2),
)
if (values.to === undefined) refuse('Name the folder: npm run backup -- --to <folder>')
const folder = resolve(values.to)

const plan = planShop(process.env, PLACEHOLDER_SECRETS)
if (plan.databaseUrl !== undefined && !plan.databaseUrl.startsWith('sqlite:')) {
  refuse(
    'The shop is on MongoDB: use `mongodump --oplog --uri "$DATABASE_URL" --out <folder>` (docs/operations.md).',
  )
}
const files = plan.services.map(({ entry }) => ({ service: entry.name, file: entry.databaseFile }))
for (const { file } of files) {
  if (!existsSync(join(plan.dataDir, file))) {
    refuse(`There is no ${join(plan.dataDir, file)}. Set DATA_DIR to the data folder of the shop.`)
  }
}

const others = [SECRETS_FILE, ADMIN_FILE, SHOWN_FILE].filter((file) => existsSync(join(plan.dataDir, file)))

restrictNewFiles()
makeFolder()
// An unfinished backup is useless, and its files would be in the way of the next attempt.
process.once('exit', (code) => {
  if (code === 0) return
  const ours = [...files.map(({ file }) => file), ...others, MANIFEST_FILE]
  for (const name of readdirSync(folder)) {
    if (ours.some((known) => name.startsWith(known))) rmSync(join(folder, name), { force: true })
  }
})
const at = await copyStores()
const faults: string[] = []
for (const { service, file } of files) {
  const copy = join(folder, file)
  mergeSidecars(copy)
  chmodSync(copy, OWNER_ONLY)
  faults.push(...faultsOfFile(copy, service))
}
if (faults.length === 0) {
  const { env } = plannedService(plan, 'product_service')
  faults.push(...(await faultsOfLedger(join(folder, 'products.db'), env)))
  mergeSidecars(join(folder, 'products.db'))
}
if (faults.length > 0) refuse(...faults.map((fault) => `Not usable: ${fault}.`))

const names = [...files.map(({ file }) => file), ...others]
try {
  for (const file of others) {
    copyFileSync(join(plan.dataDir, file), join(folder, file))
    chmodSync(join(folder, file), OWNER_ONLY)
  }
  const hashes = await Promise.all(
    names.map(async (name) => [name, await hashOf(join(folder, name))] as const),
  )
  writeManifest(folder, { at: at.toISOString(), files: Object.fromEntries(hashes) })
} catch (error) {
  refuse(`The backup cannot be finished: ${reasonOf(error)}`)
}
for (const name of names)
  console.log(`${String(statSync(join(folder, name)).size).padStart(12)} bytes  ${name}`)
console.log(
  `The shop as it was at ${at.toISOString()} is in ${folder}. The copies are intact and the ledger balances.`,
)

function makeFolder(): void {
  try {
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      refuse(`${folder} is not empty. A backup needs a folder of its own.`)
    }
    restrictFolder(folder)
  } catch (error) {
    refuse(`A backup cannot be made in ${folder}: ${reasonOf(error)}`)
  }
}

async function copyStores(): Promise<Date> {
  try {
    return await copySnapshot(
      files.map(({ file }) => ({ from: join(plan.dataDir, file), to: join(folder, file) })),
    )
  } catch (error) {
    return refuse(`The stores cannot be copied. ${reasonOf(error)}`)
  }
}
