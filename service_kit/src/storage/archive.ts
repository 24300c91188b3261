/**
 * Files of records that are about to be removed from a store: NDJSON, one `{"kind","archivedAt","record"}` a line.
 *
 * Promises
 *  1. `add` resolves when its lines are on the disk, and the name of their file too, which still leads to them. So who removes
 *     a record after that can lose neither.
 *  2. If `add` rejects, nothing of it counts: what it wrote is taken back if the disk lets it, so that no attempt takes more room
 *     than the one before, and the next `add` begins another file. A record that was not removed is written again, so it may
 *     be there twice, never not at all.
 *  3. Only the owner reads the files. None is written by two processes, and none is ever changed once its name ends with
 *     `.ndjson`, so that it may be moved away. Until then it ends with `.ndjson.part`, for ever if the process dies.
 *  4. The folder is made when a service starts, never later: a volume that is no longer mounted fails, instead of filling
 *     the disk below.
 */
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../runtime/folders.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { syncFolderAsync } from './sync.ts'

/** A file that has so many bytes is closed, and the next one begun. */
export const ARCHIVE_FILE_BYTES_MAX = 64 * 1024 * 1024
/** Added to the name of a file that is being written. */
export const PART = '.part'
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

export type Archive = {
  add(kind: string, records: readonly unknown[]): Promise<void>
  /** Ends the current file, and gives it its name. The archive may be used again. */
  close(): Promise<void>
}

export type ArchiveOptions = {
  readonly folder: string
  readonly service: string
  readonly runtime: Pick<Runtime, 'now' | 'newId'>
  readonly fileBytesMax?: number
}

/** Makes the folder. Throws with a message for operators if that fails. */
export function openArchive({
  folder,
  service,
  runtime: { now, newId },
  fileBytesMax = ARCHIVE_FILE_BYTES_MAX,
}: ArchiveOptions): Archive {
  makeFolder(folder, FOLDER_MODE)
  let current: { readonly handle: FileHandle; readonly path: string; bytes: number } | undefined

  const begin = async () => {
    const time = now().toISOString().replaceAll(/[:.]/g, '-')
    const path = join(folder, `${service}-${time}-${newId().slice(-12)}.ndjson`)
    const handle = await open(`${path}${PART}`, 'wx', FILE_MODE)
    current = { handle, path, bytes: 0 }
    await syncFolderAsync(folder)
    return current
  }

  const close = async () => {
    if (!current) return
    const { handle, path } = current
    current = undefined
    await handle.close()
    await rename(`${path}${PART}`, path)
    await syncFolderAsync(folder)
  }

  /** Takes back what a failed `add` wrote, as far as the disk lets it. Never throws. */
  const giveUp = async () => {
    if (!current) return
    const { handle, path, bytes } = current
    try {
      await handle.truncate(bytes)
      await handle.sync()
      if (bytes === 0) await unlink(`${path}${PART}`)
    } catch {
      // Half a line stays.
    }
    if (bytes > 0) return close().catch(() => {})
    current = undefined
    await handle.close().catch(() => {})
  }

  return {
    async add(kind, records) {
      const archivedAt = now().toISOString()
      const lines = records.map((record) => `${JSON.stringify({ kind, archivedAt, record })}\n`)
      try {
        const file = current ?? (await begin())
        const bytes = Buffer.from(lines.join(''))
        await file.handle.appendFile(bytes)
        await file.handle.sync()
        await requireName(file)
        file.bytes += bytes.length
        if (file.bytes >= fileBytesMax) await close()
      } catch (error) {
        await giveUp()
        throw error
      }
    },
    close,
  }
}

/** A file that was moved or removed meanwhile is no archive: a copy of it may lack the last lines. */
async function requireName({ handle, path }: { readonly handle: FileHandle; readonly path: string }) {
  const [written, named] = await Promise.all([handle.stat(), stat(`${path}${PART}`)])
  if (written.ino !== named.ino || written.dev !== named.dev) {
    throw new Error(`${path}${PART} was replaced while it was written`)
  }
}
