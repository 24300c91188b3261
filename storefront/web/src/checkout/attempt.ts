/**
 * One attempt to buy, and the name by which we can always ask what became of it (invariant 4).
 *
 * Promises
 *  1. The attempt and its idempotency key are written down before anything is sent, and forgotten only when its
 *     outcome is known. A closed tab, a reload or a lost connection finds it again.
 *  2. The same purchase keeps its key: sent twice, from two tabs or after an outage, it makes one order.
 */

import type { CartLine } from '../cart/cart.ts'
import { isSameAmount, totalOf } from '../ui/money_math.ts'

export type Attempt = {
  readonly key: string
  readonly lines: readonly CartLine[]
  readonly totalPrice: string
  /** The visitor was told that it did not arrive and went back to the cart; only its key is still of use. */
  readonly setAside: boolean
}

const keyOf = (userId: string) => `shop.attempt.${userId}`

export function readAttempt(storage: Storage, userId: string): Attempt | undefined {
  try {
    return JSON.parse(storage.getItem(keyOf(userId)) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

/** Writes down the attempt to buy `lines`: a new one, or again the one not yet answered. Fails when the browser refuses to store. */
export function beginAttempt(storage: Storage, userId: string, lines: readonly CartLine[]): Attempt {
  const totalPrice = totalOf(lines)
  const known = readAttempt(storage, userId)
  const key = known && isSamePurchase(known, lines, totalPrice) ? known.key : newKey()
  const attempt = { key, lines, totalPrice, setAside: false }
  storage.setItem(keyOf(userId), JSON.stringify(attempt))
  return attempt
}

export function setAttemptAside(storage: Storage, userId: string): void {
  const attempt = readAttempt(storage, userId)
  if (attempt) storage.setItem(keyOf(userId), JSON.stringify({ ...attempt, setAside: true }))
}

/** Its outcome is known. */
export function endAttempt(storage: Storage, userId: string, key: string): void {
  if (readAttempt(storage, userId)?.key === key) storage.removeItem(keyOf(userId))
}

function isSamePurchase(attempt: Attempt, lines: readonly CartLine[], totalPrice: string): boolean {
  if (attempt.lines.length !== lines.length || !isSameAmount(attempt.totalPrice, totalPrice)) return false
  return lines.every(({ productId, quantity }, i) => {
    const before = attempt.lines[i]!
    return before.productId === productId && before.quantity === quantity
  })
}

/** crypto.randomUUID is missing on pages served without TLS. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
