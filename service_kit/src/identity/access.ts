/**
 * Who may call a route, by role (invariant 10). Whether an order belongs to the caller is checked where it is loaded.
 *
 * Every route states `config: { access }`, or it does not compile (app_types.ts). A route of a plugin that states none stops the
 * service from starting. So no route is public by omission. `user` is any signed-in account, `admin` an admin, `guest` an account
 * or a guest, who has a token and no account, `service` one of our services with its service token (service_tokens.ts), never a person.
 * `order` is as `guest`, and who sends the header Order-Token instead: the route compares it with the order (order_tokens.ts).
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../runtime/problem.ts'
import { ORDER_TOKEN_HEADER } from './order_tokens.ts'

export type Access = 'public' | 'order' | 'guest' | 'user' | 'admin' | 'service'

export type Principal = {
  readonly userId: string
  readonly username: string
  readonly role: 'customer' | 'admin' | 'guest'
  /** When the token expires, in Unix seconds. */
  readonly expiresAt: number
  /** Names the session, but does not open it. Absent in tokens of release 1.0. */
  readonly sessionId?: string
  /** When the session began, in Unix seconds. Absent in tokens of release 1.0. */
  readonly signedInAt?: number
  /** Of a mailbox that its owner has proved, in lower case. */
  readonly verifiedEmail?: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyInstance {
    /** For `isStillAuthorized`. */
    verifyToken: VerifyToken | undefined
  }
  interface FastifyRequest {
    /** Set on routes of access `guest`, `user` and `admin`; read it through `principalOf`. Of access `order` it may be absent. */
    principal: Principal | undefined
  }
}

/** The caller of a bearer token, without a promise if the token is cached. Fails with `unauthenticated` or `keys_unavailable`. */
export type VerifyToken = (token: string) => Principal | Promise<Principal>
/** Fails with `unauthenticated` unless the token is a valid one of our services for this service. */
export type VerifyServiceToken = (token: string) => undefined | Promise<undefined>

export type AccessChecks = {
  readonly verifyToken?: VerifyToken
  readonly verifyServiceToken?: VerifyServiceToken
}

export function principalOf(request: Pick<FastifyRequest, 'principal'>): Principal {
  if (!request.principal)
    throw new Error('principalOf was called on a route without access "user" or "admin"')
  return request.principal
}

/**
 * Whether the caller's token is still valid: for an answer that takes long, such as a stream. Without a promise if the token
 * is cached. Never fails: false if it cannot be verified.
 */
export function isStillAuthorized(request: FastifyRequest): boolean | Promise<boolean> {
  try {
    const verified = request.server.verifyToken?.(bearerToken(request))
    if (!(verified instanceof Promise)) return verified !== undefined
    return verified.then(
      () => true,
      () => false,
    )
  } catch {
    return false
  }
}

/** The caller of a public route who sends a token that is valid. Never fails: what cannot be verified is as none. */
export async function callerOf(request: FastifyRequest): Promise<Principal | undefined> {
  if (request.headers.authorization === undefined) return undefined
  try {
    return await request.server.verifyToken?.(bearerToken(request))
  } catch {
    return undefined
  }
}

type Next = (error?: Error) => void

/** Schemes of the OpenAPI document, each of which is enough. */
const SECURITY: Readonly<Record<Exclude<Access, 'public'>, readonly string[]>> = {
  order: ['bearer', 'order_token'],
  guest: ['bearer'],
  user: ['bearer'],
  admin: ['bearer'],
  service: ['service'],
}

/** Every route registered after this call checks the caller as its `access` says. */
export function guardRoutes(app: FastifyInstance, checks: AccessChecks): void {
  app.decorateRequest('principal', undefined)
  app.decorate('verifyToken', checks.verifyToken)
  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    if (access === undefined)
      throw new Error(`${String(route.method)} ${route.url} does not state its access`)
    if (access === 'public') return
    const guard = access === 'service' ? serviceGuard(checks) : userGuard(checks, access)
    route.onRequest = [guard, ...[route.onRequest ?? []].flat()]
    route.schema = { security: SECURITY[access].map((scheme) => ({ [scheme]: [] })), ...route.schema }
  })
}

function userGuard({ verifyToken }: AccessChecks, access: Access) {
  if (!verifyToken) throw new Error(`A route of access "${access}" needs verifyToken`)
  return (request: FastifyRequest, _reply: unknown, next: Next) => {
    const admit = (principal: Principal) => {
      if (access === 'admin' && principal.role !== 'admin') {
        return next(new Problem('forbidden', 'This needs the role admin.'))
      }
      if (access === 'user' && principal.role === 'guest') {
        return next(new Problem('forbidden', 'This needs an account. Register, or log in.'))
      }
      request.principal = principal
      next()
    }
    const { authorization, [ORDER_TOKEN_HEADER]: orderToken } = request.headers
    if (access === 'order' && authorization === undefined && orderToken !== undefined) return next()
    attempt(next, () => {
      const verified = verifyToken(bearerToken(request))
      if (verified instanceof Promise) verified.then(admit, next)
      else admit(verified)
    })
  }
}

function serviceGuard({ verifyServiceToken }: AccessChecks) {
  if (!verifyServiceToken) throw new Error('A route of access "service" needs verifyServiceToken')
  return (request: FastifyRequest, _reply: unknown, next: Next) =>
    attempt(next, () => {
      const verified = verifyServiceToken(bearerToken(request))
      if (verified instanceof Promise) verified.then(() => next(), next)
      else next()
    })
}

function attempt(next: Next, check: () => void) {
  try {
    check()
  } catch (error) {
    next(error as Error)
  }
}

export function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization
  const token = header?.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : ''
  if (token === '') {
    throw new Problem(
      'unauthenticated',
      'Send an access token: "Authorization: Bearer <token>". POST /login gives one.',
    )
  }
  return token
}
