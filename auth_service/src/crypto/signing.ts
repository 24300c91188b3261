/**
 * Access tokens: signed here, and verified by every service, this one included, with the kit's verifier. The keys are read
 * from the store for each token, so a forced rotation applies from the next token on.
 */

import {
  FIRST_TOKEN_VERSION,
  type KeySource,
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  TOKEN_TYPE,
} from '@shop/service_kit/identity/tokens'
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWTPayload,
  SignJWT,
} from 'jose'
import type { AccessToken, IssueAccessToken, IssueGuestToken, MakeKeyPair } from '../domain/crypto_ports.ts'
import type { KeyStore, PrivateJwk, SigningKey } from '../domain/key_ports.ts'
import type { Account } from '../domain/ports.ts'
import { publishedKeys, signingKey } from '../domain/signing_keys.ts'

export const makeKeyPair: MakeKeyPair = async () => {
  const pair = await generateKeyPair(TOKEN_ALGORITHM, { crv: 'Ed25519', extractable: true })
  const { x, d } = await exportJWK(pair.privateKey)
  const jwk: PrivateJwk = { kty: 'OKP', crv: 'Ed25519', x: x!, d: d! }
  return { kid: await calculateJwkThumbprint(jwk, 'sha256'), jwk }
}

/** The key set of /.well-known/jwks.json, without private halves. */
export function publicKeySet(keys: readonly SigningKey[], now: Date): JSONWebKeySet {
  return {
    keys: publishedKeys(keys, now).map(({ kid, jwk: { kty, crv, x } }) => ({
      kty,
      crv,
      x,
      kid,
      alg: TOKEN_ALGORITHM,
      use: 'sig',
    })),
  }
}

/** Of a guest, who has no account. `beganAt`: when the first token of the guest was issued. */
export function createGuestTokens(options: AccessTokenOptions): IssueGuestToken {
  const issue = createTokens(options)
  return (id, beganAt, at) =>
    issue({ sub: id, username: 'guest', role: 'guest', auth_time: seconds(beganAt) }, at)
}

export type AccessTokenOptions = {
  readonly keys: KeyStore
  readonly ttlSeconds: number
  readonly newId: () => string
  readonly now: () => Date
}

export function createAccessTokens(options: AccessTokenOptions): IssueAccessToken {
  const issue = createTokens(options)
  return (account: Account, readAt: Date, session) => {
    const { id, username, role, tokenVersion, verifiedEmail } = account
    return issue(
      {
        ...{ sub: id, username, role },
        ...(tokenVersion === FIRST_TOKEN_VERSION ? {} : { ver: tokenVersion }),
        ...(session ? { sid: session.publicId, auth_time: seconds(session.beganAt) } : {}),
        ...(verifiedEmail === null ? {} : { email: verifiedEmail }),
      },
      readAt,
    )
  }
}

function createTokens({ keys, ttlSeconds, newId, now }: AccessTokenOptions) {
  let loaded: { kid: string; key: CryptoKey } | undefined

  return async (claims: JWTPayload, at: Date): Promise<AccessToken> => {
    const due = signingKey(await keys.list(), at)
    if (!due) throw new Error('There is no signing key; the service makes one when it starts.')
    const { key } =
      loaded?.kid === due.kid ? loaded : { key: (await importJWK(due.jwk, TOKEN_ALGORITHM)) as CryptoKey }
    loaded = { kid: due.kid, key }
    const issuedAt = seconds(at)
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid: due.kid })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_AUDIENCE)
      .setJti(newId())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ttlSeconds)
      .sign(key)
    return {
      token,
      expiresInSeconds: Math.min(ttlSeconds, Math.max(0, issuedAt + ttlSeconds - seconds(now()))),
    }
  }
}

const seconds = (time: Date) => Math.floor(time.getTime() / 1000)

/** The published keys, read from the store, for the kit's verifier in this service. */
export function storedKeys(keys: KeyStore, now: () => Date, onFailure?: (error: unknown) => void): KeySource {
  let known: JSONWebKeySet | undefined
  let text: string | undefined
  return {
    current: () => known,
    async refresh() {
      try {
        const fresh = publicKeySet(await keys.list(), now())
        const freshText = JSON.stringify(fresh)
        if (freshText === text) return
        known = fresh
        text = freshText
      } catch (error) {
        // The keys read before stay in use; without any, the verifier answers keys_unavailable.
        onFailure?.(error)
      }
    },
  }
}
