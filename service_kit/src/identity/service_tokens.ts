/**
 * How our services recognise each other at /internal: a JWT signed with the shared SERVICE_SECRET (HS256),
 * for one audience, living a minute. The secret itself never travels, and a captured token ends soon.
 */
import { jwtVerify, SignJWT } from 'jose'
import { Problem } from '../runtime/problem.ts'
import type { VerifyServiceToken } from './access.ts'

const ALGORITHM = 'HS256'
const TOKEN_TYPE = 'service+jwt'
const LIFETIME_SECONDS = 60
/** A token is replaced while it still has this long to live. */
const RENEW_BEFORE_SECONDS = 20
const CLOCK_TOLERANCE_SECONDS = 5
/** Beyond it all are verified anew: there are as many as replicas, so more are nobody's. */
export const TOKENS_REMEMBERED_MAX = 100

const seconds = (date: Date) => Math.floor(date.getTime() / 1000)

/** Gives a token of `from` for `to`; the same one until it nears its end. */
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

/** Accepts fresh service tokens whose audience is `self`. */
export function createServiceTokenVerifier(
  secret: string,
  self: string,
  now: () => Date,
): VerifyServiceToken {
  const key = new TextEncoder().encode(secret)
  const endsAt = new Map<string, number>()

  const verify = async (token: string): Promise<undefined> => {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        typ: TOKEN_TYPE,
        audience: self,
        requiredClaims: ['iss', 'exp', 'iat'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: now(),
      })
      if (endsAt.size >= TOKENS_REMEMBERED_MAX) endsAt.clear()
      endsAt.set(token, payload.exp!)
    } catch (error) {
      throw new Problem('unauthenticated', 'This route is for our own services.', {}, { cause: error })
    }
  }

  return (token) => {
    const end = endsAt.get(token)
    return end !== undefined && end > seconds(now()) ? undefined : verify(token)
  }
}
