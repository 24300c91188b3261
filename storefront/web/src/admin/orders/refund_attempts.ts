/**
 * The Idempotency-Keys of refunds whose outcome is not known.
 *
 * Invariant: until the outcome of a refund is known the same refund of the same order has the same key. So it never gives back twice
 * after a lost answer, also when the dialog was closed, other amounts were tried between, or the page was loaded again.
 */
import { newKey } from '@shop/client/attempt_keys'
import type { KeyValueStorage } from '../../storage.ts'

export type RefundWish = {
  readonly amount?: string
  readonly lines?: { product_id: string; quantity: number }[]
  readonly shipping?: boolean
  readonly by_hand?: boolean
  readonly reason: string
}

const nameOf = (orderId: string) => `shop.refunds.${orderId}`
const textOf = ({ amount, lines, shipping = false, by_hand = false, reason }: RefundWish) => {
  const units = lines?.map(({ product_id, quantity }) => [product_id, quantity])
  return JSON.stringify([amount, units, shipping, by_hand, reason])
}

function readKeys(storage: KeyValueStorage, orderId: string): Record<string, string> {
  try {
    const keys: unknown = JSON.parse(storage.getItem(nameOf(orderId)) ?? '{}')
    return keys instanceof Object ? (keys as Record<string, string>) : {}
  } catch {
    return {}
  }
}

/** Stored before anything is sent. */
export function beginRefund(storage: KeyValueStorage, orderId: string, wish: RefundWish): string {
  const keys = readKeys(storage, orderId)
  const key = keys[textOf(wish)] ?? newKey()
  storage.setItem(nameOf(orderId), JSON.stringify({ ...keys, [textOf(wish)]: key }))
  return key
}

/** Its outcome is known. */
export function endRefund(storage: KeyValueStorage, orderId: string, wish: RefundWish): void {
  const { [textOf(wish)]: _, ...others } = readKeys(storage, orderId)
  if (Object.keys(others).length === 0) storage.removeItem(nameOf(orderId))
  else storage.setItem(nameOf(orderId), JSON.stringify(others))
}
