/** Creates missing folders. */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Creates a folder and its missing parents, one by one. Node's `recursive` never returns where the system reports ENOENT for a
 * folder that cannot be created, as under /proc. Throws with a message for operators.
 */
export function makeFolder(path: string, mode?: number): void {
  const missing: string[] = []
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // Another process may have made it meanwhile.
      if (code === 'EEXIST' && isFolder(folder)) continue
      throw new Error(
        `The folder ${folder} cannot be made here (${code ?? message}). Name one in a place where this user may write.`,
        { cause: error },
      )
    }
  }
  if (!isFolder(path)) throw new Error(`${path} is a file; name a folder.`)
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
