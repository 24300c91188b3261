/**
 * How our services authenticate each other at /internal: by a JWT signed with the shared SERVICE_SECRET (HS256), for one
 * audience, valid for a minute. The secret itself is never sent, and a captured token expires soon.
 *
 * The secret is replaced without a call being refused, although replicas start one after the other: a replica that has the
 * new secret also has the previous one. It accepts tokens of both, and repeats a call that was refused with the new one
 * (calls/service_client.ts).
 */
import { jwtVerify, SignJWT } from 'jose'
import { Problem } from '../runtime/problem.ts'
import type { VerifyServiceToken } from './access.ts'

const ALGORITHM = 'HS256'
const TOKEN_TYPE = 'service+jwt'
const LIFETIME_SECONDS = 60
/** A token is replaced this long before it expires. */
const RENEW_BEFORE_SECONDS = 20
const CLOCK_TOLERANCE_SECONDS = 5
/** Beyond it the cache is emptied. There are as many tokens as replicas, so more are not ours. */
export const TOKENS_CACHED_MAX = 100

/** The valid secrets: the one that signs, and the one that it replaced, if that is still accepted. */
export const serviceSecrets = (config: {
  readonly SERVICE_SECRET: string
  readonly SERVICE_SECRET_PREVIOUS?: string
}): readonly string[] =>
  config.SERVICE_SECRET_PREVIOUS === undefined
    ? [config.SERVICE_SECRET]
    : [config.SERVICE_SECRET, config.SERVICE_SECRET_PREVIOUS]

const seconds = (date: Date) => Math.floor(date.getTime() / 1000)

/** Tokens of `from` for `to`; the same one until shortly before it expires. */
export function createServiceTokens(
  secret: string,
  from: string,
  to: string,
  now: () => Date,
): () => Promise<string> {
  const key = new TextEncoder().encode(secret)
  let token: Promise<string> | undefined
  let renewAt = 0
  return () => {
    const issuedAt = seconds(now())
    if (token && issuedAt < renewAt) return token
    renewAt = issuedAt + LIFETIME_SECONDS - RENEW_BEFORE_SECONDS
    token = new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE })
      .setIssuer(from)
      .setAudience(to)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_SECONDS)
      .sign(key)
    return token
  }
}

/** Accepts service tokens whose audience is `self`, signed with one of `secrets`. */
export function createServiceTokenVerifier(
  secrets: readonly string[],
  self: string,
  now: () => Date,
): VerifyServiceToken {
  const keys = secrets.map((secret) => new TextEncoder().encode(secret))
  /** Expiry of the tokens that were verified, in Unix seconds. */
  const expiresAt = new Map<string, number>()

  const verifyWith = async (token: string, key: Uint8Array) =>
    jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TOKEN_TYPE,
      audience: self,
      requiredClaims: ['iss', 'exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: now(),
    })

  const verify = async (token: string): Promise<undefined> => {
    try {
      const { payload } = await Promise.any(keys.map((key) => verifyWith(token, key)))
      if (expiresAt.size >= TOKENS_CACHED_MAX) expiresAt.clear()
      expiresAt.set(token, payload.exp!)
    } catch (error) {
      throw new Problem('unauthenticated', 'This route is for our own services.', {}, { cause: error })
    }
  }

  return (token) => {
    const expiry = expiresAt.get(token)
    return expiry !== undefined && expiry > seconds(now()) ? undefined : verify(token)
  }
}
