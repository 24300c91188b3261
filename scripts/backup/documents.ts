/**
 * Files of documents: BSON, one document after the other, compressed with gzip, as `mongodump --gzip` writes them. So
 * `mongorestore` and `bsondump` read them too.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { OWNER_ONLY } from '../start/owner_only.ts'

/** Each document begins with its length. */
const LENGTH_BYTES = 4
/** The shortest: its length and its end. */
const DOCUMENT_BYTES_MIN = 5
/** What the server stores at most, with its own fields. A damaged length would be read into memory. */
const DOCUMENT_BYTES_MAX = (16 * 1024 + 16) * 1024

/** Resolves to the number of documents, when they are on the disk. */
export async function writeDocuments(path: string, documents: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0
  const counted = async function* () {
    for await (const document of documents) {
      count++
      yield document
    }
  }
  await pipeline(counted, createGzip(), createWriteStream(path, { mode: OWNER_ONLY, flush: true }))
  return count
}

/** Fails if the file is damaged, or ends inside a document. */
export async function* readDocuments(path: string): AsyncGenerator<Uint8Array> {
  // Not `compose`: reading a damaged file through it sometimes never ends.
  const content = createGunzip()
  // A failure of the file reaches the reader as the failure of `content`.
  pipeline(createReadStream(path), content).catch(() => {})
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of content as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    while (rest.length - start >= LENGTH_BYTES) {
      const length = rest.readInt32LE(start)
      if (length < DOCUMENT_BYTES_MIN || length > DOCUMENT_BYTES_MAX)
        throw new Error(`${path} is damaged: a document has ${length} bytes`)
      if (rest.length - start < length) break
      yield rest.subarray(start, start + length)
      start += length
    }
    rest = rest.subarray(start)
  }
  if (rest.length > 0) throw new Error(`${path} is damaged: it ends inside a document`)
}
