/**
 * The session of the signed-in user: an access token and a refresh token, and when to refresh them.
 *
 * Invariants
 *  1. One refresh at a time; all calls that need a token share its result.
 *  2. A token that expires soon is refreshed in the background; calls wait only when it has expired. While auth_service is
 *     unreachable, calls use the token they have.
 *  3. A refused refresh ends the session: it is deleted, and listeners are called once. A refresh without an answer does not
 *     end it.
 *  4. The store is read again before a refresh and before its result is saved: two tabs with one store share a session, and
 *     a sign-out during a refresh stays a sign-out.
 */
import { ShopProblem } from './problem.ts'

export type Session<User = unknown> = {
  readonly accessToken: string
  readonly refreshToken: string
  /** When to refresh, in milliseconds since 1970 by this machine's clock. */
  readonly refreshAt: number
  /** In milliseconds since 1970 by this machine's clock. */
  readonly expiresAt: number
  readonly user: User
}

/** Where the session is stored. `memoryStore` is the default; `webStore(localStorage)` survives a reload. */
export type TokenStore<User = unknown> = {
  load(): Session<User> | undefined | Promise<Session<User> | undefined>
  save(session: Session<User>): void | Promise<void>
  clear(): void | Promise<void>
}

/** `asked`: by `signOut`. `refused`: auth_service refused to refresh the session. */
export type SignedOutReason = 'asked' | 'refused'

export type TokenAnswer<User> = {
  readonly access_token: string
  readonly expires_in: number
  readonly refresh_token: string
  readonly user: User
}

/** A token is refreshed when less than this part of its lifetime is left, */
const REFRESH_SHARE = 0.2
/** but not earlier than this before it expires. */
const REFRESH_BEFORE_MAX_MS = 60_000
/** Pause after a refresh without an answer, while the token is still valid. */
const REFRESH_PAUSE_MS = 5_000

export function createSessionManager<User>(options: {
  readonly store: TokenStore<User>
  /** POST /token. Fails with a ShopProblem. */
  readonly refresh: (refreshToken: string) => Promise<TokenAnswer<User>>
  readonly onSignedOut: (reason: SignedOutReason) => void
  readonly now: () => number
}) {
  const { store, refresh, onSignedOut, now } = options
  let inFlight: Promise<Session<User>> | undefined
  let pausedUntil = 0

  const save = async (answer: TokenAnswer<User>): Promise<Session<User>> => {
    const lifetimeMs = answer.expires_in * 1000
    const expiresAt = now() + lifetimeMs
    const session = {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      refreshAt: expiresAt - Math.min(lifetimeMs * REFRESH_SHARE, REFRESH_BEFORE_MAX_MS),
      expiresAt,
      user: answer.user,
    }
    await store.save(session)
    return session
  }

  const refreshStored = async (stale: string): Promise<Session<User>> => {
    const known = await store.load()
    if (!known) throw signedOut()
    if (known.accessToken !== stale) return known
    try {
      const answer = await refresh(known.refreshToken)
      const current = await store.load()
      if (current?.refreshToken !== known.refreshToken) throw signedOut()
      return await save(answer)
    } catch (error) {
      if (!refused(error)) {
        pausedUntil = now() + REFRESH_PAUSE_MS
        throw error
      }
      const other = await store.load()
      if (other && other.refreshToken !== known.refreshToken) return other
      if (other) {
        await store.clear()
        onSignedOut('refused')
      }
      throw signedOut(error)
    }
  }

  /** A session whose access token is not `stale`. */
  const renew = (stale: string): Promise<Session<User>> => {
    inFlight ??= refreshStored(stale).finally(() => {
      inFlight = undefined
    })
    return inFlight
  }

  return {
    save,
    async current(): Promise<Session<User> | undefined> {
      return store.load()
    },
    /** The token to send; undefined if no user is signed in. Fails if it has expired and cannot be refreshed. */
    async token(): Promise<string | undefined> {
      const session = await store.load()
      if (!session || now() < session.refreshAt) return session?.accessToken
      if (now() >= session.expiresAt) return (await renew(session.accessToken)).accessToken
      if (now() >= pausedUntil) renew(session.accessToken).catch(() => {})
      return session.accessToken
    },
    /** A token other than `stale`, which a service refused. */
    async tokenInsteadOf(stale: string): Promise<string> {
      return (await renew(stale)).accessToken
    },
    /** Deletes the session and resolves it, so that its refresh token can be withdrawn. */
    async end(): Promise<Session<User> | undefined> {
      const session = await store.load()
      await store.clear()
      if (session) onSignedOut('asked')
      return session
    },
  }
}

/** Only auth_service can refuse; an error page of a proxy does not end the session. */
const refused = (error: unknown) =>
  error instanceof ShopProblem && error.document !== undefined && [400, 401, 403].includes(error.status ?? 0)

const signedOut = (cause?: unknown) =>
  new ShopProblem('signed_out', 'The session has ended. Sign in again.', { status: 401, cause })

export function memoryStore<User>(): TokenStore<User> {
  let stored: Session<User> | undefined
  return {
    load: () => stored,
    save: (session) => {
      stored = session
    },
    clear: () => {
      stored = undefined
    },
  }
}

type WebStorage = {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** Stores the session in `localStorage` or `sessionStorage`, where every script of the page can read it. */
export function webStore<User>(storage: WebStorage, key = 'shop.session'): TokenStore<User> {
  return {
    load: () => {
      try {
        return JSON.parse(storage.getItem(key) ?? 'null') ?? undefined
      } catch {
        return undefined
      }
    },
    save: (session) => storage.setItem(key, JSON.stringify(session)),
    clear: () => storage.removeItem(key),
  }
}
