/**
 * The session of this tab. The access token is only in memory. The refresh token never reaches the page: the gateway
 * stores it in an HttpOnly cookie, which all tabs share.
 *
 * Invariants
 *  1. A reload or a new tab signs in again automatically: the user's name is stored (it is no secret), and the first call
 *     that needs a token exchanges the cookie for one.
 *  2. Of all tabs one at a time exchanges the cookie, and a tab that waited takes the result of the other.
 *  3. Signing in or out in one tab signs in or out in all.
 */

import type { Session, TokenStore } from '@shop/client/session'
import type { User } from '@shop/client/sign_in'
import type { KeyValueStorage } from '../storage.ts'
import { withTabLock } from '../tab_lock.ts'

const HINT_KEY = 'shop.user'
/** Where browsers have no locks, auth_service accepts a replay for 30 s. */
const LOCK = 'shop.session'

type Notice = { readonly session: Session<User> | undefined }
type Listener = (user: User | undefined) => void

export type TabSession = {
  readonly store: TokenStore<User>
  readonly fetch: (request: Request) => Promise<Response>
  user(): User | undefined
  subscribe(listener: Listener): () => void
}

export function createTabSession(storage: KeyValueStorage): TabSession {
  const listeners = new Set<Listener>()
  const tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('shop.session')
  let session: Session<User> | undefined
  let user = readHint(storage)

  const adopt = (next: Session<User> | undefined) => {
    session = next
    if (standing(next?.user) === standing(user)) return
    user = next?.user
    for (const listener of listeners) listener(user)
  }

  tabs?.addEventListener('message', ({ data }: MessageEvent<Notice>) => adopt(data.session))

  const store: TokenStore<User> = {
    load: () => session ?? (user && { ...EXPIRED, user }),
    save: (answered) => {
      const next = { ...answered, refreshToken: IN_THE_COOKIE }
      writeHint(storage, next.user)
      adopt(next)
      tabs?.postMessage({ session: next } satisfies Notice)
    },
    clear: () => {
      writeHint(storage, undefined)
      adopt(undefined)
      tabs?.postMessage({ session: undefined } satisfies Notice)
    },
  }

  return {
    store,
    fetch: (request) => {
      if (!new URL(request.url).pathname.endsWith('/auth/token')) return fetch(request)
      const before = session?.accessToken
      return withTabLock(LOCK, async () => {
        const other = session
        const fresh = other && other.accessToken !== before && Date.now() < other.refreshAt
        return fresh ? answerOf(other) : fetch(request)
      })
    },
    user: () => user,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What pages depend on. */
const standing = (user: User | undefined) =>
  user && `${user.id} ${user.role} ${user.needs_second_factor === true}`

/** A constant, so that the client treats a session that another tab refreshed as the same session. */
const IN_THE_COOKIE = ''
const EXPIRED = { accessToken: '', refreshToken: IN_THE_COOKIE, refreshAt: 0, expiresAt: 0 }

const answerOf = ({ accessToken, expiresAt, user }: Session<User>) =>
  Response.json({
    access_token: accessToken,
    expires_in: Math.max(0, Math.floor((expiresAt - Date.now()) / 1000)),
    user,
  })

function readHint(storage: KeyValueStorage): User | undefined {
  try {
    const hint: Partial<User> | null = JSON.parse(storage.getItem(HINT_KEY) ?? 'null')
    const complete = [hint?.id, hint?.username, hint?.role].every((text) => typeof text === 'string')
    return complete ? (hint as User) : undefined
  } catch {
    return undefined
  }
}

function writeHint(storage: KeyValueStorage, user: User | undefined) {
  try {
    if (user) storage.setItem(HINT_KEY, JSON.stringify(user))
    else storage.removeItem(HINT_KEY)
  } catch {}
}
