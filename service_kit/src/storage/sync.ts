/** Makes files, and the names of files in a folder, durable. */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** Systems that cannot sync a folder, or do not let this user. */
const CANNOT_SYNC = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP']

export function syncFile(path: string): void {
  const opened = openSync(path, 'r+')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

/** What was made, renamed or removed in it is so after a power cut too. Where the system cannot do that, nothing happens. */
export function syncFolder(folder: string): void {
  try {
    const opened = openSync(folder, 'r')
    try {
      fsyncSync(opened)
    } finally {
      closeSync(opened)
    }
  } catch (error) {
    unlessImpossible(error)
  }
}

/** As `syncFolder`, without holding up the process. */
export async function syncFolderAsync(folder: string): Promise<void> {
  try {
    const opened = await open(folder, 'r')
    try {
      await opened.sync()
    } finally {
      await opened.close()
    }
  } catch (error) {
    unlessImpossible(error)
  }
}

function unlessImpossible(error: unknown) {
  if (!CANNOT_SYNC.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
}
