/**
 * Sessions of pages: the page gets the access token; the refresh token is only in a cookie that scripts cannot read.
 *
 * Invariants
 *  1. No answer of these routes has a refresh token in its body.
 *  2. Each cookie is HttpOnly, SameSite=Strict, sent to /api/auth only, and Secure when the shop is reached by https.
 *  3. The cookie of an account is deleted when auth_service rejects it and at sign-out, also while auth_service cannot be reached.
 *  4. Only our own pages can use it (same_origin.ts).
 *  5. No answer of these routes is cached.
 *  6. A guest is the same one for all pages of the browser, as long as its token lives: a repeated order finds the first one. The cookie
 *     ends with the token, and at sign-out.
 */
import cookie from '@fastify/cookie'
import type { App } from '@shop/service_kit/http/app'
import { empty } from '@shop/service_kit/http/empty'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../errors.ts'
import type { AuthAnswer, AuthCaller } from './auth_caller.ts'
import { rejectCrossSite } from './same_origin.ts'
import {
  changePasswordOperation,
  makeGuestSessionOperation,
  makePasskeyLoginOptionsOperation,
  refreshSessionOperation,
  signInOperation,
  signInWithCodeOperation,
  signInWithPasskeyOperation,
  signOutOperation,
} from './session_schemas.ts'

export const COOKIE_PATH = '/api/auth'
/** A browser accepts a `__Secure-` cookie only over TLS, so an attacker on the network cannot set it. */
export const cookieName = (secure: boolean, of: 'session' | 'guest' = 'session') =>
  `${secure ? '__Secure-' : ''}shop-${of}`

export type SessionRoutesDeps = {
  readonly auth: AuthCaller
  readonly publicOrigin: string | undefined
  readonly sessionTtlSeconds: number
}

const PASSED_HEADERS = ['retry-after', 'www-authenticate']

export function sessionRoutes({ auth, publicOrigin, sessionTtlSeconds }: SessionRoutesDeps) {
  const secure = publicOrigin?.startsWith('https:') ?? false
  const name = cookieName(secure)
  const guestName = cookieName(secure, 'guest')
  const attributes = { path: COOKIE_PATH, httpOnly: true, sameSite: 'strict', secure } as const

  return async (app: App) => {
    await app.register(cookie)
    app.addHook('onRequest', (_request, reply, next) => {
      reply.header('cache-control', 'no-store')
      next()
    })
    app.addHook('onRequest', rejectCrossSite(publicOrigin))

    app.post('/api/auth/login', signInOperation, async (request, reply) =>
      answer(reply, await auth(request, reply, { method: 'POST', path: '/login', body: request.body })),
    )

    app.post('/api/auth/login/second_factor', signInWithCodeOperation, async (request, reply) =>
      answer(
        reply,
        await auth(request, reply, { method: 'POST', path: '/login/second_factor', body: request.body }),
      ),
    )

    app.post('/api/auth/login/passkey/options', makePasskeyLoginOptionsOperation, async (request, reply) =>
      answer(reply, await auth(request, reply, { method: 'POST', path: '/login/passkey/options', body: {} })),
    )

    app.post('/api/auth/login/passkey', signInWithPasskeyOperation, async (request, reply) =>
      answer(
        reply,
        await auth(request, reply, { method: 'POST', path: '/login/passkey', body: request.body }),
      ),
    )

    app.post('/api/auth/guests', makeGuestSessionOperation, async (request, reply) => {
      const before = (request.body as { access_token?: unknown }).access_token ?? request.cookies[guestName]
      const body = before === undefined ? {} : { access_token: before }
      const answered = await auth(request, reply, { method: 'POST', path: '/guests', body })
      if (answered.status === 200) {
        const { access_token, expires_in } = answered.body as { access_token: string; expires_in: number }
        reply.setCookie(guestName, access_token, { ...attributes, maxAge: expires_in })
      }
      return answer(reply, answered)
    })

    app.post('/api/auth/token', refreshSessionOperation, async (request, reply) => {
      const refreshToken = tokenIn(request)
      if (refreshToken === undefined) {
        throw new GatewayError('no_session', 'Sign in first.')
      }
      const body = { refresh_token: refreshToken }
      const answered = await auth(request, reply, { method: 'POST', path: '/token', body })
      if ([400, 401].includes(answered.status)) reply.clearCookie(name, attributes)
      return answer(reply, answered)
    })

    app.post('/api/auth/logout', signOutOperation, async (request, reply) => {
      const refreshToken = tokenIn(request)
      reply.clearCookie(name, attributes).clearCookie(guestName, attributes)
      if (refreshToken !== undefined) {
        const body = { refresh_token: refreshToken }
        // The visitor may close the page at once; the session must end all the same.
        await auth(request, reply, { method: 'POST', path: '/logout', body, ignoreDisconnect: true }).catch(
          (err) =>
            request.log.warn(
              { err },
              'signed out without reaching auth_service; the refresh token stays valid until it expires',
            ),
        )
      }
      return empty(reply, 204)
    })

    app.put('/api/auth/me/password', changePasswordOperation, async (request, reply) => {
      const refreshToken = tokenIn(request)
      const body = {
        ...(request.body as object),
        ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      }
      return answer(reply, await auth(request, reply, { method: 'PUT', path: '/me/password', body }))
    })
  }

  function tokenIn(request: FastifyRequest): string | undefined {
    return request.cookies[name] || undefined
  }

  /** Sends the answer of auth_service, with its refresh token moved into the cookie. */
  function answer(reply: FastifyReply, { status, headers, body }: AuthAnswer): FastifyReply {
    for (const header of PASSED_HEADERS)
      if (headers[header] !== undefined) reply.header(header, headers[header])
    reply.code(status)
    if (body === undefined) return reply.send(null)
    if (status !== 200) {
      return reply
        .type(String(headers['content-type'] ?? 'application/problem+json'))
        .serializer(JSON.stringify)
        .send(body)
    }
    const { refresh_token: refreshToken, ...session } = body as { refresh_token?: string }
    if (refreshToken !== undefined) {
      reply.setCookie(name, refreshToken, { ...attributes, maxAge: sessionTtlSeconds })
    }
    return reply.send(session)
  }
}
