/** What the domain needs from cryptography. */
import type { PrivateJwk } from './key_ports.ts'
import type { Account } from './ports.ts'

/** Queues for hashing: logins from an address the account was logged in from before, other logins, new accounts. */
export type HashQueue = 'known' | 'login' | 'registration'

export type QueueTicket = {
  readonly queue: HashQueue
  /** Owners in a queue take turns, however many tickets each has. */
  readonly owner: string
  /** Aborted when the client disconnects. */
  readonly signal?: AbortSignal | undefined
}

/** Async methods reject with `overloaded` if the queue is full, or if the ticket's signal is aborted before they start. */
export type PasswordHasher = {
  /** Resolves a PHC string with a new salt. */
  hash(password: string, ticket: QueueTicket): Promise<string>
  /** Compares in constant time. */
  verify(phc: string, password: string, ticket: QueueTicket): Promise<boolean>
  /** Does the work of a failed `verify`, for an unknown account. */
  simulateVerify(password: string, ticket: QueueTicket): Promise<void>
  /** Was the hash made with weaker parameters than the current ones? */
  outdated(phc: string): boolean
}

export type PasswordChecks = {
  /** Is it one of the most common passwords? */
  isCommon(password: string): boolean
  /** Does it have only spaces and invisible characters? */
  isBlank(password: string): boolean
}

export type RefreshTokens = {
  /** The first token of a new session. */
  make(): { sessionId: string; token: string }
  /** The session id in the token, or undefined if the token is malformed. */
  sessionIdOf(token: string): string | undefined
  hash(token: string): string
  /** Of a session id, for those who may not have it. */
  publicId(sessionId: string): string
  newSalt(): string
  /** Depends only on token and salt, and cannot be derived from the salt and hashes alone. */
  successor(token: string, salt: string): string
}

/** Codes of authenticator apps, and what replaces them. */
export type OneTimeCodes = {
  /** In base32, as apps take it. */
  newSecret(): string
  /** For a QR code. */
  uri(secret: string, of: { username: string; issuer: string }): string
  /** The time step of the code, if it is one of now or nearly. */
  stepOf(secret: string, code: string, now: Date): number | undefined
  newRecoveryCode(): string
}

/** What a browser answers, as its `toJSON()` gives it. */
export type PasskeyResponse = {
  readonly id: string
  readonly response: Readonly<Record<string, unknown>>
}

/** WebAuthn. A passkey: its id, its public key in base64url, and how often it was used, if it counts that. */
export type PasskeyCeremonies = {
  /** What a browser needs to make one, that is none of `existing`. */
  registration(of: {
    challenge: Buffer
    userId: string
    username: string
    existing: readonly string[]
  }): Promise<Readonly<Record<string, unknown>>>
  /** What a browser needs to sign in. */
  login(challenge: Buffer): Promise<Readonly<Record<string, unknown>>>
  /** The challenge that was answered. */
  challengeOf(response: PasskeyResponse): string | undefined
  /** The new passkey; undefined if the answer is not valid. */
  registered(response: PasskeyResponse, challenge: string): Promise<PublicKey | undefined>
  /** The counter after this use; undefined if the answer is not valid. */
  counterAfter(response: PasskeyResponse, challenge: string, stored: PublicKey): Promise<number | undefined>
}
export type PublicKey = { readonly id: string; readonly publicKey: string; readonly counter: number }

/** Tokens of links and challenges (secret_tokens.ts). */
export type SecretTokens = {
  make(): string
  hash(token: string): string
}

export type AccessToken = { readonly token: string; readonly expiresInSeconds: number }

/** Signs an access token with the current key. It lives from `readAt` on: a time before the account was read. */
export type IssueAccessToken = (
  account: Account,
  readAt: Date,
  session?: SessionOfToken,
) => Promise<AccessToken>

/** For a guest of this id, whose first token was issued at `beganAt`. */
export type IssueGuestToken = (id: string, beganAt: Date, at: Date) => Promise<AccessToken>

/** `publicId` names a session, but cannot be exchanged for tokens, nor end it. */
export type SessionOfToken = { readonly publicId: string; readonly beganAt: Date }

export type MakeKeyPair = () => Promise<{ kid: string; jwk: PrivateJwk }>
