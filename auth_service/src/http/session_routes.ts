/** Registration, login, refresh and logout. */

import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, type LoggedIn, logout, register } from '../domain/accounts.ts'
import type { IssueAccessToken } from '../domain/crypto_ports.ts'
import { beginPasskeyLogin, type PasskeyPorts, signInWithPasskey } from '../domain/passkeys.ts'
import { refresh, signIn, signInWithCode } from '../domain/sign_in.ts'
import { userView } from './account_schemas.ts'
import { whileConnected } from './callers.ts'
import { loginWithPasskeyOperation, makePasskeyLoginOptionsOperation } from './passkey_schemas.ts'
import { PROBLEMS } from './problems.ts'
import {
  loginOperation,
  loginWithCodeOperation,
  logoutOperation,
  refreshSessionOperation,
  registerOperation,
  tokensView,
} from './session_schemas.ts'

export type SessionRoutesDeps = {
  readonly ports: PasskeyPorts
  readonly issueAccessToken: IssueAccessToken
  /** Called with the outcome of each login: `success` or the problem's code. */
  readonly onLogin: (outcome: string) => void
  /** Called with the outcome of each refresh: `rotated`, `replayed` or the problem's code. */
  readonly onRefresh: (outcome: string) => void
}

export function sessionRoutes(deps: SessionRoutesDeps) {
  const { ports, issueAccessToken, onLogin, onRefresh } = deps
  return async (app: App) => {
    app.post('/register', registerOperation, (request, reply) =>
      whileConnected(request, reply, async (caller) =>
        reply.code(201).send(userView(await register(ports, request.body, caller))),
      ),
    )

    const answer = async ({ account, readAt, session, refreshToken, needsSecondFactor }: LoggedIn) => {
      const accessToken = await issueAccessToken(account, readAt, session)
      return tokensView(accessToken, refreshToken, account, needsSecondFactor)
    }
    const loggedIn = (
      request: FastifyRequest,
      reply: FastifyReply,
      work: (caller: Caller) => Promise<LoggedIn>,
    ) =>
      whileConnected(request, reply, (caller) =>
        observed(onLogin, async () => ({ outcome: 'success', answer: await answer(await work(caller)) })),
      )

    app.post('/login', loginOperation, (request, reply) =>
      loggedIn(request, reply, (caller) => signIn(ports, request.body, caller)),
    )

    app.post('/login/second_factor', loginWithCodeOperation, (request, reply) =>
      loggedIn(request, reply, (caller) => signInWithCode(ports, request.body, caller)),
    )

    app.post('/login/passkey/options', makePasskeyLoginOptionsOperation, async (request, reply) =>
      whileConnected(request, reply, async (caller) => {
        reply.header('cache-control', 'no-store')
        return beginPasskeyLogin(ports, caller)
      }),
    )

    app.post('/login/passkey', loginWithPasskeyOperation, (request, reply) =>
      loggedIn(request, reply, (caller) => signInWithPasskey(ports, request.body.credential, caller)),
    )

    app.post('/token', refreshSessionOperation, (request) =>
      observed(onRefresh, async () => {
        const refreshed = await refresh(ports, request.body.refresh_token)
        return { outcome: refreshed.replayed ? 'replayed' : 'rotated', answer: await answer(refreshed) }
      }),
    )

    app.post('/logout', logoutOperation, async (request, reply) => {
      await logout(ports, request.body.refresh_token)
      return empty(reply, 204)
    })
  }
}

async function observed<T>(
  report: (outcome: string) => void,
  work: () => Promise<{ outcome: string; answer: T }>,
): Promise<T> {
  try {
    const { outcome, answer } = await work()
    report(outcome)
    return answer
  } catch (error) {
    const { code } = error as { code?: string }
    report(code !== undefined && Object.hasOwn(PROBLEMS, code) ? code : 'internal_error')
    throw error
  }
}
