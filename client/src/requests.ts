/**
 * Requests: copies, and with a token.
 *
 * Invariant: a signal ends its call, and what still arrives of it, whatever the garbage collector did meanwhile.
 *
 * A Request of Node passes a signal on only while it is in memory itself, and what its `clone` makes, not even then. So a copy
 * names its signal, and keeps what it was made of; and the body of an answer keeps its request.
 */
const kept = new WeakMap<object, Request>()

/** `request` stays in memory as long as `user` does. */
export function keepWhile(user: object | null, request: Request): void {
  if (user) kept.set(user, request)
}

/** The same request, which `signal` ends. */
export function copyOf(request: Request, signal: AbortSignal = request.signal): Request {
  const copy = new Request(request.clone(), { signal })
  keepWhile(copy, request)
  return copy
}

/** The request itself, signed. */
export function withToken(request: Request, token: string): Request {
  request.headers.set('authorization', `Bearer ${token}`)
  return request
}
