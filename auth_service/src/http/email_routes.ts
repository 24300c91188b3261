/** The e-mail address of an account, and a new password by a link. */
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { principalOf } from '@shop/service_kit/identity/access'
import {
  askForReset,
  type EmailPorts,
  makeResetLink,
  resetByLink,
  setEmail,
  verifyEmail,
} from '../domain/emails.ts'
import { meView } from './account_schemas.ts'
import { whileConnected } from './callers.ts'
import {
  makeResetLinkOperation,
  requestPasswordResetOperation,
  resetPasswordOperation,
  setEmailOperation,
  verifyEmailOperation,
} from './email_schemas.ts'
import { createOwnAccounts, proofOf } from './own_account.ts'

export type EmailRoutesDeps = EmailPorts

export function emailRoutes(ports: EmailRoutesDeps) {
  const { accountOf, requireAdmin } = createOwnAccounts(ports)
  return async (app: App) => {
    app.put('/me/email', setEmailOperation, async (request, reply) => {
      const { email, language, current_password } = request.body
      return whileConnected(request, reply, async (caller) => {
        const account = await accountOf(request)
        const proof = proofOf(request, current_password)
        return meView(await setEmail(ports, account, { email, language }, proof, caller))
      })
    })

    app.post('/email_verifications', verifyEmailOperation, async (request, reply) => {
      await verifyEmail(ports, request.body.token)
      return empty(reply, 204)
    })

    app.post('/password_resets', requestPasswordResetOperation, async (request, reply) =>
      whileConnected(request, reply, async (caller) => {
        await askForReset(ports, request.body, caller)
        return empty(reply, 202)
      }),
    )

    app.put('/password_resets', resetPasswordOperation, async (request, reply) => {
      const { token, new_password: newPassword } = request.body
      return whileConnected(request, reply, async (caller) => {
        await resetByLink(ports, { token, newPassword }, caller)
        return empty(reply, 204)
      })
    })

    app.post('/users/:id/reset_link', makeResetLinkOperation, async (request, reply) => {
      await requireAdmin(request)
      const { userId } = principalOf(request)
      const { token, link, expiresAt } = await makeResetLink(ports, request.params.id, userId)
      reply.header('cache-control', 'no-store')
      return reply.code(201).send({ token, link: link ?? null, expires_at: expiresAt })
    })
  }
}
