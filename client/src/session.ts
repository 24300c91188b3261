/**
 * The signed-in session: two tokens, and when to exchange them for the next two.
 *
 * Promises
 *  1. One exchange at a time, however many calls need a token at once; all of them get its result.
 *  2. A token near its end is exchanged in the background, so a call rarely waits; only an expired one is
 *     waited for. While auth_service is away, calls go on with the token there is.
 *  3. A refused exchange ends the session: it is forgotten and `signed_out` is told once. An exchange without an
 *     answer ends nothing.
 *  4. The store is read again before an exchange and before its result is kept, so that two tabs on one store
 *     follow each other, and a sign-out during an exchange stays a sign-out.
 */
import { ShopProblem } from './problem.ts'

export type Session<User = unknown> = {
  readonly accessToken: string
  readonly refreshToken: string
  /** Milliseconds since 1970 by this machine's clock. */
  readonly refreshAt: number
  readonly expiresAt: number
  readonly user: User
}

/** Where the session is kept. `memoryStore` is the default; `webStore(localStorage)` survives a reload. */
export type TokenStore<User = unknown> = {
  load(): Session<User> | undefined | Promise<Session<User> | undefined>
  save(session: Session<User>): void | Promise<void>
  clear(): void | Promise<void>
}

export type SignedOutReason = 'asked' | 'refused'

export type TokenAnswer<User> = {
  readonly access_token: string
  readonly expires_in: number
  readonly refresh_token: string
  readonly user: User
}

/** A token is exchanged when less than this part of its life is left, */
const REFRESH_SHARE = 0.2
/** but not earlier than this. */
const REFRESH_BEFORE_MAX_MS = 60_000
/** After an exchange without an answer, calls with a living token do not try again for this long. */
const REFRESH_PAUSE_MS = 5_000

export function createSessionManager<User>(options: {
  readonly store: TokenStore<User>
  /** POST /token. Fails with a ShopProblem. */
  readonly exchange: (refreshToken: string) => Promise<TokenAnswer<User>>
  readonly onSignedOut: (reason: SignedOutReason) => void
  readonly now: () => number
}) {
  const { store, exchange, onSignedOut, now } = options
  let inFlight: Promise<Session<User>> | undefined
  let pausedUntil = 0

  const keep = async (answer: TokenAnswer<User>): Promise<Session<User>> => {
    const lifeMs = answer.expires_in * 1000
    const expiresAt = now() + lifeMs
    const session = {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      refreshAt: expiresAt - Math.min(lifeMs * REFRESH_SHARE, REFRESH_BEFORE_MAX_MS),
      expiresAt,
      user: answer.user,
    }
    await store.save(session)
    return session
  }

  const exchangeOnce = async (stale: string): Promise<Session<User>> => {
    const known = await store.load()
    if (!known) throw ended()
    if (known.accessToken !== stale) return known
    try {
      const answer = await exchange(known.refreshToken)
      const still = await store.load()
      if (still?.refreshToken !== known.refreshToken) throw ended()
      return await keep(answer)
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
      throw ended(error)
    }
  }

  /** A session whose access token is not `stale`. */
  const renew = (stale: string): Promise<Session<User>> => {
    inFlight ??= exchangeOnce(stale).finally(() => {
      inFlight = undefined
    })
    return inFlight
  }

  return {
    keep,
    async current(): Promise<Session<User> | undefined> {
      return store.load()
    },
    /** A token to send, or undefined when nobody is signed in. Fails when it expired and no other can be had. */
    async token(): Promise<string | undefined> {
      const session = await store.load()
      if (!session || now() < session.refreshAt) return session?.accessToken
      if (now() >= session.expiresAt) return (await renew(session.accessToken)).accessToken
      if (now() >= pausedUntil) renew(session.accessToken).catch(() => {})
      return session.accessToken
    },
    /** Another token than the one a service refused. */
    async tokenInsteadOf(stale: string): Promise<string> {
      return (await renew(stale)).accessToken
    },
    /** Forgets the session and resolves it, so that its refresh token can be withdrawn. */
    async end(): Promise<Session<User> | undefined> {
      const session = await store.load()
      await store.clear()
      if (session) onSignedOut('asked')
      return session
    },
  }
}

/** Only auth_service itself can refuse; an odd answer of something in between ends no session. */
const refused = (error: unknown) =>
  error instanceof ShopProblem && error.document !== undefined && [400, 401, 403].includes(error.status ?? 0)

const ended = (cause?: unknown) =>
  new ShopProblem('signed_out', 'The session has ended. Sign in again.', { status: 401, cause })

export function memoryStore<User>(): TokenStore<User> {
  let kept: Session<User> | undefined
  return {
    load: () => kept,
    save: (session) => {
      kept = session
    },
    clear: () => {
      kept = undefined
    },
  }
}

type WebStorage = {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** Keeps the session in `localStorage` or `sessionStorage`. Scripts of the page can read it there. */
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
