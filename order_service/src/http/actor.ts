/** The caller as an actor of the domain. */
import { type Principal, principalOf } from '@shop/service_kit/identity/access'
import { ORDER_TOKEN_HEADER, type OrderTokens } from '@shop/service_kit/identity/order_tokens'
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../domain/change_order.ts'

export type SignedIn = Actor & { readonly userId: string }
type Caller = Pick<FastifyRequest, 'principal' | 'headers'>

export const actorOf = ({ userId, role }: Principal): SignedIn => ({ userId, admin: role === 'admin' })

/** Of a route of access `order`: a token that is not that of this order is as none. */
export function readerOf(request: Caller, orderId: string, tokens: OrderTokens): Actor {
  const { [ORDER_TOKEN_HEADER]: token } = request.headers
  const tokenOf = typeof token === 'string' && tokens.isOf(orderId, token) ? orderId : undefined
  return { ...viewerOf(request), tokenOf }
}

/** For what depends on the role alone. */
export const viewerOf = (request: Caller): Actor =>
  request.principal === undefined ? { userId: undefined, admin: false } : actorOf(principalOf(request))
