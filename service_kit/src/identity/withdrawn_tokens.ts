/**
 * Access tokens withdrawn before they expire: those of accounts whose role or password changed. auth_service publishes a
 * short list of such accounts, and every service fetches it about every two seconds. So a withdrawn role is without effect
 * everywhere within seconds, and no request has to ask auth_service.
 *
 * Promises
 *  1. The list compares versions, not times: a token carries the version its account had, and the list names the least one
 *     that is valid. So clocks do not matter, and a token issued directly after a change is valid.
 *  2. While the list cannot be fetched, the last one is used; a cache file saves it for the next start. Without any list
 *     tokens are valid until they expire, so that the shop continues to sell.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import {
  fetchPublished,
  type PublishedRuntime,
  readCache,
  refreshRepeatedly,
  writeCache,
} from './published.ts'

export const WITHDRAWN_PATH = '/.well-known/withdrawn_tokens.json'
/** Time between two fetches; up to a quarter more or less, so that replicas do not fetch together. */
export const WITHDRAWN_REFRESH_MS = 2_000
const REPORTED_AT = 2
const AFTER_FAILURE: Backoff = { firstMs: 2_000, maxMs: 10_000 }
/** Accounts in one list: those that changed last. */
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
  /** Called for the second of several failures in a row: a single one is normal while services start together. */
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
  const cached = cacheFile === undefined ? undefined : readCache(cacheFile, isList)
  if (cached !== undefined) adopt(cached as WithdrawnList)

  const refresh = async () => {
    try {
      const fresh = await fetchPublished(urls, runtime, isList, etag)
      failures = 0
      if (!fresh) return
      etag = fresh.etag
      adopt(fresh.value as WithdrawnList)
      if (cacheFile !== undefined) writeCache(cacheFile, JSON.stringify(fresh.value))
    } catch (error) {
      failures += 1
      if (failures === REPORTED_AT) onFailure?.(error)
    }
  }
  const untilNextMs = () =>
    failures === 0
      ? WITHDRAWN_REFRESH_MS * (0.75 + random() / 2)
      : WITHDRAWN_REFRESH_MS / 2 + pauseMs(AFTER_FAILURE, failures, random())
  return {
    isWithdrawn: (userId, version) => version < (least.get(userId) ?? 0),
    refresh,
    stop: refreshRepeatedly(runtime, refresh, untilNextMs),
  }
}

const isList = (value: unknown): boolean => {
  const { withdrawn } = (value ?? {}) as Partial<WithdrawnList>
  return (
    Array.isArray(withdrawn) &&
    withdrawn.every((each) => typeof each?.user_id === 'string' && Number.isSafeInteger(each.least_version))
  )
}
