/**
 * Verifying access tokens of auth_service: EdDSA JWTs of type at+jwt, checked against its published keys.
 *
 * Promises
 *  1. Only algorithm EdDSA, type `at+jwt`, our issuer and audience, unexpired, with a known `kid`. Keys named
 *     or embedded by the token itself (jku, x5u, jwk) are never used (RFC 8725).
 *  2. Keys are fetched in the background and kept: auth_service may be down and tokens still verify. With a
 *     cache file they survive a restart of this service too.
 *  3. A verified token is remembered until it expires, so the signature is paid for once. When the key set
 *     changes everything is forgotten, so a withdrawn key ends its tokens within KEYS_REFRESH_MS.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import type { Principal, VerifyToken } from './access.ts'
import { Problem } from './problem.ts'

export const TOKEN_ISSUER = 'shop/auth_service'
export const TOKEN_AUDIENCE = 'shop'
export const TOKEN_TYPE = 'at+jwt'
export const TOKEN_ALGORITHM = 'EdDSA'
/** Clocks of two machines may differ this much. */
export const CLOCK_TOLERANCE_SECONDS = 5
const TOKENS_REMEMBERED_MAX = 10_000
const TOKEN_LENGTH_MAX = 4_096

/** Where public keys come from. */
export type KeySource = {
  /** The keys known now, or undefined before the first success. A new object when they changed. */
  current(): JSONWebKeySet | undefined
  /** Asks for newer keys, for a token whose `kid` is unknown. Never rejects. */
  refresh(): Promise<void>
}

export function createTokenVerifier(keys: KeySource, now: () => Date): VerifyToken {
  const remembered = new Map<string, Principal>()
  let keySet: JSONWebKeySet | undefined
  let resolveKey: ResolveKey | undefined

  const adoptKeys = () => {
    if (keys.current() === keySet) return
    keySet = keys.current()
    resolveKey = keySet && createLocalJWKSet(keySet)
    remembered.clear()
  }

  const verify = async (token: string): Promise<Principal> => {
    if (token.length > TOKEN_LENGTH_MAX) throw refused('it is too long')
    if (!keys.current()) await keys.refresh()
    adoptKeys()
    if (!resolveKey)
      throw new Problem('keys_unavailable', 'The keys of auth_service were never reached. Try again soon.')
    try {
      return await verifyAndRemember(resolveKey, token)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_JWKS_NO_MATCHING_KEY')
        throw refused(reason(error), error)
    }
    await keys.refresh()
    adoptKeys()
    try {
      return await verifyAndRemember(resolveKey, token)
    } catch (error) {
      throw refused(reason(error), error)
    }
  }

  const verifyAndRemember = async (keysAsked: ResolveKey, token: string): Promise<Principal> => {
    const principal = await verifyWith(keysAsked, token, now())
    // Other keys may have come meanwhile, and everything been forgotten: this stays forgotten too.
    if (keysAsked !== resolveKey) return principal
    if (remembered.size >= TOKENS_REMEMBERED_MAX) {
      const oldest = remembered.keys().next().value
      if (oldest !== undefined) remembered.delete(oldest)
    }
    remembered.set(token, principal)
    return principal
  }

  return (token) => {
    adoptKeys()
    const principal = remembered.get(token)
    if (principal && principal.expiresAt * 1000 > now().getTime()) return principal
    if (principal) remembered.delete(token)
    return verify(token)
  }
}

type ResolveKey = ReturnType<typeof createLocalJWKSet>

async function verifyWith(resolveKey: ResolveKey, token: string, currentDate: Date) {
  const { payload } = await jwtVerify(token, resolveKey, {
    algorithms: [TOKEN_ALGORITHM],
    typ: TOKEN_TYPE,
    issuer: TOKEN_ISSUER,
    audience: TOKEN_AUDIENCE,
    requiredClaims: ['sub', 'exp', 'iat', 'jti', 'username', 'role'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate,
  })
  return principalFrom(payload)
}

function principalFrom({ sub, username, role, exp }: JWTPayload): Principal {
  if (typeof sub !== 'string' || typeof username !== 'string' || (role !== 'customer' && role !== 'admin')) {
    throw refused('its claims are not ours')
  }
  return { userId: sub, username, role, expiresAt: exp! }
}

const reason = (error: unknown) =>
  (error as { code?: string }).code === 'ERR_JWT_EXPIRED' ? 'it has expired' : 'it does not verify'

const refused = (why: string, cause?: unknown) =>
  new Problem(
    'unauthenticated',
    `The access token was refused: ${why}.`,
    {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    },
    { cause },
  )

/** How often the published keys are fetched again. */
export const KEYS_REFRESH_MS = 5 * 60_000
/** How often it is tried while no keys were ever seen. */
const KEYS_FIRST_RETRY_MS = 500
/** At most one fetch in this time, however many unknown `kid`s arrive; they wait for it together. */
const KEYS_COOLDOWN_MS = 400
const KEYS_DEADLINE_MS = 2_000

export type RemoteKeys = KeySource & { stop(): void }

/**
 * Keys published at `urls`: by one service, or by several replicas that publish the same. Fetching starts at once and
 * repeats; failures keep the keys there are. `cacheFile` (optional) keeps the last good set across restarts.
 */
export function fetchRemoteKeys(
  urls: string | readonly string[],
  /** `onFailure` hears of the first failure of a row. */
  options: { cacheFile?: string; onFailure?: (error: unknown) => void } = {},
): RemoteKeys {
  let known = options.cacheFile === undefined ? undefined : readCache(options.cacheFile)
  let text = known && JSON.stringify(known)
  let fetchedAt = Number.NEGATIVE_INFINITY
  let inFlight: Promise<void> | undefined
  let next: Promise<void> | undefined
  let failing = false

  const load = async () => {
    fetchedAt = performance.now()
    try {
      const fresh = await fetchFromOneOf([urls].flat())
      failing = false
      const freshText = JSON.stringify(fresh)
      if (freshText === text) return
      known = fresh
      text = freshText
      if (options.cacheFile !== undefined) writeCache(options.cacheFile, freshText)
    } catch (error) {
      if (!failing) options.onFailure?.(error)
      failing = true
    }
  }

  const begin = () => {
    inFlight = load().finally(() => {
      inFlight = undefined
    })
    return inFlight
  }

  const refresh = () => {
    const waitMs = () => fetchedAt + KEYS_COOLDOWN_MS - performance.now()
    // Before the first keys any answer is news, and without one there is nothing to wait for.
    if (!known) return inFlight ?? (waitMs() > 0 ? Promise.resolve() : begin())
    // One that begins after this call: an answer under way may have been read before the key in question was made.
    next ??= (async () => {
      await inFlight
      await sleep(Math.max(0, waitMs()))
      next = undefined
      await begin()
    })()
    return next
  }

  let timer: NodeJS.Timeout
  const keepFresh = async () => {
    await refresh()
    timer = setTimeout(keepFresh, known ? KEYS_REFRESH_MS : KEYS_FIRST_RETRY_MS).unref()
  }
  timer = setTimeout(keepFresh, 0).unref()
  return { current: () => known, refresh, stop: () => clearTimeout(timer) }
}

/** From the first that has them. Fails as the last one did. */
async function fetchFromOneOf(urls: readonly string[]): Promise<JSONWebKeySet> {
  let failure: unknown
  for (const url of urls) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(KEYS_DEADLINE_MS), redirect: 'error' })
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
      const keys: unknown = await answer.json()
      if (!isKeySet(keys)) throw new Error(`${url} is not a key set`)
      return keys
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

function readCache(file: string): JSONWebKeySet | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isKeySet(kept) ? kept : undefined
  } catch {
    return undefined
  }
}

const isKeySet = (value: unknown): value is JSONWebKeySet =>
  Array.isArray((value as Partial<JSONWebKeySet> | null)?.keys)

/** Written beside and renamed, so a reader never sees half a file. A read-only disk only costs the cache. */
function writeCache(file: string, text: string) {
  try {
    writeFileSync(`${file}.${process.pid}`, text)
    renameSync(`${file}.${process.pid}`, file)
  } catch {}
}
