/** Guests. */
import type { App } from '@shop/service_kit/http/app_types'
import type { VerifyToken } from '@shop/service_kit/identity/access'
import { type GuestPorts, type KnownGuest, newGuest } from '../domain/guests.ts'
import { whileConnected } from './callers.ts'
import { makeGuestOperation } from './guest_schemas.ts'

export type GuestRoutesDeps = { readonly ports: GuestPorts; readonly verifyToken: VerifyToken }

export function guestRoutes({ ports, verifyToken }: GuestRoutesDeps) {
  /** Undefined for a token that is not valid, or of an account. */
  const knownGuest = async (token: string): Promise<KnownGuest | undefined> => {
    try {
      const { userId, role, signedInAt } = await verifyToken(token)
      if (role !== 'guest' || signedInAt === undefined) return undefined
      return { id: userId, beganAt: new Date(signedInAt * 1000) }
    } catch {
      return undefined
    }
  }
  return async (app: App) => {
    app.post('/guests', makeGuestOperation, async (request, reply) =>
      whileConnected(request, reply, async ({ address }) => {
        const { access_token: before } = request.body
        const known = before === undefined ? undefined : await knownGuest(before)
        const { id, accessToken } = await newGuest(ports, address, known)
        reply.header('cache-control', 'no-store')
        return {
          access_token: accessToken.token,
          token_type: 'Bearer' as const,
          expires_in: accessToken.expiresInSeconds,
          guest: { id },
        }
      }),
    )
  }
}
