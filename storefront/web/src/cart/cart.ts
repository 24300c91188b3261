/**
 * The cart is stored in this browser and shared by its tabs. It stores the name and price that the visitor saw, because
 * that is the price they agree to pay (invariant 8). The cart page shows when it has changed.
 */
import { LIMITS } from '@shop/client/generated/limits'
import { browserStorage } from '../storage.ts'
import { type CartLine, isLine, QUANTITY_MAX } from './cart_line.ts'

export const LINES_MAX = LIMITS['POST /orders'].lines.maxItems
const KEY = 'shop.cart'

const EMPTY: readonly CartLine[] = []
const listeners = new Set<() => void>()
let text = ''
let lines: readonly CartLine[] = EMPTY
/** The cart of this tab, when the browser could not store it. */
let unsaved: string | undefined

/** Returns the same array as long as nothing changed, so that views do not render again. */
export function readCart(): readonly CartLine[] {
  const stored = unsaved ?? browserStorage.getItem(KEY) ?? ''
  if (stored !== text) {
    text = stored
    lines = parse(stored)
  }
  return lines
}

export function changeCart(change: (lines: readonly CartLine[]) => readonly CartLine[]): void {
  const next = JSON.stringify(change(readCart()))
  try {
    browserStorage.setItem(KEY, next)
    unsaved = undefined
  } catch {
    unsaved = next
  }
  for (const listener of listeners) listener()
}

export function watchCart(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('storage', listener)
  }
}

function parse(stored: string): readonly CartLine[] {
  try {
    const value: unknown = JSON.parse(stored || '[]')
    if (!Array.isArray(value)) return EMPTY
    const found = value.filter(isLine)
    return found.filter(({ productId }, i) => found.findIndex((line) => line.productId === productId) === i)
  } catch {
    return EMPTY
  }
}

export const isFull = (lines: readonly CartLine[]): boolean => lines.length >= LINES_MAX

/** Adds to the line of the product, or adds a line. The price seen last counts. */
export const withAdded =
  (added: CartLine) =>
  (lines: readonly CartLine[]): readonly CartLine[] => {
    const known = lines.find(({ productId }) => productId === added.productId)
    if (!known) return isFull(lines) ? lines : [...lines, added]
    const quantity = Math.min(known.quantity + added.quantity, QUANTITY_MAX)
    return lines.map((line) => (line === known ? { ...added, quantity } : line))
  }

export const withChanged =
  (productId: string, change: Partial<Omit<CartLine, 'productId'>>) =>
  (lines: readonly CartLine[]): readonly CartLine[] =>
    lines.map((line) => (line.productId === productId ? { ...line, ...change } : line))

export const withoutProducts =
  (productIds: readonly string[]) =>
  (lines: readonly CartLine[]): readonly CartLine[] =>
    lines.filter(({ productId }) => !productIds.includes(productId))
