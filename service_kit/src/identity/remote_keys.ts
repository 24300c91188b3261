/** The public keys of auth_service, fetched in the background and kept (promise 2 of tokens.ts). */
import { pauseMs } from '@shop/retry/backoff'
import type { JSONWebKeySet } from 'jose'
import { fetchPublished, keep, keepFresh, type PublishedRuntime, readKept } from './published.ts'
import type { KeySource } from './tokens.ts'

/** How often the published keys are fetched again. */
export const KEYS_REFRESH_MS = 5 * 60_000
/** After failed fetches: soon while no keys were ever seen; else there is time, but not until the next refresh. */
const KEYS_RETRY = { none: { firstMs: 500, maxMs: 2_000 }, some: { firstMs: 1_000, maxMs: 30_000 } }
/** Before the first keys nothing is said for so long: of services that start together one is the last. */
const KEYS_PATIENCE_MS = 5_000
/** At most one fetch in this time, however many unknown `kid`s arrive; they wait for it together. */
const KEYS_COOLDOWN_MS = 400

export type RemoteKeys = KeySource & { stop(): void }

/**
 * Keys published at `urls`: by one service, or by several replicas that publish the same. Fetching starts at once and
 * repeats, sooner after a failure; failures keep the keys there are. `cacheFile` (optional) keeps the last good set across
 * restarts.
 */
export function fetchRemoteKeys(
  urls: string | readonly string[],
  runtime: PublishedRuntime,
  /** `onFailure` hears of the first failure of a row, KEYS_PATIENCE_MS after the start at the earliest. */
  options: { cacheFile?: string; onFailure?: (error: unknown) => void } = {},
): RemoteKeys {
  const { monotonic, sleep, random } = runtime
  let known =
    options.cacheFile === undefined
      ? undefined
      : (readKept(options.cacheFile, isKeySet) as JSONWebKeySet | undefined)
  let text = known && JSON.stringify(known)
  let fetchedAt = Number.NEGATIVE_INFINITY
  let inFlight: Promise<void> | undefined
  let next: Promise<void> | undefined
  /** In a row. */
  let failures = 0
  let askedMs = 0
  let told = false
  const startedAt = monotonic()

  const load = async () => {
    fetchedAt = monotonic()
    try {
      const fresh = (await fetchPublished([urls].flat(), runtime, isKeySet))?.value as JSONWebKeySet
      failures = 0
      told = false
      const freshText = JSON.stringify(fresh)
      if (freshText === text) return
      known = fresh
      text = freshText
      if (options.cacheFile !== undefined) keep(options.cacheFile, freshText)
    } catch (error) {
      askedMs = (error as { retryAfterMs?: number }).retryAfterMs ?? 0
      failures += 1
      if (!known && monotonic() - startedAt < KEYS_PATIENCE_MS) return
      if (!told) options.onFailure?.(error)
      told = true
    }
  }

  const begin = () => {
    inFlight = load().finally(() => {
      inFlight = undefined
    })
    return inFlight
  }

  const refresh = () => {
    const waitMs = () => fetchedAt + KEYS_COOLDOWN_MS - monotonic()
    // Before the first keys any answer is news.
    if (!known && (inFlight || waitMs() <= 0)) return inFlight ?? begin()
    // One that begins after this call: an answer under way may have been read before the key in question was made.
    next ??= (async () => {
      await inFlight
      await sleep(Math.max(0, waitMs()))
      next = undefined
      await begin()
    })()
    return next
  }

  const again = () => {
    const backoff = known ? KEYS_RETRY.some : KEYS_RETRY.none
    // Never later than promised, and drawn anew, so that replicas started together do not ask together.
    return failures === 0
      ? KEYS_REFRESH_MS * (1 - random() / 4)
      : pauseMs(backoff, failures, random(), Math.min(askedMs, backoff.maxMs))
  }
  return { current: () => known, refresh, stop: keepFresh(runtime, refresh, again) }
}

const isKeySet = (value: unknown): value is JSONWebKeySet =>
  Array.isArray((value as Partial<JSONWebKeySet> | null)?.keys)
