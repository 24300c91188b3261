/**
 * Verifies access tokens of auth_service: EdDSA JWTs of type at+jwt, by its published keys.
 *
 * Invariants
 *  1. A token is valid only with algorithm EdDSA, type `at+jwt`, our issuer and audience, a known `kid`, and unexpired. Keys
 *     that the token names or contains (jku, x5u, jwk) are never used (RFC 8725).
 *  2. Keys are fetched in the background and cached (remote_keys.ts), so tokens are verified while auth_service is down. With a
 *     cache file they survive a restart of this service too.
 *  3. A verified token is cached until it expires, so its signature is checked once. When the key set changes, the cache is
 *     emptied, so tokens of a withdrawn key are refused within KEYS_REFRESH_MS.
 *  4. Whether the token itself was withdrawn (withdrawn_tokens.ts) is checked each time, cached or not.
 *  5. No token is valid for longer than TOKEN_LIFETIME_SECONDS_MAX from now, even if the clock of its issuer was ahead.
 */
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { Problem } from '../runtime/problem.ts'
import type { Principal, VerifyToken } from './access.ts'
import type { IsWithdrawn } from './withdrawn_tokens.ts'

export const TOKEN_ISSUER = 'shop/auth_service'
export const TOKEN_AUDIENCE = 'shop'
export const TOKEN_TYPE = 'at+jwt'
export const TOKEN_ALGORITHM = 'EdDSA'
/** Clocks of two machines may differ this much. */
export const CLOCK_TOLERANCE_SECONDS = 5
/** The longest lifetime that auth_service may be configured to give. */
export const TOKEN_LIFETIME_SECONDS_MAX = 3_600
/** The version of a new account, and of old tokens that carry none. */
export const FIRST_TOKEN_VERSION = 1
export const TOKENS_CACHED_MAX = 10_000
const TOKEN_LENGTH_MAX = 4_096

export type KeySource = {
  /** Undefined until the first keys. A new object when they have changed. */
  current(): JSONWebKeySet | undefined
  /** Fetches newer keys, for a token whose `kid` is unknown. Never rejects. */
  refresh(): Promise<void>
}

type Verified = { readonly principal: Principal; readonly version: number }

export function createTokenVerifier(
  keys: KeySource,
  now: () => Date,
  isWithdrawn: IsWithdrawn = () => false,
): VerifyToken {
  const cached = new Map<string, Verified>()
  let keySet: JSONWebKeySet | undefined
  let resolveKey: ResolveKey | undefined

  const adoptKeys = () => {
    if (keys.current() === keySet) return
    keySet = keys.current()
    resolveKey = keySet && createLocalJWKSet(keySet)
    cached.clear()
  }

  const verify = async (token: string): Promise<Verified> => {
    if (token.length > TOKEN_LENGTH_MAX) throw refused('it is too long')
    if (!keys.current()) await keys.refresh()
    adoptKeys()
    if (!resolveKey)
      throw new Problem('keys_unavailable', 'The keys of auth_service were never reached. Try again soon.')
    try {
      return await verifyAndCache(resolveKey, token)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_JWKS_NO_MATCHING_KEY') throw refusal(error)
    }
    await keys.refresh()
    adoptKeys()
    try {
      return await verifyAndCache(resolveKey, token)
    } catch (error) {
      throw refusal(error)
    }
  }

  const verifyAndCache = async (keysAsked: ResolveKey, token: string): Promise<Verified> => {
    const verified = await verifyWith(keysAsked, token, now())
    // The keys have changed meanwhile, so this token is not cached either.
    if (keysAsked !== resolveKey) return verified
    if (cached.size >= TOKENS_CACHED_MAX) {
      const oldest = cached.keys().next().value
      if (oldest !== undefined) cached.delete(oldest)
    }
    cached.set(token, verified)
    return verified
  }

  const admit = ({ principal, version }: Verified): Principal | Promise<Principal> => {
    const withdrawn = isWithdrawn(principal.userId, version)
    if (withdrawn === false) return principal
    return Promise.resolve(withdrawn).then((is) => {
      if (is) throw refused('the role or the password of its account changed')
      return principal
    })
  }

  return (token) => {
    adoptKeys()
    const known = cached.get(token)
    if (known && isValidAt(now(), known.principal.expiresAt)) return admit(known)
    if (known) cached.delete(token)
    return verify(token).then(admit)
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
  if (livesTooLong(currentDate, payload.exp!)) throw refused('it would live too long')
  return verifiedFrom(payload)
}

const livesTooLong = (now: Date, expiresAt: number): boolean =>
  expiresAt > now.getTime() / 1000 + TOKEN_LIFETIME_SECONDS_MAX + CLOCK_TOLERANCE_SECONDS

/** For a cached token. The clock may have been set back since it was verified. */
const isValidAt = (now: Date, expiresAt: number): boolean =>
  expiresAt * 1000 > now.getTime() && !livesTooLong(now, expiresAt)

function verifiedFrom(claims: JWTPayload): Verified {
  const { sub, username, role, exp, ver = FIRST_TOKEN_VERSION } = claims
  if (!Number.isSafeInteger(ver)) throw refused('its claims are not ours')
  if (typeof sub !== 'string' || typeof username !== 'string' || !isRole(role)) {
    throw refused('its claims are not ours')
  }
  const principal: Principal = { userId: sub, username, role, expiresAt: exp!, ...optionalClaims(claims) }
  return { principal, version: ver as number }
}

const ROLES: readonly unknown[] = ['customer', 'admin', 'guest']
const isRole = (role: unknown): role is Principal['role'] => ROLES.includes(role)

function optionalClaims({ sid, auth_time: signedInAt, email }: JWTPayload) {
  return {
    ...(typeof sid === 'string' ? { sessionId: sid } : {}),
    ...(Number.isSafeInteger(signedInAt) ? { signedInAt: signedInAt as number } : {}),
    ...(typeof email === 'string' ? { verifiedEmail: email } : {}),
  }
}

function refusal(error: unknown): Problem {
  if (error instanceof Problem) return error
  const expired = (error as { code?: string }).code === 'ERR_JWT_EXPIRED'
  return refused(expired ? 'it has expired' : 'it does not verify', error)
}

const refused = (why: string, cause?: unknown) =>
  new Problem('unauthenticated', `The access token was refused: ${why}.`, { tokenRefused: true }, { cause })
