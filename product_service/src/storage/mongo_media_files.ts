/**
 * Files of pictures in the database of the service, each a document: RENDITION_BYTES_MAX is far below the 16 MB of a document. So
 * a file is there whole or not at all, and is as durable as every other document. GridFS would write it as chunks and a record
 * of their number, which no transaction holds together (docs/decisions/0040).
 */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { DomainError } from '../domain/errors.ts'
import type { MediaFiles } from '../domain/media_ports.ts'

type FileDocument = { _id: string; bytes: Uint8Array }
/** What the driver reads. */
type ReadFile = { readonly bytes: { readonly buffer: Uint8Array } }

/** In the order of characters `0` follows `/`. */
const within = (folder: string) => ({ $gte: `${folder}/`, $lt: `${folder}0` })

export function createMongoMediaFiles(store: MongoStore): MediaFiles {
  const files = store.collection<FileDocument>('media_files')
  return {
    put: (folder, contents) =>
      guarded(async () => {
        // One by one: together they may be larger than a message of the driver.
        for (const { name, content } of contents) {
          await store.repeat(() =>
            files.replaceOne(
              { _id: `${folder}/${name}` },
              { bytes: Buffer.from(content.buffer, content.byteOffset, content.length) },
              { upsert: true },
            ),
          )
        }
      }),
    get: (folder, name) =>
      guarded(async () => {
        const found = await store.repeat(() => files.findOne({ _id: `${folder}/${name}` }))
        return found ? piecesOf((found as unknown as ReadFile).bytes.buffer) : undefined
      }),
    remove: (folder) =>
      guarded(async () => {
        await store.repeat(() => files.deleteMany({ _id: within(folder) }))
      }),
    folders: (after, limit) =>
      guarded(async () => {
        const found: string[] = []
        let last = after
        while (found.length < limit) {
          const behind = last === undefined ? {} : { _id: { $gte: `${last}0` } }
          const next = await store.repeat(() =>
            files.find(behind).sort({ _id: 1 }).limit(1).project<{ _id: string }>({ _id: 1 }).toArray(),
          )
          if (!next[0]) return { folders: found, next: undefined }
          last = next[0]._id.slice(0, next[0]._id.indexOf('/'))
          found.push(last)
        }
        return { folders: found, next: last }
      }),
  }
}

async function* piecesOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new DomainError('media_store_unavailable', `The database: ${reasonOf(cause)}`, {}, { cause })
  }
}
