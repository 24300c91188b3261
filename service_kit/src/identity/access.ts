/**
 * Who may call a route (invariant 10, its first half: the role. Whether a *thing* is the caller's own is
 * decided where the thing is loaded).
 *
 * Every route states `config: { access }` or does not compile (app.ts); one that comes from a plugin and states
 * nothing stops the service from starting. So nothing is public by omission, and nothing by its address. `user` means any signed-in account, `admin` an admin, `service` one of our
 * services by its service token (see service_tokens.ts), never a person.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../runtime/problem.ts'

export type Access = 'public' | 'user' | 'admin' | 'service'

export type Principal = {
  readonly userId: string
  readonly username: string
  readonly role: 'customer' | 'admin'
  /** Unix seconds at which the token ends. */
  readonly expiresAt: number
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyInstance {
    /** For the scope of a plugin whose routes are not ours and state nothing. */
    accessOfUnstated: Access | undefined
    /** For `stillAdmitted`. */
    verifyToken: VerifyToken | undefined
  }
  interface FastifyRequest {
    /** Set on routes of access `user` and `admin`; read it through `principalOf`. */
    principal: Principal | undefined
  }
}

/** Resolves the caller behind a bearer token, at once when the token is remembered. Fails with `unauthenticated` or `keys_unavailable`. */
export type VerifyToken = (token: string) => Principal | Promise<Principal>
/** Throws `unauthenticated` unless the token is a fresh one of our services for this service. */
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
 * For an answer that outlives the check at its beginning, such as a stream: does the caller's token still count? Asks
 * the verifier anew: in memory, and without a promise while the token is remembered. Never fails: who can't be
 * told to be admitted is not.
 */
export function stillAdmitted(request: FastifyRequest): boolean | Promise<boolean> {
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

type Next = (error?: Error) => void

/** Adds the check its `access` asks for to every route registered after this call. */
export function guardRoutes(app: FastifyInstance, checks: AccessChecks): void {
  app.decorateRequest('principal', undefined)
  app.decorate('accessOfUnstated', undefined)
  app.decorate('verifyToken', checks.verifyToken)
  app.addHook('onRoute', function (this: FastifyInstance, route) {
    const access = route.config?.access ?? this.accessOfUnstated
    if (access === undefined)
      throw new Error(`${String(route.method)} ${route.url} does not state its access`)
    if (access === 'public') return
    const guard = access === 'service' ? serviceGuard(checks) : userGuard(checks, access)
    route.onRequest = [guard, ...[route.onRequest ?? []].flat()]
    route.schema = { security: [{ [access === 'service' ? 'service' : 'bearer']: [] }], ...route.schema }
  })
}

function userGuard({ verifyToken }: AccessChecks, access: Access) {
  if (!verifyToken) throw new Error(`A route of access "${access}" needs verifyToken`)
  return (request: FastifyRequest, _reply: unknown, next: Next) => {
    const admit = (principal: Principal) => {
      if (access === 'admin' && principal.role !== 'admin') {
        return next(new Problem('forbidden', 'This needs the role admin.'))
      }
      request.principal = principal
      next()
    }
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
