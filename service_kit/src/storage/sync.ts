/** Makes files, and the names of files in a folder, durable. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

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
    if (!CANNOT_SYNC.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
