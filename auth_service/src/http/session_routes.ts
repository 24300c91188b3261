/** Registration, login, refresh and logout. */

import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { logout, register } from '../domain/accounts.ts'
import type { IssueAccessToken } from '../domain/crypto_ports.ts'
import { refreshSession } from '../domain/sessions.ts'
import { type SignInPorts, signIn } from '../domain/sign_in.ts'
import { userView } from './account_schemas.ts'
import { whileConnected } from './callers.ts'
import { PROBLEMS } from './problems.ts'
import {
  loginOperation,
  logoutOperation,
  refreshSessionOperation,
  registerOperation,
  tokensView,
} from './session_schemas.ts'

export type SessionRoutesDeps = {
  readonly ports: SignInPorts
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

    app.post('/login', loginOperation, (request, reply) =>
      whileConnected(request, reply, (caller) =>
        observed(onLogin, async () => {
          const { account, readAt, session, refreshToken } = await signIn(ports, request.body, caller)
          const accessToken = await issueAccessToken(account, readAt, session)
          return { outcome: 'success', answer: tokensView(accessToken, refreshToken, account) }
        }),
      ),
    )

    app.post('/token', refreshSessionOperation, (request) =>
      observed(onRefresh, async () => {
        const { account, readAt, session, refreshToken, replayed } = await refreshSession(
          ports,
          request.body.refresh_token,
        )
        const accessToken = await issueAccessToken(account, readAt, session)
        return {
          outcome: replayed ? 'replayed' : 'rotated',
          answer: tokensView(accessToken, refreshToken, account),
        }
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
