/**
 * The client of the shop, for browsers and Node: typed calls to the three services, a session that refreshes itself,
 * retries where they are safe, and orders that are placed once.
 *
 *   const shop = createShopClient({ authUrl, productUrl, orderUrl })
 *   await shop.signIn({ username: 'ada', password })
 *   const { items } = await dataOf(shop.products.GET('/products', { params: { query: { q: 'mug' } } }))
 *   const order = await shop.placeOrder({ product_id, quantity: 1, total_price: '19.99' })
 *
 * `auth`, `products` and `orders` have every operation of their OpenAPI document. Every call takes `signal`, and fails
 * with a ShopProblem or the reason of that signal.
 */
import createClient from 'openapi-fetch'
import type { paths as AuthPaths } from './generated/auth_service.ts'
import type { paths as NotificationPaths } from './generated/notification_service.ts'
import type { paths as OrderPaths } from './generated/order_service.ts'
import type { paths as PaymentPaths } from './generated/payment_service.ts'
import type { paths as ProductPaths } from './generated/product_service.ts'
import { createGuest } from './guest.ts'
import { createOrdering } from './ordering.ts'
import { ShopProblem } from './problem.ts'
import { copyOf, withToken } from './requests.ts'
import {
  abortable,
  createCaller,
  type Fetch,
  RETRY_DEFAULTS,
  type RetryOptions,
  withReadDeadline,
} from './retry.ts'
import { createSessionManager, memoryStore, type SignedOutReason, type TokenStore } from './session.ts'
import { type Credentials, ofUser, type PasskeyCredential, type Tokens, type User } from './sign_in.ts'

export type ShopClientOptions = {
  /** Origins of the services, with a path if they have one. */
  readonly authUrl: string
  readonly productUrl: string
  readonly orderUrl: string
  /** Default: `orderUrl`, as behind the gateway. */
  readonly notificationUrl?: string
  /** Default: `orderUrl`, as behind the gateway. */
  readonly paymentUrl?: string
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** Default: in memory. */
  readonly tokenStore?: TokenStore<User>
  /** Default: RETRY_DEFAULTS. */
  readonly retry?: Partial<RetryOptions>
  /** The longest time of one attempt, in milliseconds. Default: TIMEOUT_MS. */
  readonly timeoutMs?: number
  /** The longest time of a GET or HEAD in milliseconds, retries included. Default: as long as its attempts take. */
  readonly readWithinMs?: number
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number
}

export type ShopClient = ReturnType<typeof createShopClient>

export const TIMEOUT_MS = 15_000
/** auth_service accepts a repeated refresh for 30 s; retries must end well before. */
const REFRESH_DEADLINE_MS = 20_000
/** Paths that need no token. */
const PUBLIC_PATHS = {
  auth: /\/(register|guests|login|login\/second_factor|login\/passkey|login\/passkey\/options|token|logout|email_verifications|password_resets|jwks\.json)$/,
  reading: /(?<!\/audit)\/products(\/(?!any$)[^/]+)?$/,
}

export function createShopClient(options: ShopClientOptions) {
  const { authUrl, productUrl, orderUrl, timeoutMs = TIMEOUT_MS, readWithinMs, now = Date.now } = options
  const retry = { ...RETRY_DEFAULTS, ...options.retry }
  const call = createCaller(options.fetch ?? ((request) => fetch(request)), retry, timeoutMs)
  const listeners = new Set<(reason: SignedOutReason) => void>()
  const open = createClient<AuthPaths>({ baseUrl: authUrl, fetch: call })

  const session = createSessionManager<User>({
    store: options.tokenStore ?? memoryStore(),
    now,
    refresh: async (refresh_token) =>
      ofUser(
        await dataOf(
          open.POST('/token', { body: { refresh_token }, signal: AbortSignal.timeout(REFRESH_DEADLINE_MS) }),
        ),
      ),
    onSignedOut: (reason) => {
      for (const listener of listeners) listener(reason)
    },
  })

  /** Sends the access token, except to public paths and where the caller sends one. If it is refused, the call is repeated once with a new one. */
  const signed = (isPublic: (request: Request, path: string) => boolean): Fetch => {
    const send: Fetch = async (request) => {
      const isOpen = request.headers.has('authorization') || isPublic(request, new URL(request.url).pathname)
      if (isOpen) return call(request)
      const token = await abortable(session.token(), request.signal)
      if (token === undefined) return call(request)
      const copy = copyOf(request)
      try {
        return await call(withToken(request, token))
      } catch (error) {
        if (!(error instanceof ShopProblem) || error.code !== 'unauthenticated') throw error
        return call(withToken(copy, await abortable(session.tokenInsteadOf(token), request.signal)))
      }
    }
    return readWithinMs === undefined ? send : withReadDeadline(readWithinMs, send)
  }

  const begin = async (answer: Promise<{ data?: Tokens }>): Promise<User> =>
    (await session.save(ofUser(await dataOf(answer)))).user

  const guest = createGuest((body) => dataOf(open.POST('/guests', { body })), now)
  const orders = createClient<OrderPaths>({ baseUrl: orderUrl, fetch: signed(() => false) })

  return {
    auth: createClient<AuthPaths>({
      baseUrl: authUrl,
      fetch: signed((_, path) => PUBLIC_PATHS.auth.test(path)),
    }),
    products: createClient<ProductPaths>({
      baseUrl: productUrl,
      fetch: signed((request, path) => request.method === 'GET' && PUBLIC_PATHS.reading.test(path)),
    }),
    orders,
    notifications: createClient<NotificationPaths>({
      baseUrl: options.notificationUrl ?? orderUrl,
      fetch: signed(() => false),
    }),
    payments: createClient<PaymentPaths>({
      baseUrl: options.paymentUrl ?? orderUrl,
      fetch: signed(() => false),
    }),
    ...createOrdering(orders),

    /** Creates an account and signs in. Fails with `username_taken` or `validation_failed`. */
    async register(credentials: Credentials): Promise<User> {
      await open.POST('/register', { body: credentials })
      return this.signIn(credentials)
    },
    /**
     * Fails with `invalid_credentials`, `too_many_attempts` with `retryAfterMs`, or `second_factor_required` with the
     * `challenge` for `signInWithCode`.
     */
    signIn: (credentials: Credentials): Promise<User> => begin(open.POST('/login', { body: credentials })),
    /** Fails with `invalid_code`, `invalid_challenge` when it took too long, or `too_many_attempts`. */
    signInWithCode: (challenge: string, code: string): Promise<User> =>
      begin(open.POST('/login/second_factor', { body: { challenge, code } })),
    /** `credential`: what the browser made of the options of `POST /login/passkey/options`. Fails with `passkey_refused`. */
    signInWithPasskey: (credential: PasskeyCredential): Promise<User> =>
      begin(open.POST('/login/passkey', { body: { credential } })),
    /** Gets a new access token at once, after a change of the account that a token states, such as its role. */
    async renewSession(): Promise<void> {
      const current = await session.current()
      if (current) await session.tokenInsteadOf(current.accessToken)
    },
    /** The access token of a guest, for POST /orders with a quote: `{ headers: { authorization: `Bearer ${token}` } }`. */
    guestToken: guest.token,
    /** Deletes the session at once, and withdraws it if auth_service can be reached. Never fails. */
    async signOut(): Promise<void> {
      guest.forget()
      const ended = await session.end()
      if (ended) await open.POST('/logout', { body: { refresh_token: ended.refreshToken } }).catch(() => {})
    },
    /** The signed-in user, read from the token store; undefined if no user is signed in. */
    async user(): Promise<User | undefined> {
      return (await session.current())?.user
    },
    /**
     * The access token, for a request that the caller sends itself, such as an upload with its progress. `stale` is one that
     * was refused. Undefined if no user is signed in.
     */
    accessToken: (stale?: string): Promise<string | undefined> =>
      stale === undefined ? session.token() : session.tokenInsteadOf(stale),
    /** Calls `listener` each time a session ends. Returns a function that removes it. */
    onSignedOut(listener: (reason: SignedOutReason) => void): () => void {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

/** The body of an answer. A failed call has thrown already. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

/** Every item of a list; each page is fetched when it is needed. `page` fetches the page at a cursor, undefined for the first. */
export async function* everyItem<Item>(
  page: (cursor: string | undefined) => Promise<{ items: Item[]; next_cursor: string | null }>,
): AsyncGenerator<Item> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { items, next_cursor } = await page(cursor)
    yield* items
    cursor = next_cursor
  }
}
