/**
 * `npm run stack:secrets`: creates the files that docker-compose.yml reads as secrets. Existing files stay, so it can be
 * run again after an update that needs a new one.
 *
 * A secret that several processes share is replaced in three steps, each followed by a deployment, so that at every
 * moment all running replicas accept what any of them sends: `--prepare` makes the next one, which is accepted from then
 * on; `--switch` uses it; `--retire` ends the old one. Each step may be repeated: what was prepared is remembered by its
 * checksum, so that a second switch does not go back to the secret that is to end.
 *
 * Only its owner can enter the folder. The files in it are readable, because plain compose mounts them with their modes
 * and the services do not run as root.
 */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '@shop/service_kit/runtime/folders'
import { readValueFile } from '@shop/service_kit/runtime/secret_files'
import { readArguments, refuse } from './arguments.ts'
import { ROOT } from './root.ts'
import { countVersions, SECRETS, type Secret } from './stack/versions.ts'

const FOLDER = 'secrets'
const PREPARED_FILE = 'prepared.json'
const MEMBERS = 'mongo1:27017,mongo2:27017,mongo3:27017'
/** A URL that we made; its options may be added to. One that the operator wrote is never changed. */
const OUR_URL =
  /^mongodb:\/\/(?<user>shop|shop_2|shop_backup|shop_doctor):[^@]*@mongo1:27017,mongo2:27017,mongo3:27017\/\?(?<options>.*)$/
const OPTIONS = 'replicaSet=rs0&authSource=admin'
const KEY_OF_MEMBERS = /^- "(.+)"$/gm

const URLS = ['database_url', 'backup_url', 'doctor_url'] as const
type Url = (typeof URLS)[number]
const isUrl = (name: Secret): name is Url => URLS.some((url) => url === name)

const password = () => randomBytes(24).toString('base64url')
const serviceSecret = () => randomBytes(48).toString('base64url')
const memberKey = () => randomBytes(378).toString('base64')

const { values } = readArguments(
  {
    name: 'npm run stack:secrets',
    summary: `Creates the secrets of the Swarm stack in ./${FOLDER}; existing ones stay.`,
    options: {
      folder: { type: 'string', help: `The folder (default: ./${FOLDER}).` },
      prepare: {
        type: 'string',
        help: 'Make the next service_secret, database_url or mongo_keyfile, accepted beside the present one.',
      },
      switch: { type: 'string', help: 'Use the one that was prepared.' },
      retire: { type: 'string', help: 'Accept the one before no longer.' },
      renew: { type: 'string', help: `Replace one at once: ${SECRETS.join(', ')}.` },
    },
    notes: 'Deploy after each step (docs/operations.md, "Rotate keys and secrets").',
  },
  process.argv.slice(2),
)
const folder = values.folder ?? FOLDER
const pathOf = (name: Secret) => join(folder, name)
const read = (name: Secret) => readValueFile(pathOf(name))

/** Of the services; they use one, and the other is for the next password. */
type User = 'shop' | 'shop_2'
type Anyone = User | 'shop_backup' | 'shop_doctor'
const PASSWORDS: Readonly<Record<Anyone, Secret>> = {
  shop: 'mongo_shop_password',
  shop_2: 'mongo_shop_2_password',
  shop_backup: 'mongo_backup_password',
  shop_doctor: 'mongo_doctor_password',
}
const otherUser = (user: User): User => (user === 'shop' ? 'shop_2' : 'shop')
const partsOf = (secret: Url) => (existsSync(pathOf(secret)) ? OUR_URL.exec(read(secret))?.groups : undefined)
const userIn = (secret: Url) => partsOf(secret)?.user as Anyone | undefined
const userInUrl = () => userIn('database_url') as User | undefined
/** All have the options that the operator gave to the first. */
const urlOf = (user: Anyone) =>
  `mongodb://${user}:${read(PASSWORDS[user])}@${MEMBERS}/?${partsOf('database_url')?.options ?? OPTIONS}`

/** In this order, because each URL contains a secret before it. */
const MAKE: Readonly<Record<Secret, () => string>> = {
  service_secret: serviceSecret,
  // No service signs with it; product_service and notification_service accept it.
  service_secret_other: serviceSecret,
  admin_password: password,
  mongo_keyfile: memberKey,
  mongo_root_password: password,
  mongo_shop_password: password,
  // Of the user that no service signs in with.
  mongo_shop_2_password: password,
  database_url: () => urlOf(userInUrl() ?? 'shop'),
  mongo_backup_password: password,
  mongo_doctor_password: password,
  backup_url: () => urlOf('shop_backup'),
  doctor_url: () => urlOf('shop_doctor'),
}

type Steps = {
  /** What is used, and what a switch would use. */
  readonly used: () => string
  readonly other: () => string | undefined
  readonly prepare: () => void
  readonly switch: () => void
  readonly retire: () => void
}

const renewOther = () => put('service_secret_other', serviceSecret())
const renewIdleUser = () => put(PASSWORDS[otherUser(requireOurUrl())], password())
const ROTATIONS: Readonly<Record<string, Steps>> = {
  service_secret: {
    used: () => read('service_secret'),
    other: () => read('service_secret_other'),
    prepare: renewOther,
    switch() {
      const [used, other] = [read('service_secret'), read('service_secret_other')]
      if (used === other) refuse('There is no other secret to switch to: use --prepare service_secret first.')
      // In this order: after a stop in between both are the one in use, and the prepared one, not used yet, is lost.
      put('service_secret_other', used)
      put('service_secret', other)
    },
    retire: renewOther,
  },
  database_url: {
    used: requireOurUrl,
    other: () => otherUser(requireOurUrl()),
    prepare: renewIdleUser,
    switch: () => put('database_url', urlOf(otherUser(requireOurUrl()))),
    retire: renewIdleUser,
  },
  // mongod uses the first key of the list, and accepts all.
  mongo_keyfile: {
    used: () => memberKeys()[0]!,
    other: () => memberKeys()[1],
    prepare: () => putKeys([memberKeys()[0]!, memberKey()]),
    switch() {
      const keys = memberKeys()
      if (keys.length < 2) refuse('There is no other key to switch to: use --prepare mongo_keyfile first.')
      putKeys(keys.toReversed())
    },
    retire: () => putKeys([memberKeys()[0]!]),
  },
}

const { renew } = values
if (renew !== undefined && !SECRETS.includes(renew as Secret)) {
  refuse(`There is no secret "${renew}". There are: ${SECRETS.join(', ')}.`)
}
const STEPS = ['prepare', 'switch', 'retire'] as const
if ([renew, ...STEPS.map((step) => values[step])].filter((name) => name !== undefined).length > 1)
  refuse('One step at a time: deploy after each.')
try {
  makeFolder(folder)
  chmodSync(folder, 0o700)
} catch (error) {
  refuse((error as Error).message)
}
for (const name of SECRETS) {
  if (renew !== name && existsSync(pathOf(name)) && !(isUrl(name) && isStale(name))) {
    console.log(`kept   ${pathOf(name)}`)
  } else put(name, MAKE[name]())
}
for (const step of STEPS) {
  const name = values[step]
  if (name === undefined) continue
  const steps = ROTATIONS[name]
  if (!steps) refuse(`"${name}" has no steps. These have: ${Object.keys(ROTATIONS).join(', ')}.`)
  const used = checksum(steps.used())
  if (step === 'switch' && prepared()[name] === used) {
    console.error(`What was prepared is used already. Another ${name} needs --prepare ${name} first.`)
    continue
  }
  steps[step]()
  if (step === 'prepare') remember(name, steps.other()!)
}
countVersions(folder, ROOT)
console.log(`\nThe first admin signs in as "admin" with the password in ${pathOf('admin_password')}.`)

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function prepared(): Record<string, string> {
  const file = join(folder, PREPARED_FILE)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

function remember(name: string, next: string): void {
  const file = join(folder, PREPARED_FILE)
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...prepared(), [name]: checksum(next) })}\n`, {
    mode: 0o600,
  })
  renameSync(`${file}.new`, file)
}

/** Renamed when it is complete, because an existing file is never written again. */
function put(name: Secret, text: string): void {
  const unfinished = `${pathOf(name)}.new`
  rmSync(unfinished, { force: true })
  try {
    writeFileSync(unfinished, `${text}\n`)
    chmodSync(unfinished, 0o444)
    renameSync(unfinished, pathOf(name))
  } catch (error) {
    rmSync(unfinished, { force: true })
    refuse(`${pathOf(name)} cannot be written: ${(error as Error).message}`)
  }
  console.log(`made   ${pathOf(name)}`)
}

/** A URL that we made, with a password that is no longer the user's. */
function isStale(secret: Url): boolean {
  const user = userIn(secret)
  return user !== undefined && read(secret) !== urlOf(user)
}

function requireOurUrl(): User {
  return (
    userInUrl() ??
    refuse('database_url was not made by this command: change the password where it comes from.')
  )
}

/** A file of one key, or a list of several. */
function memberKeys(): string[] {
  const text = read('mongo_keyfile')
  const keys = [...text.matchAll(KEY_OF_MEMBERS)].map(([, key]) => key!)
  return keys.length > 0 ? keys : [text]
}

function putKeys(keys: readonly string[]): void {
  put('mongo_keyfile', keys.length === 1 ? keys[0]! : keys.map((key) => `- "${key}"`).join('\n'))
}
