/**
 * What is removed of pictures in the background (retention.ts of the kit): pictures that no product or group shows for some days,
 * and files without a record, which an interrupted upload or removal left (invariants 5 and 6 of media_ports.ts).
 */
import type { RetentionSource } from '@shop/service_kit/storage/retention'
import { LEFT_OVER_AFTER_MS, type Media, timeOfFolder } from '../domain/media.ts'
import type { MediaFiles, MediaRecords } from '../domain/media_ports.ts'

/** Days in a setting of the kit. */
export const LEFT_OVER_AFTER_DAYS = LEFT_OVER_AFTER_MS / (24 * 60 * 60_000)

type Ports = { readonly records: MediaRecords; readonly files: MediaFiles }

export function createUnusedMedia({ records, files }: Ports): RetentionSource<Media> {
  let unusedBefore = ''
  return {
    kind: 'media',
    due(before, after, limit) {
      unusedBefore = before
      return records.unused(before, after, limit)
    },
    async remove(items) {
      let removed = 0
      for (const { id, folder } of items) {
        // It may have been used, or sent again, since it was read.
        if (!(await records.removeUnused(id, unusedBefore))) continue
        removed += 1
        await files.remove(folder)
      }
      return removed
    },
  }
}

/** A folder whose name is not one of ours has no time, and stays. */
export function createLeftOverFiles({ records, files }: Ports): RetentionSource<string> {
  return {
    kind: 'media_files',
    async due(before, after, limit) {
      const { folders, next } = await files.folders(after, limit)
      const old = folders.filter((folder) => timeOfFolder(folder) < Date.parse(before))
      const kept = await records.foldersKept(old)
      return { items: old.filter((folder) => !kept.has(folder)), next }
    },
    async remove(folders) {
      for (const folder of folders) await files.remove(folder)
      return folders.length
    },
  }
}
