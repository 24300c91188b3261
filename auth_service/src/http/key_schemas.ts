/** The operations that other services use to verify access tokens, and their JSON. */
import { operationsOf } from '@shop/service_kit/http/operation'
import { Id, IfNoneMatchHeaders } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import type { Withdrawal } from '../domain/ports.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'keys')

export const KeySetView = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.String(),
      crv: Type.String(),
      x: Type.String(),
      kid: Type.String(),
      alg: Type.String(),
      use: Type.String(),
    }),
  ),
})

const WithdrawnView = Type.Object({
  withdrawn: Type.Array(Type.Object({ user_id: Id, least_version: Type.Integer({ minimum: 1 }) })),
})

export const withdrawnView = (withdrawals: readonly Withdrawal[]): Static<typeof WithdrawnView> => ({
  withdrawn: withdrawals.map(({ userId, leastVersion }) => ({
    user_id: userId,
    least_version: leastVersion,
  })),
})

export const getKeysOperation = operation({
  operationId: 'getKeys',
  summary: 'Public keys',
  access: 'public',
  response: { 200: KeySetView },
  problems: ['store_unavailable'],
})

export const getWithdrawnTokensOperation = operation({
  operationId: 'getWithdrawnTokens',
  summary: 'Accounts whose access tokens were withdrawn',
  description:
    'Accounts whose role or password changed within the lifetime of an access token. A token of such an account is ' +
    'valid only if its `ver` is at least `least_version`. Fetch it every few seconds, with `If-None-Match`.',
  access: 'public',
  headers: IfNoneMatchHeaders,
  response: { 200: WithdrawnView, 304: Type.Null({ description: 'Nothing changed' }) },
  problems: ['store_unavailable'],
})
