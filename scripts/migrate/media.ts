/** Copies the files of pictures of a shop on SQLite into MongoDB. What the target has stays; each file is compared by its hash. */
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { fileName } from '@shop/product_service/domain/media'
import type { MediaFiles } from '@shop/product_service/domain/media_ports'
import { picturesIn, readPicture } from '../backup/media.ts'
import { type Database, patiently } from './progress.ts'

type StoredFile = { _id: string; bytes: { readonly buffer: Uint8Array } }

/** Fails if a picture that is shown has not all of its files. */
export async function copyMediaFiles(
  source: DatabaseSync,
  files: MediaFiles,
  target: Database,
  out: NodeJS.WritableStream,
  requireOurs: () => Promise<void>,
): Promise<void> {
  const stored = target.collection<StoredFile>('media_files')
  const pictures = picturesIn(source)
  for (const picture of pictures) {
    const read = await readPicture(files, picture)
    if (typeof read === 'string') throw new Error(`The source is not complete: ${read}.`)
    await patiently(requireOurs)
    for (const [i, { name, content }] of read.entries()) {
      const _id = `${picture.folder}/${name}`
      const isThere = async () => {
        const found = await stored.findOne({ _id })
        return found !== null && hashOf(found.bytes.buffer) === picture.renditions[i]!.sha256
      }
      await patiently(async () => {
        if (await isThere()) return
        await stored.replaceOne({ _id }, { bytes: content } as never, { upsert: true })
        if (!(await isThere()))
          throw new Error(`${fileName(picture.renditions[i]!)} of ${picture.id} was not stored.`)
      })
    }
  }
  out.write(`files of pictures: ${pictures.length} of ${pictures.length} pictures\n`)
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
