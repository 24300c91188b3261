/**
 * Which paths lead where. Only what is listed is forwarded: `/internal`, `/metrics` and whatever a service adds later
 * stay behind the gateway unless someone lists them here.
 *
 *   /api/auth/{register,me,users,.well-known/jwks.json}…  ->  auth_service      /register, /me, …
 *   /api/products…                                        ->  product_service   /products…
 *   /api/orders…                                          ->  order_service     /orders…
 *
 * A route that answers with events must be told by `mayStream`: as a mere call its answer would be cut after a minute.
 * One that hashes a password must be told by `callClassOf`: others would wait behind it.
 *
 * (/api/auth/login, token, logout and me/password carry the session cookie; session_routes.ts answers them.)
 */
import type { CallClass } from '../clients/upstream_limits.ts'
import type { Upstreams } from '../config.ts'

export type Forwarding = {
  readonly upstream: keyof Upstreams
  /** What of the address the service does not see. */
  readonly strip: string
  /** Paths at the service that are forwarded, with all below them. */
  readonly open: readonly string[]
}

export const FORWARDINGS: readonly Forwarding[] = [
  { upstream: 'auth', strip: '/api/auth', open: ['/register', '/me', '/users', '/.well-known/jwks.json'] },
  { upstream: 'products', strip: '/api', open: ['/products'] },
  { upstream: 'orders', strip: '/api', open: ['/orders'] },
]

/** RFC 3986's characters of a path, so that no parser on the way may read one of ours as something else. */
const PATH = /^(\/([\w.~:@!$&'()*+,;=-]|%[0-9a-f]{2})*)+$/i

/** The path at the service, without query, or undefined when this address is not for it. */
export function upstreamPath(url: string, { strip, open }: Forwarding): string | undefined {
  const [address = ''] = url.split('?', 1)
  if (!address.startsWith(`${strip}/`) || !PATH.test(address)) return undefined
  const path = address.slice(strip.length)
  const segments = path.slice(1).split('/')
  const isOpen = open.some((each) => path === each || path.startsWith(`${each}/`))
  return isOpen && segments.every(isPlain) ? path : undefined
}

const STREAMS = /^\/orders\/[^/]+\/events$/

/** Whether the answer may be a stream of events, which lasts. `path` is one that `upstreamPath` gave. */
export const mayStream = (method: string, path: string) =>
  method === 'GET' && STREAMS.test(decodeURIComponent(path))

const HASHES = /^\/(register|login|me\/password)$/

/** In which line a call waits. `path` is one that `upstreamPath` gave, or of a call of our own. */
export function callClassOf(upstream: keyof Upstreams, method: string, path: string): CallClass {
  if (upstream === 'auth' && HASHES.test(decodeURIComponent(path))) return 'hashing'
  return method === 'GET' || method === 'HEAD' ? 'reads' : 'writes'
}

/** No empty or dot segment, written out or encoded, and no slash in disguise: none would stay where it is. */
function isPlain(segment: string): boolean {
  try {
    const plain = decodeURIComponent(segment)
    return plain !== '' && plain !== '.' && plain !== '..' && !/[/\\]/.test(plain)
  } catch {
    return false
  }
}
