/**
 * Swarm can change neither a secret nor a config, so each content has a name of its own, with a version in it. Versions
 * are counted in a file beside the secrets: the first content is 1, and each later one the next number. A secret that did not
 * change keeps its name, so what uses it is not restarted.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const SECRETS = [
  'service_secret',
  'service_secret_other',
  'admin_password',
  'mongo_keyfile',
  'mongo_root_password',
  'mongo_shop_password',
  'mongo_shop_2_password',
  'database_url',
  'mongo_backup_password',
  'mongo_doctor_password',
  'backup_url',
  'doctor_url',
] as const
export type Secret = (typeof SECRETS)[number]

const FILE = 'versions.json'
const MONGO_INIT = join('deploy', 'mongo', 'mongo_init.js')

type Versions = Record<string, { readonly version: number; readonly sha256: string }>

/** The variables of docker-compose.yml, after counting what has changed. */
export function countVersions(folder: string, root: string): Record<string, string> {
  const file = join(folder, FILE)
  const before: Versions = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const sources = Object.fromEntries<string>(SECRETS.map((name) => [name, join(folder, name)]))
  const after: Versions = {}
  for (const [name, path] of Object.entries({ ...sources, mongo_init: join(root, MONGO_INIT) })) {
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    const known = before[name]
    after[name] = known?.sha256 === sha256 ? known : { version: (known?.version ?? 0) + 1, sha256 }
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) {
    writeFileSync(`${file}.new`, `${JSON.stringify(after, undefined, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return Object.fromEntries(
    Object.entries(after).map(([name, { version }]) => [`${name.toUpperCase()}_VERSION`, String(version)]),
  )
}
