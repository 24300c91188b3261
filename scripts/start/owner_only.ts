/**
 * Only its owner can read the data of a shop: files have mode 0600 and folders 0700, even if they had wider modes before.
 *
 * A sticky folder that all users may write to, such as /tmp, keeps its mode; the files in it do not.
 */
import { chmodSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '@shop/service_kit/runtime/folders'

export const OWNER_ONLY = 0o600
export const OWNER_ONLY_FOLDER = 0o700
const OTHERS_NOTHING = 0o077
const STICKY = 0o1000
/** A folder with such a file is the data folder of a shop, or a copy of one. */
const OURS = /\.db$|^(backup|secrets|admin)\.json$/

/** Affects all files that this process and its child processes create from now on. */
export const restrictNewFiles = () => process.umask(OTHERS_NOTHING)

/** Creates the folder if necessary, and removes the access of other users to it and to all that is in it. */
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
    // It belongs to another user, who alone may do this, or it was removed meanwhile.
    if (!['EPERM', 'ENOENT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
