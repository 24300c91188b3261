/** Creates missing folders. */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes the folder and those above it that are missing, one by one: Node's own `recursive` tries for ever where the
 * system says of a folder that cannot be made that it does not exist, as it does under /proc. Throws with a sentence.
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
