/**
 * Files of pictures in backups, restores and migrations of a shop on SQLite. The records of the store say which there are, with
 * the hash of each; so a copy of the store and its hash vouch for the files too. (On MongoDB they are documents like all others.)
 * Files at MEDIA_URL are copied too; but not into the backup of a shop on MongoDB, which copies databases alone.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileName, type Rendition } from '@shop/product_service/domain/media'
import type { FileName, MediaFiles } from '@shop/product_service/domain/media_ports'
import { createMediaFolder } from '@shop/product_service/storage/media_folder'
import { MediaConfig, openMediaFiles } from '@shop/product_service/storage/open_media_files'
import { MEDIA_FOLDER } from '@shop/product_service/storage/open_stores'
import { readEnvironment } from '@shop/service_kit/runtime/config'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import Type from '@shop/service_kit/runtime/schema_types'
import { type Plan, plannedService } from '../plan.ts'

export type StoredPicture = {
  readonly id: string
  readonly folder: string
  readonly used: boolean
  readonly renditions: readonly Rendition[]
}
export type PictureFiles = readonly { readonly name: FileName; readonly content: Buffer }[]

/** The files of pictures of a shop: at MEDIA_URL, or beside its store on SQLite. */
export function mediaOf(plan: Plan): MediaFiles {
  const { env } = plannedService(plan, 'product_service')
  return (
    openMediaFiles(readEnvironment(Type.Object(MediaConfig), env), systemRuntime) ?? mediaIn(plan.dataDir)
  )
}

/** The files of pictures beside a store. */
export const mediaIn = (dataFolder: string): MediaFiles => createMediaFolder(join(dataFolder, MEDIA_FOLDER))

/** Of a store of an older version: none. */
export function picturesIn(db: DatabaseSync): readonly StoredPicture[] {
  if (!db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'media'`).get()) return []
  return db
    .prepare('SELECT id, folder, renditions, unused_since FROM media ORDER BY folder')
    .all()
    .map((row) => ({
      id: String(row.id),
      folder: String(row.folder),
      used: row.unused_since === null,
      renditions: JSON.parse(String(row.renditions)),
    }))
}

/** The files of a picture, or a sentence if one is missing or has another hash. */
export async function readPicture(
  files: Pick<MediaFiles, 'get'>,
  picture: StoredPicture,
): Promise<PictureFiles | string> {
  const found: { name: FileName; content: Buffer }[] = []
  for (const rendition of picture.renditions) {
    const name = fileName(rendition)
    const pieces = await files.get(picture.folder, name)
    if (!pieces) return `the picture ${picture.id} lacks its file ${name}`
    const content = Buffer.concat(await Array.fromAsync(pieces))
    if (createHash('sha256').update(content).digest('hex') !== rendition.sha256)
      return `the file ${name} of the picture ${picture.id} is damaged`
    found.push({ name, content })
  }
  return found
}

/**
 * Copies the files of all pictures of the store `path`, a copy that no other process uses. One that nothing shows and that was removed
 * meanwhile leaves that copy too. Resolves to one sentence for each fault.
 */
export async function copyMedia(path: string, from: MediaFiles, to: MediaFiles): Promise<readonly string[]> {
  const db = new DatabaseSync(path)
  try {
    const faults: string[] = []
    for (const picture of picturesIn(db)) {
      const read = await readPicture(from, picture)
      if (typeof read !== 'string') await to.put(picture.folder, read)
      else if (picture.used) faults.push(read)
      else db.prepare('DELETE FROM media WHERE id = ?').run(picture.id)
    }
    return faults
  } finally {
    db.close()
  }
}

/** One sentence for each picture of the store whose files are not there as they were stored. */
export async function faultsOfMedia(path: string, files: MediaFiles): Promise<readonly string[]> {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const faults: string[] = []
    for (const picture of picturesIn(db)) {
      const read = await readPicture(files, picture)
      if (typeof read === 'string') faults.push(read)
    }
    return faults
  } finally {
    db.close()
  }
}
