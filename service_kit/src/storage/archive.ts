/**
 * Files of records that are about to be removed from a store: NDJSON, one `{"kind","archivedAt","record"}` a line.
 *
 * Promises
 *  1. `add` resolves when its lines are on the disk, and the name of their file too. So who removes a record after that can
 *     lose neither.
 *  2. If `add` rejects, nothing of it counts: its file is left as it is, perhaps with half a line at its end, and the next
 *     `add` begins another file. A record that was not removed is written again, so it may be there twice, never not at all.
 *  3. Only the owner reads the files. None is ever changed once it is closed, or written by two processes.
 *  4. The folder is made when a service starts, never later: a volume that is no longer mounted fails, instead of filling
 *     the disk below.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../runtime/folders.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { syncFolderAsync } from './sync.ts'

/** A file that has so many bytes is closed, and the next one begun. */
export const ARCHIVE_FILE_BYTES_MAX = 64 * 1024 * 1024
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

export type Archive = {
  add(kind: string, records: readonly unknown[]): Promise<void>
  /** Ends the current file. The archive may be used again. */
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
  let current: { readonly handle: FileHandle; bytes: number } | undefined

  const begin = async () => {
    const time = now().toISOString().replaceAll(/[:.]/g, '-')
    const name = `${service}-${time}-${newId().slice(-12)}.ndjson`
    const handle = await open(join(folder, name), 'wx', FILE_MODE)
    current = { handle, bytes: 0 }
    await syncFolderAsync(folder)
    return current
  }

  const close = async () => {
    const { handle } = current ?? {}
    current = undefined
    await handle?.close()
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
        file.bytes += bytes.length
        if (file.bytes >= fileBytesMax) await close()
      } catch (error) {
        await close().catch(() => {})
        throw error
      }
    },
    close,
  }
}
