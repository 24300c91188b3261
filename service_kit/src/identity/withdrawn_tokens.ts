/**
 * Access tokens withdrawn before they end: those of accounts whose role or password changed. auth_service publishes a
 * short list of such accounts beside its keys, and every service looks at it every two seconds or so, so that a role
 * taken away counts everywhere within seconds and no request asks anybody.
 *
 * Promises
 *  1. It goes by version, not by time: a token carries the version its account had, and the list says which is the
 *     least that still counts. So clocks do not matter, and a token issued in the moment after a change is good.
 *  2. While the list can't be had the last one counts; a cache file keeps it across restarts. Without any, tokens count
 *     until they end: the shop goes on selling.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { fetchPublished, keep, keepFresh, type PublishedRuntime, readKept } from './published.ts'

export const WITHDRAWN_PATH = '/.well-known/withdrawn_tokens.json'
/** How often the list is fetched; up to a quarter more or less, so that replicas do not fetch together. */
export const WITHDRAWN_REFRESH_MS = 2_000
/** Failures in a row. */
const REPORTED_AT = 2
const AFTER_FAILURE: Backoff = { firstMs: 2_000, maxMs: 10_000 }
/** Accounts in one list, the latest changes; tokens of other accounts expire by themselves. */
export const WITHDRAWN_MAX = 10_000

export type WithdrawnList = {
  readonly withdrawn: readonly { readonly user_id: string; readonly least_version: number }[]
}

/** Is a token of this account and version withdrawn? */
export type IsWithdrawn = (userId: string, version: number) => boolean | Promise<boolean>

export type WithdrawnTokens = {
  readonly isWithdrawn: (userId: string, version: number) => boolean
  /** Fetches the list now. Never rejects. */
  refresh(): Promise<void>
  stop(): void
}

export type WithdrawnOptions = {
  readonly cacheFile?: string | undefined
  /** Called once in a row of failures, at the second: a single one is normal while services start together. */
  readonly onFailure?: (error: unknown) => void
}

export function fetchWithdrawnTokens(
  urls: readonly string[],
  runtime: PublishedRuntime,
  options: WithdrawnOptions = {},
): WithdrawnTokens {
  const { cacheFile, onFailure } = options
  const { random } = runtime
  let least = new Map<string, number>()
  let etag: string | undefined
  let failures = 0

  const adopt = ({ withdrawn }: WithdrawnList) => {
    least = new Map(withdrawn.slice(0, WITHDRAWN_MAX).map((each) => [each.user_id, each.least_version]))
  }
  const kept = cacheFile === undefined ? undefined : readKept(cacheFile, isList)
  if (kept !== undefined) adopt(kept as WithdrawnList)

  const refresh = async () => {
    try {
      const fresh = await fetchPublished(urls, runtime, isList, etag)
      failures = 0
      if (!fresh) return
      etag = fresh.etag
      adopt(fresh.value as WithdrawnList)
      if (cacheFile !== undefined) keep(cacheFile, JSON.stringify(fresh.value))
    } catch (error) {
      failures += 1
      if (failures === REPORTED_AT) onFailure?.(error)
    }
  }
  const again = () =>
    failures === 0
      ? WITHDRAWN_REFRESH_MS * (0.75 + random() / 2)
      : WITHDRAWN_REFRESH_MS / 2 + pauseMs(AFTER_FAILURE, failures, random())
  return {
    isWithdrawn: (userId, version) => version < (least.get(userId) ?? 0),
    refresh,
    stop: keepFresh(runtime, refresh, again),
  }
}

const isList = (value: unknown): boolean => {
  const { withdrawn } = (value ?? {}) as Partial<WithdrawnList>
  return (
    Array.isArray(withdrawn) &&
    withdrawn.every((each) => typeof each?.user_id === 'string' && Number.isSafeInteger(each.least_version))
  )
}
