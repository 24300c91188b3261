/**
 * Sends an attempt, or asks for its outcome. Neither throws. A guest has no list of orders: the same attempt is sent again, which finds the
 * order that it made, and makes none after its quote has expired.
 */
import { dataOf, ShopProblem, shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { keepOrderToken } from '../orders/order_token.ts'
import { isRejection, type RejectionReason } from '../orders/rejection.ts'
import type { Attempt } from './attempt.ts'
import { GUEST } from './kept.ts'

export type Outcome =
  | { readonly kind: 'placed'; readonly order: Order }
  /** Price or stock has changed; nothing was bought. */
  | { readonly kind: 'changed'; readonly reason: RejectionReason }
  /** The shop rejected the request. */
  | { readonly kind: 'refused'; readonly error: unknown }
  /** No answer: the order may exist or not. */
  | { readonly kind: 'unknown'; readonly error: unknown }
  /** There is no order with this key. */
  | { readonly kind: 'missing' }

export async function sendAttempt(attempt: Attempt, userId: string): Promise<Outcome> {
  const { key, lines, totalPrice, quoted } = attempt
  try {
    const headers = userId === GUEST ? { authorization: `Bearer ${await shop.guestToken()}` } : {}
    const { order_token, ...order } = await dataOf(
      shop.orders.POST('/orders', {
        params: { header: { 'idempotency-key': key } },
        headers,
        body: quoted ?? {
          lines: lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
          total_price: totalPrice,
        },
      }),
    )
    if (order_token !== undefined) keepOrderToken(order.id, order_token)
    return outcomeOf(order)
  } catch (error) {
    if (!(error instanceof ShopProblem)) return { kind: 'unknown', error }
    if (isRejection(error.code)) return { kind: 'changed', reason: error.code }
    // With another quote or address the same purchase was ordered before.
    if (error.code === 'idempotency_key_reused' && userId !== GUEST) return askForAttempt(attempt, userId)
    const answered = error.status !== undefined && error.status < 500 && !error.retryable
    return { kind: answered && error.status !== 401 ? 'refused' : 'unknown', error }
  }
}

export async function askForAttempt(attempt: Attempt, userId: string): Promise<Outcome> {
  if (userId === GUEST) return sendAttempt(attempt, userId)
  const { key } = attempt
  try {
    const { items } = await dataOf(
      shop.orders.GET('/orders/user/{user_id}', {
        params: { path: { user_id: userId }, query: { idempotency_key: key } },
      }),
    )
    return items[0] ? outcomeOf(items[0]) : { kind: 'missing' }
  } catch (error) {
    return { kind: 'unknown', error }
  }
}

const outcomeOf = (order: Order): Outcome =>
  order.rejection ? { kind: 'changed', reason: order.rejection.reason } : { kind: 'placed', order }
