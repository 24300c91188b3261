/** One's own account, and the admin's view of all accounts. */

import type { App } from '@shop/service_kit/http/app_types'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
  PageOf,
  PageQuery,
} from '@shop/service_kit/http/paging'
import { problemResponses } from '@shop/service_kit/http/schemas'
import { principalOf } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { type AccountPorts, changePassword, setRole } from '../domain/accounts.ts'
import type { Account } from '../domain/ports.ts'
import { whileTheyWait } from './callers.ts'
import { PROBLEMS } from './problems.ts'
import { PasswordBody, RoleBody, UserParams, UserView, view } from './schemas.ts'

const tags = ['accounts']
const signedIn = ['unauthenticated', 'keys_unavailable', 'store_unavailable'] as const
const faults = ['validation_failed', 'malformed_body', 'body_too_large', 'unsupported_media_type'] as const

const USERS: CursorList = { name: 'users', key: ['id'] }

export function accountRoutes(ports: AccountPorts) {
  /** The caller as the store knows them now; a token may be older than a change of role. */
  const accountOf = async (request: FastifyRequest): Promise<Account> => {
    const account = await ports.users.find(principalOf(request).userId)
    if (!account) throw new Problem('unauthenticated', 'The account of this token does not exist.')
    return account
  }
  const requireAdmin = async (request: FastifyRequest) => {
    if ((await accountOf(request)).role !== 'admin') {
      throw new Problem('forbidden', 'This needs the role admin.')
    }
  }

  return async (app: App) => {
    app.get(
      '/me',
      {
        config: { access: 'user' },
        schema: {
          tags,
          summary: 'Your account',
          operationId: 'get_me',
          response: { 200: UserView, ...problemResponses(PROBLEMS, ...signedIn) },
        },
      },
      async (request) => view(await accountOf(request)),
    )

    app.put(
      '/me/password',
      {
        config: { access: 'user' },
        schema: {
          tags,
          summary: 'Change your password',
          description:
            'Ends all sessions of the account, except the one `refresh_token` belongs to. Access tokens given out ' +
            'before are withdrawn: here at once, elsewhere within seconds.',
          operationId: 'change_password',
          body: PasswordBody,
          response: {
            204: Type.Null({ description: 'Changed' }),
            ...problemResponses(
              PROBLEMS,
              ...faults,
              ...signedIn,
              'password_refused',
              'wrong_password',
              'too_many_attempts',
              'overloaded',
            ),
          },
        },
      },
      async (request, reply) => {
        const { current_password, new_password, refresh_token } = request.body
        const change = {
          currentPassword: current_password,
          newPassword: new_password,
          refreshToken: refresh_token,
        }
        return whileTheyWait(request, reply, async (caller) => {
          await changePassword(ports, await accountOf(request), change, caller)
          return reply.code(204).send(null)
        })
      },
    )

    app.get(
      '/users',
      {
        config: { access: 'admin' },
        schema: {
          tags,
          summary: 'All accounts, newest first',
          operationId: 'list_users',
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: {
            200: PageOf(UserView),
            ...problemResponses(PROBLEMS, 'validation_failed', 'malformed_cursor', ...signedIn, 'forbidden'),
          },
        },
      },
      async (request) => {
        await requireAdmin(request)
        const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
        const [after] = (decodeCursor(cursor, USERS) ?? []) as [string?]
        const users = await ports.users.list({ after, limit: limit + 1 })
        const items = users.slice(0, limit)
        const last = items.at(-1)
        return {
          items: items.map(view),
          next_cursor: users.length > limit && last ? encodeCursor([last.id], USERS) : null,
        }
      },
    )

    app.put(
      '/users/:id/role',
      {
        config: { access: 'admin' },
        schema: {
          tags,
          summary: 'Make a user an admin, or a customer again',
          description:
            'Withdraws the access tokens of the account: here at once, elsewhere within seconds. The next refresh ' +
            'gives one with the new role.',
          operationId: 'set_role',
          params: UserParams,
          body: RoleBody,
          response: {
            200: UserView,
            ...problemResponses(
              PROBLEMS,
              ...faults,
              ...signedIn,
              'forbidden',
              'user_not_found',
              'last_admin',
              'overloaded',
            ),
          },
        },
      },
      async (request) => {
        await requireAdmin(request)
        return view(await setRole(ports, request.params.id, request.body.role))
      },
    )
  }
}
