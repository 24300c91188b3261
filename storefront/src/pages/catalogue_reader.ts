/**
 * What the pages say of the catalogue, read from product_service.
 *
 * Invariants
 *  1. "Now" means: as product_service answered within the last NOW_MS. After that an answer is asked for again, with its ETag.
 *     No later answer is replaced by an older one that took longer.
 *  2. `readOrKnown` is for what has no price and no stock, such as the settings. It is as `read`, and gives what is known while
 *     product_service is down.
 *  3. Requests at the same time for one path are one call. A call ends after READ_MS. It is made in the name of one visitor, whose
 *     share may be used up: when it fails, those who waited for it ask once more, in the name of one of them.
 *  4. At most KEPT_MAX answers of KEPT_CHARACTERS_MAX in all are kept; those unused the longest are dropped.
 */
import { text } from 'node:stream/consumers'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Upstream } from '../clients/upstream.ts'

export const NOW_MS = 1_000
export const READ_MS = 1_500
export const KEPT_MAX = 500
export const KEPT_CHARACTERS_MAX = 8_000_000

export type Found = {
  /** 200, or 404 for what is not there. */
  readonly status: number
  readonly body: unknown
  /** Names this body; the same as long as it is the same. */
  readonly tag: string
}

export type CatalogueReader = {
  /** `path` has its query. Rejects when product_service does not give an answer. */
  read(path: string, address: string): Promise<Found>
  readOrKnown(path: string, address: string): Promise<Found>
}

type Asking = { readonly address: string; readonly answer: Promise<Found> }
/** Without an ETag, the tag is the body, which no header could carry. */
type Kept = Found & { readonly etag: string | undefined; readonly at: number; readonly length: number }

export function createCatalogueReader(
  service: Pick<Upstream, 'call'>,
  runtime: Pick<Runtime, 'monotonic' | 'deadline'>,
): CatalogueReader {
  const kept = new Map<string, Kept>()
  const asked = new Map<string, Asking>()
  let characters = 0

  const drop = (path: string) => {
    characters -= kept.get(path)?.length ?? 0
    kept.delete(path)
  }

  const keep = (path: string, found: Omit<Kept, 'at' | 'length'>, at: number, length: number) => {
    drop(path)
    kept.set(path, { ...found, at, length })
    characters += length
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT_MAX && characters <= KEPT_CHARACTERS_MAX) break
      drop(oldest)
    }
    return found
  }

  const ask = async (path: string, address: string): Promise<Found> => {
    const known = kept.get(path)
    // As of the moment it was asked for: the answer is not older.
    const at = runtime.monotonic()
    const answer = await service.call(
      {
        method: 'GET',
        path,
        // Lists are answered to visitors in turns.
        headers: {
          'x-forwarded-for': address,
          ...(known?.etag !== undefined && { 'if-none-match': known.etag }),
        },
        signal: runtime.deadline(READ_MS),
      },
      { callClass: 'reads', address },
    )
    const content = await text(answer.body)
    if (answer.status === 304 && known) return keep(path, known, at, known.length)
    if (answer.status !== 200 && answer.status !== 404 && answer.status !== 400) {
      throw new Error(`product_service answered ${answer.status} for ${path}`)
    }
    const etag =
      answer.status === 200 && typeof answer.headers.etag === 'string' ? answer.headers.etag : undefined
    const tag = etag ?? `${answer.status} ${content}`
    const body = answer.status === 200 ? JSON.parse(content) : undefined
    return keep(
      path,
      { status: answer.status === 200 ? 200 : 404, body, tag, etag },
      at,
      content.length + path.length,
    )
  }

  const begin = (path: string, address: string): Asking => {
    const answer = ask(path, address).finally(() => asked.delete(path))
    const asking = { address, answer }
    asked.set(path, asking)
    return asking
  }

  const fresh = async (path: string, address: string): Promise<Found> => {
    const first = asked.get(path) ?? begin(path, address)
    if (first.address === address) return first.answer
    return first.answer.catch(() => (asked.get(path) ?? begin(path, address)).answer)
  }

  const read = async (path: string, address: string): Promise<Found> => {
    const known = kept.get(path)
    return known && runtime.monotonic() - known.at < NOW_MS ? known : fresh(path, address)
  }

  return {
    read,
    readOrKnown: (path, address) =>
      read(path, address).catch((error) => {
        const known = kept.get(path)
        if (known) return known
        throw error
      }),
  }
}
