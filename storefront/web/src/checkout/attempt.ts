/**
 * One attempt to buy, and the name by which we can always ask what became of it (invariant 4).
 *
 * Promises
 *  1. The attempt and its idempotency key are written down before anything is sent, and forgotten only when its
 *     outcome is known. A closed tab, a reload or a lost connection finds it again.
 *  2. The same purchase keeps its key: sent twice, from two tabs or after an outage, it makes one order.
 */

import { type CartLine, isLine } from '../cart/cart_line.ts'
import type { KeyValueStorage } from '../storage.ts'
import { isSameAmount, totalOf } from '../ui/money_math.ts'

export type Attempt = {
  readonly key: string
  readonly lines: readonly CartLine[]
  readonly totalPrice: string
  /** The visitor was told that it did not arrive and went back to the cart; only its key is still of use. */
  readonly setAside: boolean
}

const keyOf = (userId: string) => `shop.attempt.${userId}`

export function readAttempt(storage: KeyValueStorage, userId: string): Attempt | undefined {
  try {
    const attempt: Partial<Attempt> | null = JSON.parse(storage.getItem(keyOf(userId)) ?? 'null')
    return attempt?.key && attempt.lines?.every(isLine) ? (attempt as Attempt) : undefined
  } catch {
    return undefined
  }
}

/** Writes down the attempt to buy `lines`: a new one, or again the one not yet answered. Fails when the browser refuses to store. */
export function beginAttempt(storage: KeyValueStorage, userId: string, lines: readonly CartLine[]): Attempt {
  const totalPrice = totalOf(lines)
  const known = readAttempt(storage, userId)
  const key = known && isSamePurchase(known.lines, lines) ? known.key : newKey()
  const attempt = { key, lines, totalPrice, setAside: false }
  storage.setItem(keyOf(userId), JSON.stringify(attempt))
  return attempt
}

export function setAttemptAside(storage: KeyValueStorage, userId: string): void {
  const attempt = readAttempt(storage, userId)
  if (!attempt) return
  try {
    storage.setItem(keyOf(userId), JSON.stringify({ ...attempt, setAside: true }))
  } catch {
    storage.removeItem(keyOf(userId))
  }
}

/** Its outcome is known. */
export function endAttempt(storage: KeyValueStorage, userId: string, key: string): void {
  if (readAttempt(storage, userId)?.key === key) storage.removeItem(keyOf(userId))
}

export function isSamePurchase(one: readonly CartLine[], other: readonly CartLine[]): boolean {
  if (one.length !== other.length || !isSameAmount(totalOf(one), totalOf(other))) return false
  return one.every(
    ({ productId, quantity }, i) => other[i]!.productId === productId && other[i]!.quantity === quantity,
  )
}

/** crypto.randomUUID is missing on pages served without TLS. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
