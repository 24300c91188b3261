/**
 * Copies the files of pictures of a shop on SQLite into MongoDB, or to MEDIA_URL. What the target has stays; each file is compared by
 * its hash.
 */
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { fileName } from '@shop/product_service/domain/media'
import type { FileName, MediaFiles } from '@shop/product_service/domain/media_ports'
import { picturesIn, readPicture } from '../backup/media.ts'
import { type Database, patiently } from './progress.ts'

type StoredFile = { _id: string; bytes: { readonly buffer: Uint8Array } }

type Target = {
  read(folder: string, name: FileName): Promise<Uint8Array | undefined>
  write(folder: string, name: FileName, content: Buffer): Promise<unknown>
}

export function inDatabase(database: Database): Target {
  const stored = database.collection<StoredFile>('media_files')
  return {
    read: async (folder, name) => (await stored.findOne({ _id: `${folder}/${name}` }))?.bytes.buffer,
    write: (folder, name, content) =>
      stored.replaceOne({ _id: `${folder}/${name}` }, { bytes: content } as never, { upsert: true }),
  }
}

export const inStore = (files: MediaFiles): Target => ({
  async read(folder, name) {
    const pieces = await files.get(folder, name)
    return pieces && Buffer.concat(await Array.fromAsync(pieces))
  },
  write: (folder, name, content) => files.put(folder, [{ name, content }]),
})

/** A file that the first place does not have is looked for in the second. */
export const eitherOf = (first: MediaFiles, second: MediaFiles | undefined): Pick<MediaFiles, 'get'> => ({
  get: async (folder, name) => (await first.get(folder, name)) ?? (await second?.get(folder, name)),
})

/** Fails if a picture that is shown has not all of its files. */
export async function copyMediaFiles(
  source: DatabaseSync,
  files: Pick<MediaFiles, 'get'>,
  target: Target,
  out: NodeJS.WritableStream,
  requireOurs: () => Promise<void>,
): Promise<void> {
  const pictures = picturesIn(source)
  for (const picture of pictures) {
    const read = await readPicture(files, picture)
    if (typeof read === 'string') throw new Error(`The source is not complete: ${read}.`)
    await patiently(requireOurs)
    for (const [i, { name, content }] of read.entries()) {
      const isThere = async () => {
        const found = await target.read(picture.folder, name)
        return found !== undefined && hashOf(found) === picture.renditions[i]!.sha256
      }
      await patiently(async () => {
        if (await isThere()) return
        await target.write(picture.folder, name, content)
        if (!(await isThere()))
          throw new Error(`${fileName(picture.renditions[i]!)} of ${picture.id} was not stored.`)
      })
    }
  }
  out.write(`files of pictures: ${pictures.length} of ${pictures.length} pictures\n`)
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
