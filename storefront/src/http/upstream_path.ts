/**
 * Which path is forwarded to which service. Paths that are not listed are not forwarded, among them `/internal` and
 * `/metrics`.
 *
 *   /api/auth/{register,me,users,password_resets,…}…            ->  auth_service      /register, /me, …
 *   /api/products…, /api/groups…, /api/media…, /api/shop, …     ->  product_service   /products…, /groups…, /media…, …
 *   /api/orders…, /api/order_links, /api/quotes, …              ->  order_service     /orders…, /quotes, …
 *   /api/events, /api/endpoints…, /api/mails, …                 ->  notification_service  /events, …
 *   /api/payments/…, /api/audit/payments, /api/webhooks/stripe  ->  payment_service       /payments/…, /webhooks/stripe, …
 *
 * A route that answers with an event stream must match `mayStream`, or its answer is cut after a minute. A route that
 * hashes a password must be of the class `hashing` in `callClassOf`, or other calls wait behind it; one that answers with a
 * table of everything of the class `exports`, or it is cut after a minute, too.
 *
 * (/api/auth/login, login/second_factor, login/passkey, guests, token, logout and me/password use the session cookie; session_routes.ts answers them.)
 */
import type { CallClass } from '../clients/upstream_limits.ts'
import type { Upstreams } from '../config.ts'

export type Forwarding = {
  readonly upstream: keyof Upstreams
  /** The prefix that the service does not see. */
  readonly strip: string
  /** Paths at the service that are forwarded, with all paths below them. */
  readonly open: readonly string[]
}

/** At product_service: receives files. */
export const UPLOAD_PATH = '/media'

/** At payment_service: receives events of the payment provider. POST alone is forwarded. */
export const WEBHOOK_PATH = '/webhooks/stripe'

export const FORWARDINGS: readonly Forwarding[] = [
  {
    upstream: 'auth',
    strip: '/api/auth',
    open: [
      '/register',
      '/me',
      '/email_verifications',
      '/password_resets',
      '/users',
      '/audit',
      '/.well-known/jwks.json',
    ],
  },
  {
    upstream: 'products',
    strip: '/api',
    open: [
      '/products',
      '/groups',
      '/categories',
      '/catalogue',
      '/slugs',
      '/media',
      '/shop',
      '/imports',
      '/exports',
      '/audit/products',
    ],
  },
  {
    upstream: 'orders',
    strip: '/api',
    open: [
      '/orders',
      '/order_links',
      '/returns',
      '/withdrawals',
      '/quotes',
      '/checkout_settings',
      '/audit/orders',
    ],
  },
  {
    upstream: 'notifications',
    strip: '/api',
    open: ['/events', '/endpoints', '/mails', '/audit/notifications'],
  },
  { upstream: 'payments', strip: '/api', open: ['/payments', '/audit/payments', WEBHOOK_PATH] },
]

/** The path characters of RFC 3986, so that every parser on the way reads the same path. */
const PATH = /^(\/([\w.~:@!$&'()*+,;=-]|%[0-9a-f]{2})*)+$/i

/** The path at the service, without query, or undefined when this address is not forwarded to it. */
export function upstreamPath(url: string, { strip, open }: Forwarding): string | undefined {
  const [address = ''] = url.split('?', 1)
  if (!address.startsWith(`${strip}/`) || !PATH.test(address)) return undefined
  const path = address.slice(strip.length)
  const segments = path.slice(1).split('/')
  const isOpen = open.some((each) => path === each || path.startsWith(`${each}/`))
  return isOpen && segments.every(isPlain) ? path : undefined
}

const STREAMS = /^\/orders\/[^/]+\/events$/

/** Is the answer an event stream, which stays open? `path` comes from `upstreamPath`. */
export const mayStream = (method: string, path: string) =>
  method === 'GET' && STREAMS.test(decodeURIComponent(path))

/** Tables of many megabytes. */
const EXPORTS = /^\/(exports\/|imports\/[^/]+\/result$)/

const HASHES = /^\/(register|login|me|me\/password|me\/email|password_resets)$/

/** Which concurrency limiter a call goes through. `path` comes from `upstreamPath`, or is one of auth_caller.ts. */
export function callClassOf(upstream: keyof Upstreams, method: string, path: string): CallClass {
  if (upstream === 'auth' && method !== 'GET' && HASHES.test(decodeURIComponent(path))) return 'hashing'
  if (isUpload(upstream, method, path)) return 'uploads'
  if (upstream === 'payments' && decodeURIComponent(path) === WEBHOOK_PATH) return 'webhooks'
  if (method !== 'GET' && method !== 'HEAD') return 'writes'
  return upstream === 'products' && EXPORTS.test(decodeURIComponent(path)) ? 'exports' : 'reads'
}

const isUpload = (upstream: keyof Upstreams, method: string, path: string) =>
  upstream === 'products' && method === 'POST' && decodeURIComponent(path) === UPLOAD_PATH

/** Not empty, not a dot segment and without a slash, also when percent-encoded: a parser could move those. */
function isPlain(segment: string): boolean {
  try {
    const plain = decodeURIComponent(segment)
    return plain !== '' && plain !== '.' && plain !== '..' && !/[/\\]/.test(plain)
  } catch {
    return false
  }
}
