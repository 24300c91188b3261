/**
 * What the domain needs from its stores (cryptography: crypto_ports.ts).
 *
 * Every store method is one atomic step whose condition is part of the write, and rejects with
 * `store_unavailable` (nothing applied, or the outcome unknown) when the store can't be used. Methods name no
 * other failure unless their comment does. Times are text (RFC 3339, UTC, with milliseconds); the present is the Date
 * that the clock gave. Adapters must give the same answers: test/*_contract.ts.
 */

export type Role = 'customer' | 'admin'

export type User = {
  readonly id: string
  /** As its owner wrote it. */
  readonly username: string
  readonly role: Role
  readonly createdAt: string
}

/** A user with what proves who they are. Never leaves the domain. */
export type Account = User & {
  /** PHC string. */
  readonly passwordHash: string
  /** 1 at first; grows by one with every change of the password. Sessions of an older one are dead. */
  readonly passwordVersion: number
  /** 1 at first; grows with every change of the role or the password. Access tokens of an older one are withdrawn. */
  readonly tokenVersion: number
}

/** Access tokens of an account count from this version on. */
export type Withdrawal = { readonly userId: string; readonly leastVersion: number }

export type UserStore = {
  /** Adds an account, of passwordVersion and tokenVersion 1. Rejects with `username_taken` when `canonicalUsername(username)` is in use. */
  add(account: Omit<Account, 'passwordVersion' | 'tokenVersion'>): Promise<void>
  find(id: string): Promise<Account | undefined>
  /** By canonical username (see usernames.ts). */
  findByName(canonical: string): Promise<Account | undefined>
  /**
   * Sets a new password if `fromVersion` is still the account's passwordVersion; passwordVersion becomes
   * fromVersion + 1, and tokenVersion grows. Resolves whether it did.
   */
  changePassword(id: string, fromVersion: number, passwordHash: string, at: Date): Promise<boolean>
  /** Replaces the hash of the *same* password if it is still `from`; passwordVersion stays. Resolves whether it did. */
  rehash(id: string, from: string, to: string): Promise<boolean>
  /**
   * Sets the role. Rejects with `user_not_found`, and with `last_admin` when no admin would be left; that
   * holds also when the last two admins demote each other at the same moment. Where it is another role, tokenVersion
   * grows.
   */
  setRole(id: string, role: Role, at: Date): Promise<User>
  /** Of accounts whose tokenVersion grew after `since`, the latest first, at most `limit`. */
  withdrawals(since: Date, limit: number): Promise<Withdrawal[]>
  /** Newest first (by id, descending), starting after the id `after`. */
  list(page: { after?: string | undefined; limit: number }): Promise<User[]>
}

/**
 * One login on one device: a family of refresh tokens, of which only the newest is good. Tokens are stored as
 * SHA-256 only. An ended session is gone from the store.
 */
export type Session = {
  readonly id: string
  readonly userId: string
  /** The account's passwordVersion the session was started under. */
  readonly passwordVersion: number
  /** Hash of the newest token. */
  readonly tokenHash: string
  /** Hash of the token before it, or null when never rotated. */
  readonly previousHash: string | null
  /** What, together with the previous token itself, gives the newest token; null when never rotated. */
  readonly salt: string | null
  readonly rotatedAt: string | null
  readonly createdAt: string
  /** Absolute: refreshing does not move it. */
  readonly expiresAt: string
}

export type SessionStore = {
  /** Adds a session; afterwards only the user's `keep` newest (by createdAt, then id) are left. */
  start(session: Session, keep: number): Promise<void>
  find(id: string): Promise<Session | undefined>
  /**
   * If `from` is the newest token's hash, `next.tokenHash` becomes it and `from` the previous one. Resolves
   * whether it did: of many at once with one `from`, exactly one does.
   */
  rotate(
    id: string,
    from: string,
    next: { tokenHash: string; salt: string; rotatedAt: string },
  ): Promise<boolean>
  /** Ends one session; ending what is not there is fine. */
  end(id: string): Promise<void>
  /** Ends all sessions of a user but `except`. */
  endAll(userId: string, except?: string): Promise<void>
  /**
   * Sessions begun after `now`, further ahead than clocks differ, begin now and live as long as they were to; at most
   * `limit` of those that are to end after `endsAfter`. Resolves how many.
   */
  clampFutureStarts(now: Date, endsAfter: Date, limit: number): Promise<number>
  /** Lets a session live on under a new password. Resolves false when it is gone. */
  setPasswordVersion(id: string, passwordVersion: number): Promise<boolean>
  /** Removes at most `limit` sessions whose expiresAt is at or before `now`; resolves how many. */
  purge(now: Date, limit: number): Promise<number>
}

/** Public half of an Ed25519 key (RFC 8037). */
export type PublicJwk = { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
export type PrivateJwk = PublicJwk & { readonly d: string }

export type SigningKey = {
  /** RFC 7638 thumbprint. */
  readonly kid: string
  /** 1, 2, 3, …; unique, so that of several replicas making the next key one succeeds. */
  readonly generation: number
  readonly jwk: PrivateJwk
  /** Published at once, signs from here on (until a higher generation does). */
  readonly signsFrom: string
  readonly createdAt: string
}

export type KeyStore = {
  /** All keys, lowest generation first. A handful. */
  list(): Promise<SigningKey[]>
  /** Adds a key unless its generation exists. Resolves whether it did. */
  add(key: SigningKey): Promise<boolean>
  remove(kids: readonly string[]): Promise<void>
}

/** How many tries may be made, and how long the pauses get (see throttling.ts). */
export type ThrottleLimits = {
  readonly freeAttempts: number
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  /** Attempts are forgotten when none was made for this long. */
  readonly forgetAfterMs: number
}

export type ThrottleEntry = { readonly key: string; readonly limits: ThrottleLimits }

/** What is known about one throttled key. */
export type Attempts = {
  readonly count: number
  readonly pausedUntil: string | undefined
  readonly forgetAt: string
}

export type ThrottleStore = {
  /**
   * Counts a try against each entry in order, by `countAttempt` of throttling.ts, each atomically; stops at the
   * first that is paused and resolves until when (entries before it stay counted). Undefined: go ahead.
   */
  take(entries: readonly ThrottleEntry[], now: Date): Promise<string | undefined>
  /** Takes back one try of each key and its pause. Unknown keys are fine. */
  refund(keys: readonly string[]): Promise<void>
  /** Forgets the tries of each key. Unknown keys are fine. */
  clear(keys: readonly string[]): Promise<void>
  /** Remembers a key, which is not a throttled one, until then: KNOWN_ADDRESS_MS from now at most. */
  remember(key: string, until: string): Promise<void>
  remembers(key: string, now: Date): Promise<boolean>
  /**
   * Removes at most `limit` entries to be forgotten at or before `now`, or later than any is kept (clocks.ts);
   * resolves how many.
   */
  purge(now: Date, limit: number): Promise<number>
}

export type Stores = {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly keys: KeyStore
  readonly throttle: ThrottleStore
  /** Rejects with `store_unavailable` when the data can't be read or written. */
  check(): Promise<void>
  close(): Promise<void>
}
