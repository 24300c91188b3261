/** Registering, logging in, refreshing and logging out. */
import type { App } from '@shop/service_kit/http/app_types'
import { problemResponses } from '@shop/service_kit/http/schemas'
import Type from 'typebox'
import { type AccountPorts, login, logout, register } from '../domain/accounts.ts'
import type { IssueAccessToken } from '../domain/ports.ts'
import { refreshSession } from '../domain/sessions.ts'
import { whileTheyWait } from './callers.ts'
import { PROBLEMS } from './problems.ts'
import { LoginBody, RefreshBody, RegisterBody, TokensView, tokensView, UserView, view } from './schemas.ts'

export type SessionRoutesDeps = {
  readonly ports: AccountPorts
  readonly issueAccessToken: IssueAccessToken
  /** Told how each login ended: `success` or the problem's code. */
  readonly onLogin: (outcome: string) => void
  /** Told how each refresh ended: `rotated`, `replayed` or the problem's code. */
  readonly onRefresh: (outcome: string) => void
}

const tags = ['sessions']
const faults = ['validation_failed', 'malformed_body', 'body_too_large', 'unsupported_media_type'] as const

export function sessionRoutes(deps: SessionRoutesDeps) {
  const { ports, issueAccessToken, onLogin, onRefresh } = deps
  return async (app: App) => {
    app.post(
      '/register',
      {
        config: { access: 'public' },
        schema: {
          tags,
          summary: 'Make an account',
          operationId: 'register',
          body: RegisterBody,
          response: {
            201: UserView,
            ...problemResponses(
              PROBLEMS,
              ...faults,
              'password_refused',
              'username_taken',
              'too_many_attempts',
              'overloaded',
              'store_unavailable',
            ),
          },
        },
      },
      (request, reply) =>
        whileTheyWait(request, reply, async (caller) =>
          reply.code(201).send(view(await register(ports, request.body, caller))),
        ),
    )

    app.post(
      '/login',
      {
        config: { access: 'public' },
        schema: {
          tags,
          summary: 'Exchange username and password for tokens',
          operationId: 'login',
          body: LoginBody,
          response: {
            200: TokensView,
            ...problemResponses(
              PROBLEMS,
              ...faults,
              'invalid_credentials',
              'too_many_attempts',
              'overloaded',
              'store_unavailable',
            ),
          },
        },
      },
      (request, reply) =>
        whileTheyWait(request, reply, (caller) =>
          observed(onLogin, async () => {
            const { account, refreshToken } = await login(ports, request.body, caller)
            const accessToken = await issueAccessToken(account, ports.now())
            return { outcome: 'success', answer: tokensView(accessToken, refreshToken, account) }
          }),
        ),
    )

    app.post(
      '/token',
      {
        config: { access: 'public' },
        schema: {
          tags,
          summary: 'Exchange a refresh token for new tokens',
          description:
            'Each refresh token is good once. Sent again within 30 seconds it gets the same successor, so ' +
            'an answer lost on the way does no harm; sent again later it ends the session.',
          operationId: 'refresh_tokens',
          body: RefreshBody,
          response: {
            200: TokensView,
            ...problemResponses(
              PROBLEMS,
              ...faults,
              'invalid_refresh_token',
              'overloaded',
              'store_unavailable',
            ),
          },
        },
      },
      (request) =>
        observed(onRefresh, async () => {
          const { account, refreshToken, replayed } = await refreshSession(ports, request.body.refresh_token)
          const accessToken = await issueAccessToken(account, ports.now())
          return {
            outcome: replayed ? 'replayed' : 'rotated',
            answer: tokensView(accessToken, refreshToken, account),
          }
        }),
    )

    app.post(
      '/logout',
      {
        config: { access: 'public' },
        schema: {
          tags,
          summary: 'End a session',
          operationId: 'logout',
          body: RefreshBody,
          response: {
            204: Type.Null({ description: 'The session is over, or was already' }),
            ...problemResponses(PROBLEMS, ...faults, 'overloaded', 'store_unavailable'),
          },
        },
      },
      async (request, reply) => {
        await logout(ports, request.body.refresh_token)
        return reply.code(204).send(null)
      },
    )
  }
}

async function observed<T>(
  tell: (outcome: string) => void,
  work: () => Promise<{ outcome: string; answer: T }>,
): Promise<T> {
  try {
    const { outcome, answer } = await work()
    tell(outcome)
    return answer
  } catch (error) {
    const { code } = error as { code?: string }
    tell(code !== undefined && Object.hasOwn(PROBLEMS, code) ? code : 'internal_error')
    throw error
  }
}
