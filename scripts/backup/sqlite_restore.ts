/**
 * Replaces the SQLite files of a shop by copies. Existing files are moved into another folder, never deleted. The copies are
 * durable before the first of them is renamed.
 *
 * Sessions and signing keys are removed from the copy: everyone signs in again, and a key that was withdrawn after the
 * backup does not become valid again. auth_service makes a new key at its start.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DATABASE_FILE as AUTH_FILE } from '@shop/auth_service/storage/open_stores'
import { indexFilesOf } from '@shop/product_service/storage/sqlite_index_file'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { markOf, noteMade, wasMade } from '@shop/service_kit/sqlite/mark'
import { syncFile, syncFolder } from '@shop/service_kit/storage/sync'
import { refuse } from '../arguments.ts'
import type { Plan } from '../plan.ts'
import { OWNER_ONLY, OWNER_ONLY_FOLDER, restrictFolder, restrictNewFiles } from '../start/owner_only.ts'
import { folderFault } from '../start/preflight.ts'
import { isInUse, mergeSidecars, sidecarFiles } from './snapshot.ts'

const INCOMING = '.incoming'

/** `copyOthers` copies what may be beside the present stores. `names`: the files of the backup in `folder`. Exits with 1, and a sentence, if nothing was changed. */
export async function restoreFiles(
  { dataDir, services }: Plan,
  folder: string,
  names: readonly string[],
  force: boolean,
  copyOthers: () => Promise<void> = async () => {},
): Promise<void> {
  const unwritable = folderFault(dataDir)
  if (unwritable) refuse(unwritable)
  // The files of SQLite beside a store count too, even if the store itself was deleted: SQLite would apply them to the
  // restored store.
  // A store that the backup lacks is newer than it, and does not fit its shop.
  const lacking = services.map(({ entry }) => entry.databaseFile).filter((file) => !names.includes(file))
  const present = [...names, ...lacking]
    .flatMap((file) => [file, ...sidecarFiles(file)])
    .filter((name) => existsSync(join(dataDir, name)))
  if (present.length > 0 && !force) {
    refuse(
      `${dataDir} already has ${present.join(', ')}. With --force they are moved into another folder first.`,
    )
  }
  for (const name of present) {
    if (name.endsWith('.db') && isInUse(join(dataDir, name)))
      refuse(`${name} is open in another process. Stop that process first.`)
  }

  const stores = services
    .map(({ entry }) => entry.databaseFile)
    .filter((file) => names.includes(file))
    .map((file) => join(dataDir, file))
  const unmarked = stores.filter((path) => !wasMade(path))
  restrictNewFiles()
  try {
    restrictFolder(dataDir)
    for (const name of names) {
      const incoming = join(dataDir, name + INCOMING)
      // Of a restore that was killed; SQLite would apply them to this copy.
      for (const file of sidecarFiles(incoming)) rmSync(file, { force: true })
      copyFileSync(join(folder, name), incoming)
      chmodSync(incoming, OWNER_ONLY)
    }
    endSessions(join(dataDir, AUTH_FILE + INCOMING))
    await copyOthers()
    for (const name of names) syncFile(join(dataDir, name + INCOMING))
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
    syncFolder(aside)
    console.log(`The previous files are in ${aside}.`)
  }
  // They are made anew, empty.
  for (const file of lacking) rmSync(markOf(join(dataDir, file)), { force: true })
  // The next start builds a search index from the restored products.
  for (const path of stores) for (const file of indexFilesOf(path)) rmSync(file, { force: true })
  // The stores last: with all of them, and without the secrets, a start would make new secrets.
  for (const name of names.toReversed()) renameSync(join(dataDir, name + INCOMING), join(dataDir, name))
  syncFolder(dataDir)
}

function endSessions(path: string): void {
  const db = new DatabaseSync(path)
  try {
    db.exec('DELETE FROM sessions; DELETE FROM signing_keys')
  } finally {
    db.close()
  }
  mergeSidecars(path)
}
