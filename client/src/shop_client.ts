/**
 * The shop in one object, for browsers and Node: typed calls to the three services, a session that looks after
 * itself, retries where they are safe, and orders that are placed once.
 *
 *   const shop = createShopClient({ authUrl, productUrl, orderUrl })
 *   await shop.signIn({ username: 'ada', password })
 *   const { items } = await dataOf(shop.products.GET('/products', { params: { query: { q: 'mug' } } }))
 *   const order = await shop.placeOrder({ product_id, quantity: 1, total_price: '19.99' })
 *
 * `auth`, `products` and `orders` know every call of their OpenAPI document. Every call takes `signal`, and
 * every failure is a ShopProblem, or the reason of the aborted signal.
 */
import createClient from 'openapi-fetch'
import type { paths as AuthPaths } from './generated/auth_service.ts'
import type { paths as OrderPaths } from './generated/order_service.ts'
import type { paths as ProductPaths } from './generated/product_service.ts'
import { createOrdering } from './ordering.ts'
import { ShopProblem } from './problem.ts'
import {
  abortable,
  createCaller,
  type Fetch,
  RETRY_DEFAULTS,
  type RetryOptions,
  withReadDeadline,
} from './retry.ts'
import { createSessionManager, memoryStore, type SignedOutReason, type TokenStore } from './session.ts'

type Answer<Call> = Call extends {
  responses: { [status in 200 | 201]?: { content: { 'application/json': infer Body } } }
}
  ? Body
  : never

export type User = Answer<AuthPaths['/me']['get']>
export type Credentials = AuthPaths['/login']['post']['requestBody']['content']['application/json']

export type ShopClientOptions = {
  readonly authUrl: string
  readonly productUrl: string
  readonly orderUrl: string
  readonly fetch?: Fetch
  readonly tokenStore?: TokenStore<User>
  readonly retry?: Partial<RetryOptions>
  /** How long one attempt of a call may take. */
  readonly timeoutMs?: number
  /** How long reading may take in all, whatever it waits for. Without it, as long as its attempts take. */
  readonly readWithinMs?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export type ShopClient = ReturnType<typeof createShopClient>

export const TIMEOUT_MS = 15_000
/** Exchanging one refresh token twice is safe for 30 s; repeating must end well before that. */
const REFRESH_DEADLINE_MS = 20_000
const OPEN_TO_ALL = {
  auth: /\/(register|login|token|logout|jwks\.json)$/,
  reading: /\/products(\/[^/]+)?$/,
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
    exchange: (refresh_token) =>
      dataOf(
        open.POST('/token', { body: { refresh_token }, signal: AbortSignal.timeout(REFRESH_DEADLINE_MS) }),
      ),
    onSignedOut: (reason) => {
      for (const listener of listeners) listener(reason)
    },
  })

  /** Sends our token with every call but the open ones; one that is refused is exchanged and the call repeated. */
  const signed = (isOpen: (request: Request, path: string) => boolean): Fetch => {
    const send: Fetch = async (request) => {
      if (isOpen(request, new URL(request.url).pathname)) return call(request)
      const token = await abortable(session.token(), request.signal)
      if (token === undefined) return call(request)
      const again = request.clone()
      try {
        return await call(withToken(request, token))
      } catch (error) {
        if (!(error instanceof ShopProblem) || error.code !== 'unauthenticated') throw error
        return call(withToken(again, await abortable(session.tokenInsteadOf(token), request.signal)))
      }
    }
    return readWithinMs === undefined ? send : withReadDeadline(readWithinMs, send)
  }

  const orders = createClient<OrderPaths>({ baseUrl: orderUrl, fetch: signed(() => false) })

  return {
    auth: createClient<AuthPaths>({
      baseUrl: authUrl,
      fetch: signed((_, path) => OPEN_TO_ALL.auth.test(path)),
    }),
    products: createClient<ProductPaths>({
      baseUrl: productUrl,
      fetch: signed((request, path) => request.method === 'GET' && OPEN_TO_ALL.reading.test(path)),
    }),
    orders,
    ...createOrdering(orders),

    /** Opens an account and signs in. */
    async register(credentials: Credentials): Promise<User> {
      await open.POST('/register', { body: credentials })
      return this.signIn(credentials)
    },
    async signIn(credentials: Credentials): Promise<User> {
      const { user } = await session.keep(await dataOf(open.POST('/login', { body: credentials })))
      return user
    },
    /** The session is forgotten at once, also when auth_service cannot be reached to withdraw it. */
    async signOut(): Promise<void> {
      const ended = await session.end()
      if (ended) await open.POST('/logout', { body: { refresh_token: ended.refreshToken } }).catch(() => {})
    },
    /** Who is signed in, as far as this client knows. */
    async user(): Promise<User | undefined> {
      return (await session.current())?.user
    },
    /** Calls `listener` once whenever the session ends; returns how to stop that. */
    onSignedOut(listener: (reason: SignedOutReason) => void): () => void {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

function withToken(request: Request, token: string): Request {
  request.headers.set('authorization', `Bearer ${token}`)
  return request
}

/** The body of an answer. What is not an answer was thrown already. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

/** Every item of a list, page by page as they are asked for. `page` fetches the one at a cursor. */
export async function* everyItem<Item>(
  page: (cursor: string | undefined) => Promise<{ items: Item[]; next_cursor: string | null }>,
): AsyncGenerator<Item> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { items, next_cursor } = await page(cursor)
    yield* items
    cursor = next_cursor
  }
}
