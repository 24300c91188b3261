/**
 * Tokens of orders that were placed without an account. They come with the answer to the order, or after the `#` of a link, and are kept
 * in this tab alone: a payment page and a reload come back to them, and another visitor of the browser does not.
 */
import { tabStorage } from '../storage.ts'

const KEY = 'shop.order_tokens'

function tokens(): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(tabStorage.getItem(KEY) ?? '{}'))
  } catch {
    return {}
  }
}

export function orderToken(orderId: string): string | undefined {
  const token = Object.entries(tokens()).find(([id]) => id === orderId)?.[1]
  return typeof token === 'string' ? token : undefined
}

export function keepOrderToken(orderId: string, token: string): void {
  try {
    tabStorage.setItem(KEY, JSON.stringify({ ...tokens(), [orderId]: token }))
  } catch {
    // The mail has it, too.
  }
}

export const forgetOrderTokens = (): void => tabStorage.removeItem(KEY)

/** What a link has after the `#`. */
export const tokenIn = (hash: string): string | undefined =>
  new URLSearchParams(hash.slice(1)).get('token') || undefined

/** The header that opens the order, if there is a token of it here. */
export function tokenHeader(orderId: string): { headers?: { 'order-token': string } } {
  const token = orderToken(orderId)
  return token === undefined ? {} : { headers: { 'order-token': token } }
}
