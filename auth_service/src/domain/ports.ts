/**
 * What the domain needs from its stores (cryptography: crypto_ports.ts).
 *
 * Each store method is one atomic step, and its condition is part of the write. It rejects with `store_unavailable`
 * (nothing applied, or outcome unknown) if the store cannot be used; other rejections are in its comment. Stored times
 * are text (RFC 3339, UTC, with milliseconds); the current time is a Date. A method that is given the clock reads it when
 * it writes, so a process that stood still writes no old time. Adapters must behave the same: test/*_contract.ts.
 *
 * A change with an author is recorded in the audit log, in the same step (audit.ts); one that changes nothing is not.
 */
import type { Author } from './author.ts'
import type { AccountEmails, CredentialStore, EmailStore, MailStore } from './contact_ports.ts'
import type { DeletionStore } from './deletions.ts'
import type { KeyStore } from './key_ports.ts'
import type { Role } from './roles.ts'

type Clock = () => Date
type How = { readonly by?: Author; readonly keep?: string | undefined }

export type { Role }

export type User = {
  readonly id: string
  /** In the owner's spelling. */
  readonly username: string
  readonly role: Role
  readonly createdAt: string
}

/** A user with the password hash. Never sent to clients. */
export type Account = User &
  AccountEmails & {
    /** PHC string. */
    readonly passwordHash: string
    /** Starts at 1 and grows by one with each change of the password. Sessions with an older version are invalid. */
    readonly passwordVersion: number
    /** Starts at 1 and grows with each change of role or password. Access tokens with an older version are withdrawn. */
    readonly tokenVersion: number
  }

export type NewAccount = User & Pick<Account, 'passwordHash'>

/** Access tokens of the account below this version are withdrawn. */
export type Withdrawal = { readonly userId: string; readonly leastVersion: number }

/** Deleted accounts are found and changed by no method; only `withdrawals` has them. */
export type UserStore = {
  /**
   * Adds an account with passwordVersion and tokenVersion 1; without an author it is its owner's. Rejects with
   * `username_taken` if the canonical name is in use.
   */
  add(account: NewAccount, by?: Author): Promise<void>
  find(id: string): Promise<Account | undefined>
  /** By canonical username (usernames.ts). */
  findByName(canonical: string): Promise<Account | undefined>
  findByVerifiedEmail(email: string): Promise<Account | undefined>
  /**
   * Sets a new password if `fromVersion` is still the account's passwordVersion. Then passwordVersion becomes
   * fromVersion + 1, and tokenVersion grows, and so does the passwordVersion of the user's session `keep` if it was
   * fromVersion. Without an author it is the owner's choice. Resolves whether it was set.
   */
  changePassword(id: string, fromVersion: number, hash: string, now: Clock, how?: How): Promise<boolean>
  /** Replaces the hash of the *same* password if it is still `from`. Resolves whether it was replaced. */
  rehash(id: string, from: string, to: string): Promise<boolean>
  /** tokenVersion grows if it differs. Rejects with `user_not_found`, and `last_admin`, also if the last two demote each other at once. */
  setRole(id: string, role: Role, now: Clock, by: Author): Promise<User>
  /** Erases name, password, addresses and credentials of a customer's account; its id stays, its versions grow. The deletion is recorded for others (deletions.ts). Resolves false for others. */
  erase(id: string, now: Clock, by: Author): Promise<boolean>
  /** Accounts whose tokenVersion grew after `since`, latest first, at most `limit`. */
  withdrawals(since: Date, limit: number): Promise<Withdrawal[]>
  /** Newest first (by descending id), after the id `after`. */
  list(page: { after?: string | undefined; limit: number }): Promise<User[]>
  /** Those whose canonical name begins with `prefix`, by that name, after the canonical name `after`. */
  listNamed(page: { prefix: string; after?: string | undefined; limit: number }): Promise<User[]>
  /** Those that exist, in any order. */
  findMany(ids: readonly string[]): Promise<User[]>
}

/**
 * One login on one device: a family of refresh tokens, of which only the newest is valid. Only SHA-256 hashes of tokens
 * are stored. An ended session is deleted.
 */
export type Session = {
  readonly id: string
  readonly userId: string
  /** The account's passwordVersion when the session was started, or when this session changed the password. */
  readonly passwordVersion: number
  /** Hash of the newest token. */
  readonly tokenHash: string
  /** Hash of the token before it; null before the first rotation. */
  readonly previousHash: string | null
  /** Gives the newest token together with the previous token; null before the first rotation. */
  readonly salt: string | null
  readonly rotatedAt: string | null
  readonly createdAt: string
  /** Refreshing does not change it. */
  readonly expiresAt: string
  /** What signed in, in words. Null if it is not known. */
  readonly client: string | null
  /** Was a second factor proved? */
  readonly secondFactor: boolean
}

export type SessionStore = {
  /** Adds a session, and removes all but the user's `keep` newest sessions (by createdAt, then id). */
  start(session: Session, keep: number): Promise<void>
  find(id: string): Promise<Session | undefined>
  /**
   * If `from` is the newest token's hash, it becomes the previous one and `next.tokenHash` the newest. Resolves whether it
   * was rotated: of many concurrent calls with the same `from`, exactly one rotates.
   */
  rotate(
    id: string,
    from: string,
    next: { tokenHash: string; salt: string; rotatedAt: string },
  ): Promise<boolean>
  /** The session has proved a second factor. */
  proveSecondFactor(id: string): Promise<void>
  /** Ends one session. An unknown id is not an error. */
  end(id: string): Promise<void>
  /** Those of a user that have not expired, newest first. */
  ofUser(userId: string, now: Date, limit: number): Promise<Session[]>
  /** How many sessions of a user have not expired. */
  count(userId: string, now: Date): Promise<number>
  /** Ends the sessions of a user whose passwordVersion is lower. */
  endOlder(userId: string, passwordVersion: number): Promise<void>
  /**
   * Moves sessions created later than `now` + CLOCKS_DIFFER_MS to `now`, with the same lifetime. Only sessions that expire
   * after `endsAfter` count, at most `limit` of them. Resolves how many were moved.
   */
  clampFutureStarts(now: Date, endsAfter: Date, limit: number): Promise<number>
  /** Removes at most `limit` sessions with expiresAt <= `now`. Resolves how many. */
  purge(now: Date, limit: number): Promise<number>
}

/** How many attempts are free, and how long the pauses are (throttling.ts). */
export type ThrottleLimits = {
  readonly freeAttempts: number
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  /** The count starts again after this time without an attempt. */
  readonly forgetAfterMs: number
}

export type ThrottleEntry = { readonly key: string; readonly limits: ThrottleLimits }

/** The attempts counted for one key. */
export type Attempts = {
  readonly count: number
  readonly pausedUntil: string | undefined
  readonly forgetAt: string
}

/** A stored entry. It has no attempts if they cannot be read. */
export type ThrottleRecord = { readonly key: string; readonly attempts: Attempts | undefined }

export type ThrottleStore = {
  /**
   * Counts an attempt for each entry in order (`countAttempt`, throttling.ts), each atomically, until one is paused. Resolves
   * the end of that pause; those before it stay counted.
   */
  take(entries: readonly ThrottleEntry[], now: Clock): Promise<string | undefined>
  /** Takes back one attempt of each key, and its pause. Unknown keys are ignored. */
  refund(keys: readonly string[]): Promise<void>
  /** Removes the attempts of each key. Unknown keys are ignored. */
  clear(keys: readonly string[]): Promise<void>
  /** Like `clear`, of failed logins to this account, for an author. */
  unlock(keys: readonly string[], of: { accountId: string; at: Date; by: Author }): Promise<void>
  /** Remembers a key that is not throttled until `until`, at most KNOWN_ADDRESS_MS from now. */
  remember(key: string, until: string): Promise<void>
  remembers(key: string, now: Date): Promise<boolean>
  /** Entries whose key begins with `prefix`, expired ones too, in the order of their keys, after the key `after`. */
  startingWith(prefix: string, page: { after?: string | undefined; limit: number }): Promise<ThrottleRecord[]>
  /**
   * Removes at most `limit` entries whose `forgetAt` is past, or further ahead than any is set (clocks.ts). Resolves how many.
   */
  purge(now: Clock, limit: number): Promise<number>
}

export type Stores = {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly keys: KeyStore
  readonly throttle: ThrottleStore
  readonly emails: EmailStore
  readonly credentials: CredentialStore
  readonly mails: MailStore
  readonly deletions: DeletionStore
  /** Rejects with `store_unavailable` if the data cannot be read or written. */
  check(): Promise<void>
  close(): Promise<void>
}
