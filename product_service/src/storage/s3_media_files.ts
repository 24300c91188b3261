/**
 * Files of pictures in an S3-compatible store: `<prefix><folder of the picture>/640.webp`.
 *
 * Invariants
 *  1. What `put` answered was confirmed by the store, each file with its SHA-256.
 *  2. A file is read whole before its first byte is handed on, and compared with the SHA-256 that was stored with it: a connection that
 *     is cut, or an answer of something else than the store, never becomes a picture.
 *  3. An interrupted `put` leaves some files of a folder; `folders` lists it, and `remove` removes them.
 *  4. When `put` or `remove` ends, also with an error, none of its requests is under way: a file cannot come back after it was removed,
 *     and a late failure of a request says nothing about the store after it.
 */
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { DomainError } from '../domain/errors.ts'
import { formatOf } from '../domain/media.ts'
import type { FileName, MediaFiles } from '../domain/media_ports.ts'
import { listingIn, S3Failure } from './s3_answers.ts'
import { type AskS3, type S3Answer, sha256 } from './s3_requests.ts'

/** Of a page, which no store makes larger. */
export const KEYS_PER_PAGE = 1_000
const HASH_HEADER = 'x-amz-meta-sha256'
const typeOf = (name: FileName) => (name.endsWith('.jpg') ? 'image/jpeg' : 'image/webp')

/** As Promise.all, but a failure waits for the end of the others. */
async function allEnded<T>(all: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(all)
  return Promise.all(all)
}

/** `where` names the store in errors, without secrets. */
export function createS3MediaFiles(ask: AskS3, prefix: string, where: string): MediaFiles {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      const text = `The store of pictures, ${where}: ${reasonOf(cause)}.`
      throw new DomainError('media_store_unavailable', text, {}, { cause })
    }
  }
  const list = async (query: Readonly<Record<string, string>>) => {
    const page = { 'list-type': '2', 'encoding-type': 'url', ...query }
    const listing = await ask({ method: 'GET', path: '', query: page }, ({ body }) =>
      listingIn(body.toString()),
    )
    if (!listing) throw new S3Failure('there is no such bucket', false)
    return listing
  }

  return {
    put: (folder, files) =>
      guarded(async () => {
        const stored = await allEnded(
          files.map(({ name, content }) =>
            ask(
              {
                method: 'PUT',
                path: `${prefix}${folder}/${name}`,
                headers: { 'content-type': typeOf(name), [HASH_HEADER]: sha256(content) },
                body: content,
              },
              () => true,
            ),
          ),
        )
        if (!stored.every((each) => each)) throw new S3Failure('there is no such bucket', false)
      }),
    get: (folder, name) =>
      guarded(async () => {
        const found = await ask({ method: 'GET', path: `${prefix}${folder}/${name}` }, (answer) =>
          checked(answer, name),
        )
        return found && piecesOf(found)
      }),
    remove: (folder) =>
      guarded(async () => {
        let from: Readonly<Record<string, string>> = {}
        for (;;) {
          const page = await list({ prefix: `${prefix}${folder}/`, ...from })
          await allEnded(page.keys.map((path) => ask({ method: 'DELETE', path }, () => true)))
          if (page.next === undefined) return
          from = { 'continuation-token': page.next }
        }
      }),
    folders: (after, limit) =>
      guarded(async () => {
        const found: string[] = []
        // Names below a folder follow `/`, and `0` follows that.
        let from: Readonly<Record<string, string>> =
          after === undefined ? {} : { 'start-after': `${prefix}${after}0` }
        for (;;) {
          const max = String(Math.min(limit - found.length, KEYS_PER_PAGE))
          const page = await list({ prefix, delimiter: '/', 'max-keys': max, ...from })
          found.push(...page.prefixes.map((each) => each.slice(prefix.length, -1)))
          // Some servers list all folders of a page at once, however many were asked for.
          if (found.length > limit) return { folders: found.slice(0, limit), next: found[limit - 1] }
          if (page.next === undefined) return { folders: found, next: undefined }
          if (found.length === limit) return { folders: found, next: found.at(-1) }
          from = { 'continuation-token': page.next }
        }
      }),
  }
}

/** A file without the hash, as some tools copy it, is at least a picture. */
function checked({ headers, body }: S3Answer, name: FileName): Buffer {
  const hash = headers.get(HASH_HEADER)
  const isRight = hash === null ? typeOf(name) === `image/${formatOf(body)}` : hash === sha256(body)
  if (!isRight) throw new S3Failure(`its answer for ${name} is not what was stored`, true)
  return body
}

async function* piecesOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
