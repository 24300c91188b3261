/** The caller's own account, and all accounts for admins. */

import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
} from '@shop/service_kit/http/paging'
import { principalOf } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import { type AccountPorts, changePassword, setRole } from '../domain/accounts.ts'
import type { User } from '../domain/ports.ts'
import { canonicalUsername } from '../domain/usernames.ts'
import {
  changePasswordOperation,
  getMeOperation,
  listUsersOperation,
  meView,
  setRoleOperation,
  userView,
} from './account_schemas.ts'
import { whileConnected } from './callers.ts'
import { createOwnAccounts } from './own_account.ts'

const USERS: CursorList = { name: 'users', key: ['id'] }
const named = (prefix: string): CursorList => ({ name: `users named ${prefix}`, key: ['string'] })

export type AccountRoutesDeps = AccountPorts

export function accountRoutes(ports: AccountRoutesDeps) {
  const { accountOf, requireAdmin } = createOwnAccounts(ports)

  return async (app: App) => {
    app.get('/me', getMeOperation, async (request) => meView(await accountOf(request)))

    app.put('/me/password', changePasswordOperation, async (request, reply) => {
      const { current_password, new_password, refresh_token } = request.body
      const change = {
        currentPassword: current_password,
        newPassword: new_password,
        refreshToken: refresh_token,
      }
      return whileConnected(request, reply, async (caller) => {
        await changePassword(ports, await accountOf(request), change, caller)
        return empty(reply, 204)
      })
    })

    app.get('/users', listUsersOperation, async (request) => {
      await requireAdmin(request)
      const { limit = PAGE_LIMIT_DEFAULT, cursor, q, ids } = request.query
      if (ids !== undefined) {
        if (Object.keys(request.query).some((name) => name !== 'ids' && name !== 'limit'))
          throw new Problem('validation_failed', 'ids comes without q and cursor.')
        return { items: (await ports.users.findMany(ids.split(','))).map(userView), next_cursor: null }
      }
      const prefix = q === undefined ? undefined : canonicalUsername(q)
      const list = prefix === undefined ? USERS : named(prefix)
      const [after] = (decodeCursor(cursor, list) ?? []) as [string?]
      const page = { after, limit: limit + 1 }
      const users = await (prefix === undefined
        ? ports.users.list(page)
        : ports.users.listNamed({ prefix, ...page }))
      const items = users.slice(0, limit)
      const last = users.length > limit ? items.at(-1) : undefined
      const keyOf = ({ id, username }: User) => (prefix === undefined ? id : canonicalUsername(username))
      return { items: items.map(userView), next_cursor: last ? encodeCursor([keyOf(last)], list) : null }
    })

    app.put('/users/:id/role', setRoleOperation, async (request) => {
      await requireAdmin(request)
      const { userId } = principalOf(request)
      return userView(await setRole(ports, request.params.id, request.body.role, userId))
    })
  }
}
