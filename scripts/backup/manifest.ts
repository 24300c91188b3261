/** The contents of a backup with checksums, in the same folder. A file that differs from its checksum is not restored. */
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { syncFile, syncFolder } from '@shop/service_kit/storage/sync'

export const MANIFEST_FILE = 'backup.json'

/** Before it is complete. The backup that makes the file has the folder for itself. */
const UNFINISHED = `${MANIFEST_FILE}.new`
const OWNER_ONLY = { mode: 0o600, flush: true }

/** What a backup revives, said after it was put back. */
export const AFTER_RESTORE =
  'Passwords, roles and accounts are those of that moment: a password that was changed since is the earlier one again.\n' +
  'The audit logs are those of that moment, too.\n' +
  'All sessions have ended, and no access token or signing key of before is valid: everyone signs in again.'

export type Manifest = {
  /** The moment that all files show. */
  readonly at: string
  /** SHA-256 of each file, by its name. */
  readonly files: Readonly<Record<string, string>>
  /** Of a shop on MongoDB: the documents in each file. */
  readonly documents?: Readonly<Record<string, number>>
}

/** Throws if another backup is being made in the folder. */
export const claimFolder = (folder: string): void =>
  writeFileSync(join(folder, UNFINISHED), '', { ...OWNER_ONLY, flag: 'wx' })

/** When it returns, the backup is on the disk: older ones may be removed, and what it copies may be replaced. */
export function writeManifest(folder: string, manifest: Manifest): void {
  for (const name of Object.keys(manifest.files)) syncFile(join(folder, name))
  const unfinished = join(folder, UNFINISHED)
  writeFileSync(unfinished, `${JSON.stringify(manifest, null, 2)}\n`, OWNER_ONLY)
  // The names of its files, before the one that says it is complete.
  syncFolder(folder)
  renameSync(unfinished, join(folder, MANIFEST_FILE))
  syncFolder(folder)
  syncFolder(dirname(folder))
}

export async function hashesOf(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const name of names) hashes[name] = await hashOf(join(folder, name))
  return hashes
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8'))

export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
