/**
 * The cart: kept in this browser, the same in all its tabs and after a reload. It remembers the name and price the
 * visitor saw, because that is the price they agree to pay (invariant 8); the cart page tells when it has changed.
 */

export const QUANTITY_MAX = 10_000
export const LINES_MAX = 50
const KEY = 'shop.cart'

export type CartLine = {
  readonly productId: string
  readonly name: string
  readonly unitPrice: string
  readonly currency: string
  readonly quantity: number
}

const EMPTY: readonly CartLine[] = []
const listeners = new Set<() => void>()
let text = ''
let lines: readonly CartLine[] = EMPTY

/** The same array as long as nothing changed, so that views render only when something did. */
export function readCart(): readonly CartLine[] {
  const stored = load()
  if (stored !== text) {
    text = stored
    lines = parse(stored)
  }
  return lines
}

export function changeCart(change: (lines: readonly CartLine[]) => readonly CartLine[]): void {
  const next = change(readCart())
  try {
    if (next.length === 0) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, JSON.stringify(next))
  } catch {}
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

const load = (): string => {
  try {
    return localStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

function parse(stored: string): readonly CartLine[] {
  try {
    const value: unknown = JSON.parse(stored || '[]')
    return Array.isArray(value) ? value.filter(isLine) : EMPTY
  } catch {
    return EMPTY
  }
}

const isLine = (value: Partial<CartLine> | null): value is CartLine =>
  typeof value?.productId === 'string' &&
  typeof value.name === 'string' &&
  typeof value.currency === 'string' &&
  /^\d+(\.\d+)?$/.test(value.unitPrice ?? '') &&
  Number.isInteger(value.quantity) &&
  value.quantity! >= 1

/** Adds to the line there is, or makes one. The newest price seen is the one that counts. */
export const withAdded =
  (added: CartLine) =>
  (lines: readonly CartLine[]): readonly CartLine[] => {
    const known = lines.find(({ productId }) => productId === added.productId)
    if (!known) return lines.length < LINES_MAX ? [...lines, added] : lines
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
