/**
 * Files of pictures in a folder: `<root>/<two digits>/<folder of the picture>/640.webp`.
 *
 * Invariants
 *  1. The files of a picture appear together: they are written and synced in a folder with another name, which is then renamed.
 *  2. What `put` answered is there after a power cut.
 *  3. A crash leaves at most a folder named `….part`; `folders` lists it, and `remove` removes it.
 */
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '@shop/service_kit/runtime/folders'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { syncFolderAsync } from '@shop/service_kit/storage/sync'
import { DomainError } from '../domain/errors.ts'
import type { MediaFiles } from '../domain/media_ports.ts'

const PART = '.part'
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** Of a UUID: the last two digits, which are random. The first ones are its time. */
const SHARD_DIGITS = 2

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** The folder is made when the first picture is stored. */
export function createMediaFolder(root: string): MediaFiles {
  const shardOf = (folder: string) => join(root, folder.slice(-SHARD_DIGITS))

  const makeShard = async (shard: string) => {
    try {
      await mkdir(shard, { mode: FOLDER_MODE })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
      if (!isMissing(error)) throw error
      makeFolder(shard, FOLDER_MODE)
    }
    await syncFolderAsync(root)
  }

  return {
    put: (folder, files) =>
      guarded(async () => {
        const shard = shardOf(folder)
        const [part, target] = [join(shard, folder + PART), join(shard, folder)]
        await makeShard(shard)
        await rm(part, { recursive: true, force: true })
        await mkdir(part, { mode: FOLDER_MODE })
        for (const { name, content } of files) await writeDurably(join(part, name), content)
        await syncFolderAsync(part)
        await rm(target, { recursive: true, force: true })
        await rename(part, target)
        await syncFolderAsync(shard)
      }),
    get: (folder, name) =>
      guarded(async () => {
        try {
          // Opened here, so that a file that is removed meanwhile is still read to its end.
          return (await open(join(shardOf(folder), folder, name))).createReadStream()
        } catch (error) {
          if (isMissing(error)) return undefined
          throw error
        }
      }),
    remove: (folder) =>
      guarded(async () => {
        const shard = shardOf(folder)
        for (const name of [folder, folder + PART]) {
          await rm(join(shard, name), { recursive: true, force: true })
        }
      }),
    folders: (after, limit) =>
      guarded(async () => {
        const [afterShard = '', afterFolder = ''] = after?.split('/') ?? []
        const found: string[] = []
        for (const shard of await sortedIn(root)) {
          if (shard < afterShard) continue
          const names = new Set((await sortedIn(join(root, shard))).map((name) => name.replace(PART, '')))
          for (const folder of names) {
            if (shard === afterShard && folder <= afterFolder) continue
            found.push(folder)
            if (found.length === limit) return { folders: found, next: `${shard}/${folder}` }
          }
        }
        return { folders: found, next: undefined }
      }),
  }
}

async function sortedIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

async function writeDurably(path: string, content: Uint8Array) {
  const handle = await open(path, 'wx', FILE_MODE)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new DomainError(
      'media_store_unavailable',
      `The folder of pictures: ${reasonOf(cause)}`,
      {},
      { cause },
    )
  }
}
