/**
 * What a shop keeps is its owner's alone: 0600 and 0700, also where a folder or a file existed with wider modes.
 *
 * A folder that everybody may write to, as /tmp, is shared on purpose and stays as it is; what we put there does not.
 */
import { chmodSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '@shop/service_kit/runtime/folders'

export const OWNER_ONLY = 0o600
export const OWNER_ONLY_FOLDER = 0o700
const OTHERS_NOTHING = 0o077
const STICKY = 0o1000
/** A folder with one of these is a shop's, or a copy of one. */
const OURS = /\.db$|^(backup|secrets|admin)\.json$/

/** From now on, whatever this process and those it starts make. */
export const restrictNewFiles = () => process.umask(OTHERS_NOTHING)

/** Makes the folder unless it is there, and takes everything in it from others. */
export function restrictFolder(folder: string): void {
  makeFolder(folder, OWNER_ONLY_FOLDER)
  const { mode } = statSync(folder)
  if ((mode & STICKY) === 0) removeOthersAccess(folder, mode)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isFile()) removeOthersAccess(path, lstatSync(path).mode)
    else if (entry.isDirectory() && isShopFolder(path)) restrictFolder(path)
  }
}

function isShopFolder(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => OURS.test(name))
  } catch {
    return false
  }
}

function removeOthersAccess(path: string, mode: number): void {
  if ((mode & OTHERS_NOTHING) === 0) return
  try {
    chmodSync(path, mode & 0o7777 & ~OTHERS_NOTHING)
  } catch (error) {
    // Another user's, who alone may do this; or gone meanwhile.
    if (!['EPERM', 'ENOENT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
