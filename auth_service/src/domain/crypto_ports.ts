/** What the domain needs from cryptography. */
import type { Account, PrivateJwk } from './ports.ts'

/** In which queue hashing waits: logins from where the account was logged in to before, other logins, new accounts. */
export type HashQueue = 'known' | 'login' | 'registration'

/** A ticket in a queue. */
export type QueueTicket = {
  readonly queue: HashQueue
  /** Whose it is: tickets of a queue are shared out evenly among these. */
  readonly owner: string
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

/** Each of its works rejects with `overloaded` when too many wait, and when the ticket was given up. */
export type PasswordHasher = {
  /** A PHC string with a fresh salt. */
  hash(password: string, ticket: QueueTicket): Promise<string>
  /** Compares in constant time. */
  verify(phc: string, password: string, ticket: QueueTicket): Promise<boolean>
  /** Does the work of a `verify` that fails, for an account that does not exist. */
  simulateVerify(password: string, ticket: QueueTicket): Promise<void>
  /** Was the hash made with weaker parameters than today's? */
  outdated(phc: string): boolean
}

export type PasswordChecks = {
  /** Is it one of the most common ones? */
  isCommon(password: string): boolean
  /** Does it show nothing: only spaces, or what is invisible? */
  isBlank(password: string): boolean
}

export type RefreshTokens = {
  /** The first token of a new session. */
  make(): { sessionId: string; token: string }
  /** The token's session id, or undefined when it is not of our form. */
  sessionIdOf(token: string): string | undefined
  hash(token: string): string
  newSalt(): string
  /** Always the same for one token and salt; not to be had from the salt and hashes alone. */
  successor(token: string, salt: string): string
}

export type AccessToken = { readonly token: string; readonly expiresInSeconds: number }

/** Signs an access token with the key whose turn it is. */
export type IssueAccessToken = (account: Account, now: Date) => Promise<AccessToken>

export type MakeKeyPair = () => Promise<{ kid: string; jwk: PrivateJwk }>
