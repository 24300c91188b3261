/** The caller's sessions, data, and the deletion of the account. */
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { AccountPorts } from '../domain/accounts.ts'
import { deleteOwnAccount, ownData } from '../domain/own_data.ts'
import { endOwnSession, ownSessions } from '../domain/own_sessions.ts'
import { whileConnected } from './callers.ts'
import { createOwnAccounts, proofOf } from './own_account.ts'
import {
  deleteAccountOperation,
  endOwnSessionOperation,
  exportAccountOperation,
  exportView,
  listOwnSessionsOperation,
  ownSessionView,
} from './own_data_schemas.ts'

export type OwnDataRoutesDeps = AccountPorts & Pick<Runtime, 'randomBytes'>

/** Of a password that is never shown. */
const PASSWORD_BYTES = 32

export function ownDataRoutes(ports: OwnDataRoutesDeps) {
  const { accountOf } = createOwnAccounts(ports)
  return async (app: App) => {
    app.get('/me/sessions', listOwnSessionsOperation, async (request) => {
      const { sessionId } = principalOf(request)
      const sessions = await ownSessions(ports, await accountOf(request))
      return { items: sessions.map((session) => ownSessionView(session, sessionId)) }
    })

    app.delete('/me/sessions/:id', endOwnSessionOperation, async (request, reply) => {
      await endOwnSession(ports, await accountOf(request), request.params.id)
      return empty(reply, 204)
    })

    app.get('/me/export', exportAccountOperation, async (request, reply) => {
      const data = await ownData(ports, await accountOf(request))
      reply.headers({
        'content-disposition': 'attachment; filename="account.json"',
        'cache-control': 'no-store',
      })
      return exportView(data, principalOf(request).sessionId)
    })

    app.delete('/me', deleteAccountOperation, async (request, reply) =>
      whileConnected(request, reply, async (caller) => {
        const proof = proofOf(request, request.body.current_password)
        const unknown = ports.randomBytes(PASSWORD_BYTES).toString('base64url')
        await deleteOwnAccount(ports, await accountOf(request), proof, unknown, caller)
        return empty(reply, 204)
      }),
    )
  }
}
