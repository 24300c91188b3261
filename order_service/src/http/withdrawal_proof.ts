/**
 * The order whose buyer states a withdrawal: by the token of a guest's order, or signed in as its owner. Who has it does not wait for strangers
 * who have used up the statements of an hour. A token that is wrong proves nothing, and refuses nothing.
 */
import { callerOf } from '@shop/service_kit/identity/access'
import { ORDER_TOKEN_HEADER, type OrderTokens } from '@shop/service_kit/identity/order_tokens'
import type { FastifyRequest } from 'fastify'
import { isGuestOrder, ownerOf } from '../domain/guests.ts'
import type { OrderStore } from '../domain/ports.ts'
import { numberIn } from '../domain/withdrawals.ts'

export type WithdrawalProofDeps = {
  readonly orders: Pick<OrderStore, 'findByNumber'>
  readonly orderTokens: OrderTokens
}

/** Without a token nothing is looked up (W1). Resolves the id of the order. */
export async function provenOrder(
  { orders, orderTokens }: WithdrawalProofDeps,
  request: FastifyRequest,
  orderNumber: string,
): Promise<string | undefined> {
  const { authorization, [ORDER_TOKEN_HEADER]: token } = request.headers
  const number = numberIn(orderNumber)
  if (number === undefined || (authorization === undefined && token === undefined)) return undefined
  const order = (await orders.findByNumber(number))?.order
  if (order === undefined) return undefined
  if (typeof token === 'string' && isGuestOrder(order) && orderTokens.isOf(order.id, token)) return order.id
  return (await callerOf(request))?.userId === ownerOf(order) ? order.id : undefined
}
