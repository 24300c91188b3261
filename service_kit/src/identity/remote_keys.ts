/** The public keys of auth_service, fetched in the background and cached (invariant 2 of tokens.ts). */
import { pauseMs } from '@shop/retry/backoff'
import type { JSONWebKeySet } from 'jose'
import {
  fetchPublished,
  type PublishedRuntime,
  readCache,
  refreshRepeatedly,
  writeCache,
} from './published.ts'
import type { KeySource } from './tokens.ts'

/** Time between two fetches, at most. */
export const KEYS_REFRESH_MS = 5 * 60_000
/** Backoff after failed fetches: while there are no keys, and while there are some. */
const KEYS_RETRY = { none: { firstMs: 500, maxMs: 2_000 }, some: { firstMs: 1_000, maxMs: 30_000 } }
/** Until the first keys, failures are not reported for this long: auth_service may start later than others. */
const KEYS_PATIENCE_MS = 5_000
/** At most one fetch in this time, however many unknown `kid`s arrive; their requests wait for it together. */
const KEYS_COOLDOWN_MS = 400

export type RemoteKeys = KeySource & { stop(): void }

/**
 * Keys published at `urls`, by one service or by replicas. Fetching starts at once and repeats, sooner after a failure. After
 * a failure the last keys stay valid; in `cacheFile` they are saved for the next start.
 */
export function fetchRemoteKeys(
  urls: string | readonly string[],
  runtime: PublishedRuntime,
  /** `onFailure` is called for the first of several failures in a row, KEYS_PATIENCE_MS after the start at the earliest. */
  options: { cacheFile?: string; onFailure?: (error: unknown) => void } = {},
): RemoteKeys {
  const { monotonic, sleep, random } = runtime
  let known =
    options.cacheFile === undefined
      ? undefined
      : (readCache(options.cacheFile, isKeySet) as JSONWebKeySet | undefined)
  let text = known && JSON.stringify(known)
  let fetchedAt = Number.NEGATIVE_INFINITY
  let inFlight: Promise<void> | undefined
  let next: Promise<void> | undefined
  /** In a row. */
  let failures = 0
  /** From Retry-After. */
  let retryAfterMs = 0
  let isReported = false
  const startedAt = monotonic()

  const load = async () => {
    fetchedAt = monotonic()
    try {
      const fresh = (await fetchPublished([urls].flat(), runtime, isKeySet))?.value as JSONWebKeySet
      failures = 0
      isReported = false
      const freshText = JSON.stringify(fresh)
      if (freshText === text) return
      known = fresh
      text = freshText
      if (options.cacheFile !== undefined) writeCache(options.cacheFile, freshText)
    } catch (error) {
      retryAfterMs = (error as { retryAfterMs?: number }).retryAfterMs ?? 0
      failures += 1
      if (!known && monotonic() - startedAt < KEYS_PATIENCE_MS) return
      if (!isReported) options.onFailure?.(error)
      isReported = true
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
    // While there are no keys, the result of a fetch under way is new too.
    if (!known && (inFlight || waitMs() <= 0)) return inFlight ?? begin()
    // Waits for a fetch that begins after this call: the answer of one under way may be older than the key in question.
    next ??= (async () => {
      await inFlight
      await sleep(Math.max(0, waitMs()))
      next = undefined
      await begin()
    })()
    return next
  }

  const untilNextMs = () => {
    const backoff = known ? KEYS_RETRY.some : KEYS_RETRY.none
    // Random, so that replicas that started together do not fetch together.
    return failures === 0
      ? KEYS_REFRESH_MS * (1 - random() / 4)
      : pauseMs(backoff, failures, random(), Math.min(retryAfterMs, backoff.maxMs))
  }
  return { current: () => known, refresh, stop: refreshRepeatedly(runtime, refresh, untilNextMs) }
}

const isKeySet = (value: unknown): value is JSONWebKeySet =>
  Array.isArray((value as Partial<JSONWebKeySet> | null)?.keys)
