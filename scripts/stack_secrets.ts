/**
 * `npm run stack:secrets`: creates the files that docker-compose.yml reads as secrets. Existing files stay, so it can be
 * run again after an update that needs a new one. `--renew NAME` replaces one.
 *
 * Only its owner can enter the folder. The files in it are readable, because plain compose mounts them with their modes
 * and the services do not run as root.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '@shop/service_kit/runtime/folders'
import { readValueFile } from '@shop/service_kit/runtime/secret_files'
import { readArguments, refuse } from './arguments.ts'

const FOLDER = 'secrets'
const MEMBERS = 'mongo1:27017,mongo2:27017,mongo3:27017'
const password = () => randomBytes(24).toString('base64url')

/** In this order, because database_url contains a secret before it. */
const SECRETS: Readonly<Record<string, (folder: string) => string>> = {
  service_secret: () => randomBytes(48).toString('base64url'),
  admin_password: password,
  mongo_keyfile: () => randomBytes(378).toString('base64'),
  mongo_root_password: password,
  mongo_shop_password: password,
  database_url: databaseUrl,
}

function databaseUrl(folder: string): string {
  const secret = readValueFile(join(folder, 'mongo_shop_password'))
  return `mongodb://shop:${secret}@${MEMBERS}/?replicaSet=rs0&authSource=admin`
}

const { values } = readArguments(
  {
    name: 'npm run stack:secrets',
    summary: `Creates the secrets of the Swarm stack in ./${FOLDER}; existing ones stay.`,
    options: {
      folder: { type: 'string', help: `The folder (default: ./${FOLDER}).` },
      renew: { type: 'string', help: `Replace one: ${Object.keys(SECRETS).join(', ')}.` },
    },
    notes:
      'A running stack gets a new secret only under a new name: raise SECRETS_VERSION\n' +
      'and deploy again (docs/operations.md, "Rotate keys and secrets").',
  },
  process.argv.slice(2),
)
const folder = values.folder ?? FOLDER
const { renew } = values
if (renew !== undefined && !Object.hasOwn(SECRETS, renew)) {
  refuse(`There is no secret "${renew}". There are: ${Object.keys(SECRETS).join(', ')}.`)
}
try {
  makeFolder(folder)
  chmodSync(folder, 0o700)
} catch (error) {
  refuse((error as Error).message)
}
for (const [name, make] of Object.entries(SECRETS)) {
  const file = join(folder, name)
  if (renew !== name && existsSync(file) && !(name === 'database_url' && isStale(file))) {
    console.log(`kept   ${file}`)
    continue
  }
  // Renamed when it is complete, because an existing file is never written again.
  const unfinished = `${file}.new`
  rmSync(unfinished, { force: true })
  try {
    writeFileSync(unfinished, `${make(folder)}\n`)
    chmodSync(unfinished, 0o444)
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    refuse(`${file} cannot be written: ${(error as Error).message}`)
  }
  console.log(`made   ${file}`)
}
console.log(`\nThe first admin signs in as "admin" with the password in ${join(folder, 'admin_password')}.`)

/** A URL that we made, with a password that is no longer the user's. A URL that the operator wrote is never stale. */
function isStale(file: string): boolean {
  const url = readValueFile(file)
  return url.startsWith('mongodb://shop:') && url.includes(`@${MEMBERS}/`) && url !== databaseUrl(folder)
}
