/**
 * One attempt to buy, with the idempotency key by which its outcome can always be found (invariant 4).
 *
 * Invariants
 *  1. The attempt and its key are stored before anything is sent, and deleted only when the outcome is known. So it
 *     survives a closed tab, a reload and a lost connection.
 *  2. The same purchase keeps its key: sent twice, from two tabs or after an outage, it makes one order; also with another quote
 *     or address than before.
 */

import { newKey } from '@shop/client/attempt_keys'
import { type CartLine, isLine } from '../cart/cart_line.ts'
import type { KeyValueStorage } from '../storage.ts'
import { isSameAmount, totalOf } from '../ui/money_math.ts'
import type { QuotedBody } from './buyer.ts'
import { GUEST, keyOfAttempt } from './kept.ts'

export type Attempt = {
  readonly key: string
  readonly lines: readonly CartLine[]
  readonly totalPrice: string
  /** The whole request, if it has a quote. */
  readonly quoted?: QuotedBody | undefined
  /** It did not arrive and the visitor went back to the cart; only its key is still needed. */
  readonly setAside: boolean
}

export function readAttempt(storage: KeyValueStorage, userId: string): Attempt | undefined {
  try {
    const attempt: Partial<Attempt> | null = JSON.parse(storage.getItem(keyOfAttempt(userId)) ?? 'null')
    return attempt?.key && attempt.lines?.every(isLine) ? (attempt as Attempt) : undefined
  } catch {
    return undefined
  }
}

/** Stores an attempt to buy `lines`, with the key of the open attempt if it is the same purchase. Throws when the browser cannot store it. */
export function beginAttempt(
  storage: KeyValueStorage,
  userId: string,
  lines: readonly CartLine[],
  quoted?: QuotedBody,
): Attempt {
  const totalPrice = totalOf(lines)
  const known = readAttempt(storage, userId)
  const key = known && isSamePurchase(known.lines, lines) ? known.key : newKey()
  const attempt = { key, lines, totalPrice, setAside: false, ...(quoted ? { quoted } : {}) }
  storage.setItem(keyOfAttempt(userId), JSON.stringify(attempt))
  return attempt
}

/** Has it been sent, without an answer so far? */
export function isAttemptOpen(storage: KeyValueStorage, userId: string): boolean {
  const attempt = readAttempt(storage, userId)
  return attempt !== undefined && !attempt.setAside
}

/**
 * Who orders next. Of a guest who signs in before the outcome of an attempt is known, that outcome comes first: what is in the cart may be
 * bought already.
 */
export const buyerNow = (storage: KeyValueStorage, userId: string | undefined): string =>
  isAttemptOpen(storage, GUEST) ? GUEST : (userId ?? GUEST)

export function setAttemptAside(storage: KeyValueStorage, userId: string): void {
  const attempt = readAttempt(storage, userId)
  if (!attempt) return
  try {
    storage.setItem(keyOfAttempt(userId), JSON.stringify({ ...attempt, setAside: true }))
  } catch {
    storage.removeItem(keyOfAttempt(userId))
  }
}

/** Call it when the outcome is known. */
export function endAttempt(storage: KeyValueStorage, userId: string, key: string): void {
  if (readAttempt(storage, userId)?.key === key) storage.removeItem(keyOfAttempt(userId))
}

export function isSamePurchase(one: readonly CartLine[], other: readonly CartLine[]): boolean {
  if (one.length !== other.length || !isSameAmount(totalOf(one), totalOf(other))) return false
  return one.every(
    ({ productId, quantity }, i) => other[i]!.productId === productId && other[i]!.quantity === quantity,
  )
}
