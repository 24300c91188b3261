/**
 * Caches responses until the store changes: a shop is read far more often than it is written.
 *
 * It is never stale: each call first reads the store's revision, which changes with the commits of other processes too,
 * and a new revision clears the cache. Without a revision (`undefined`) nothing is cached, nor is a `transient` response,
 * which may change without a new revision.
 */

/** About 8 MB. A response beyond that clears the cache. */
const CHARACTERS_MAX = 4_000_000

export type CacheableResponse = { readonly text: string; readonly transient?: boolean }

export type ResponseCache<Response extends CacheableResponse> = {
  /**
   * Returns the cached response for `key` without a promise; otherwise resolves what `make` resolves. Rejections are not
   * cached.
   */
  getOrCreate(key: string, make: () => Promise<Response>): Response | Promise<Response>
}

export function createResponseCache<Response extends CacheableResponse>(
  revision: () => number | undefined,
): ResponseCache<Response> {
  const responses = new Map<string, Response>()
  let characters = 0
  let revisionSeen: number | undefined

  const clear = () => {
    responses.clear()
    characters = 0
  }

  const add = async (key: string, revisionBefore: number | undefined, made: Promise<Response>) => {
    const response = await made
    // If another call met a newer revision meanwhile, this response may be older than that revision.
    if (revisionBefore === undefined || revisionBefore !== revisionSeen || response.transient === true)
      return response
    characters += key.length + response.text.length
    if (characters > CHARACTERS_MAX) clear()
    else responses.set(key, response)
    return response
  }

  return {
    getOrCreate(key, make) {
      const revisionBefore = revision()
      if (revisionBefore !== revisionSeen) {
        clear()
        revisionSeen = revisionBefore
      }
      return responses.get(key) ?? add(key, revisionBefore, make())
    },
  }
}
