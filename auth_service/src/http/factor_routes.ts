/** The second factor of an account. */
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { principalOf } from '@shop/service_kit/identity/access'
import { removeFactor, resetFactors } from '../domain/remove_factors.ts'
import {
  beginFactor,
  confirmFactor,
  type FactorPorts,
  factorState,
  renewRecoveryCodes,
} from '../domain/second_factors.ts'
import { whileConnected } from './callers.ts'
import {
  confirmSecondFactorOperation,
  deleteSecondFactorOperation,
  deleteUserSecondFactorOperation,
  getSecondFactorOperation,
  makeRecoveryCodesOperation,
  makeSecondFactorOperation,
} from './factor_schemas.ts'
import { createOwnAccounts, proofOf } from './own_account.ts'

export type FactorRoutesDeps = FactorPorts

export function factorRoutes(ports: FactorRoutesDeps) {
  const { accountOf, requireAdmin } = createOwnAccounts(ports)
  return async (app: App) => {
    app.get('/me/totp', getSecondFactorOperation, async (request) => {
      const { confirmedAt, recoveryCodesLeft } = await factorState(ports, (await accountOf(request)).id)
      return { confirmed_at: confirmedAt, recovery_codes_left: recoveryCodesLeft }
    })

    app.post('/me/totp', makeSecondFactorOperation, async (request, reply) =>
      whileConnected(request, reply, async (caller) => {
        const proof = proofOf(request, request.body.current_password)
        const made = await beginFactor(ports, await accountOf(request), proof, caller)
        return reply.header('cache-control', 'no-store').code(201).send(made)
      }),
    )

    app.put('/me/totp', confirmSecondFactorOperation, async (request, reply) =>
      whileConnected(request, reply, async (caller) => {
        const { sessionId } = principalOf(request)
        const given = { code: request.body.code, sessionId }
        const codes = await confirmFactor(ports, await accountOf(request), given, caller)
        reply.header('cache-control', 'no-store')
        return { recovery_codes: codes }
      }),
    )

    app.delete('/me/totp', deleteSecondFactorOperation, async (request, reply) =>
      whileConnected(request, reply, async (caller) => {
        const { code, current_password } = request.body
        await removeFactor(ports, await accountOf(request), code, proofOf(request, current_password), caller)
        return empty(reply, 204)
      }),
    )

    app.post('/me/recovery_codes', makeRecoveryCodesOperation, async (request, reply) =>
      whileConnected(request, reply, async (caller) => {
        const proof = proofOf(request, request.body.current_password)
        const codes = await renewRecoveryCodes(ports, await accountOf(request), proof, caller)
        reply.header('cache-control', 'no-store')
        return { recovery_codes: codes }
      }),
    )

    app.delete('/users/:id/second_factor', deleteUserSecondFactorOperation, async (request, reply) => {
      await requireAdmin(request)
      await resetFactors(ports, request.params.id, principalOf(request).userId)
      return empty(reply, 204)
    })
  }
}
