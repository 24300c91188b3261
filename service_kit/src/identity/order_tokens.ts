/**
 * The token of an order that was placed without an account: who has it may read the order and its payment, and cancel it.
 *
 * Invariants
 *  1. It is 128 bits of HMAC-SHA256 of the order's id, under a key that is derived from the secret of the services. Nothing is stored,
 *     and every service that has the secret makes the same one.
 *  2. It opens one order. It is compared in constant time.
 *  3. While the secret is replaced, tokens of the previous one are accepted. After that they open nothing: links in old mails end, and
 *     the buyer asks for a new one (POST /order_links of order_service).
 *  4. It is only in the header `Order-Token`, in bodies and after the `#` of a link: those are in no log.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

const PURPOSE = 'order_token.v1'
const TOKEN_BYTES = 16
export const ORDER_TOKEN_HEADER = 'order-token'

export type OrderTokens = {
  of(orderId: string): string
  isOf(orderId: string, token: string): boolean
}

/** Makes tokens with the first secret, and accepts those of each. */
export function createOrderTokens(secrets: readonly string[]): OrderTokens {
  const keys = secrets.map((secret) => createHmac('sha256', secret).update(PURPOSE).digest())
  const bytesOf = (orderId: string, key: Buffer) =>
    createHmac('sha256', key).update(orderId).digest().subarray(0, TOKEN_BYTES)
  return {
    of: (orderId) => bytesOf(orderId, keys[0]!).toString('base64url'),
    isOf(orderId, token) {
      const given = Buffer.from(token, 'base64url')
      // One spelling only: the last letter has bits that bytes do not.
      if (given.length !== TOKEN_BYTES || given.toString('base64url') !== token) return false
      return keys.some((key) => timingSafeEqual(bytesOf(orderId, key), given))
    },
  }
}
