/** What the domain needs from the store of signing keys. */
import type { Author } from './author.ts'

/** Public half of an Ed25519 key (RFC 8037). */
export type PublicJwk = { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
export type PrivateJwk = PublicJwk & { readonly d: string }

export type SigningKey = {
  /** RFC 7638 thumbprint. */
  readonly kid: string
  /** 1, 2, 3, …; unique, so only one of several replicas makes the next key. */
  readonly generation: number
  readonly jwk: PrivateJwk
  /** The key is published at once and signs from this time, until a higher generation does. */
  readonly signsFrom: string
  readonly createdAt: string
}

/** `withdrawn`: before the tokens that they signed have expired. */
export type KeyRemoval = { readonly how: 'withdrawn' | 'retired'; readonly at: Date; readonly by: Author }

export type KeyStore = {
  /** All keys, lowest generation first. There are only a few. */
  list(): Promise<SigningKey[]>
  /** Adds a key unless its generation exists. Resolves whether it was added. */
  add(key: SigningKey, by: Author): Promise<boolean>
  /** Unknown keys are ignored. */
  remove(kids: readonly string[], removal: KeyRemoval): Promise<void>
}
