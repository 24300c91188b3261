/** The passkeys of an account. Signing in with one: session_routes.ts. */
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { addPasskey, beginPasskey, type PasskeyPorts, passkeysOf, removePasskey } from '../domain/passkeys.ts'
import { whileConnected } from './callers.ts'
import { createOwnAccounts, proofOf } from './own_account.ts'
import {
  addPasskeyOperation,
  deletePasskeyOperation,
  listPasskeysOperation,
  makePasskeyOptionsOperation,
  passkeyView,
} from './passkey_schemas.ts'

export type PasskeyRoutesDeps = PasskeyPorts

export function passkeyRoutes(ports: PasskeyRoutesDeps) {
  const { accountOf } = createOwnAccounts(ports)
  return async (app: App) => {
    app.get('/me/passkeys', listPasskeysOperation, async (request) => ({
      items: (await passkeysOf(ports, (await accountOf(request)).id)).map(passkeyView),
    }))

    app.post('/me/passkeys/options', makePasskeyOptionsOperation, async (request, reply) =>
      whileConnected(request, reply, async (caller) => {
        const proof = proofOf(request, request.body.current_password)
        const options = await beginPasskey(ports, await accountOf(request), proof, caller)
        reply.header('cache-control', 'no-store')
        return options
      }),
    )

    app.post('/me/passkeys', addPasskeyOperation, async (request, reply) => {
      const { name, credential: response } = request.body
      const added = await addPasskey(ports, await accountOf(request), { response, name })
      return reply.code(201).send(passkeyView(added))
    })

    app.delete('/me/passkeys/:id', deletePasskeyOperation, async (request, reply) => {
      await removePasskey(ports, await accountOf(request), request.params.id)
      return empty(reply, 204)
    })
  }
}
