/**
 * What has changed since products were added to the cart, and the cart with these changes applied. Pure functions, so
 * that the page shows exactly what one click will do.
 */
import { isSameAmount, totalOf } from '../ui/money_math.ts'
import type { CartLine } from './cart_line.ts'

/** A product as it is now; null when it is no longer sold, undefined while it is not known. */
export type Now = { readonly name: string; readonly price: string; readonly stock: number } | null | undefined

export type CartChange = { readonly productId: string; readonly name: string } & (
  | { readonly kind: 'price'; readonly before: string; readonly now: string; readonly currency: string }
  | { readonly kind: 'short'; readonly wanted: number; readonly left: number }
  | { readonly kind: 'gone' }
)

export function changesIn(lines: readonly CartLine[], now: (productId: string) => Now): CartChange[] {
  return lines.flatMap((line): CartChange[] => {
    const { productId, name, currency } = line
    const product = now(productId)
    if (product === undefined) return []
    if (product === null) return [{ productId, name, kind: 'gone' }]
    const changes: CartChange[] = []
    if (product.stock < line.quantity) {
      changes.push({ productId, name, kind: 'short', wanted: line.quantity, left: product.stock })
    }
    if (product.stock > 0 && !isSameAmount(product.price, line.unitPrice)) {
      changes.push({ productId, name, kind: 'price', before: line.unitPrice, now: product.price, currency })
    }
    return changes
  })
}

export type CartRow = {
  /** As the cart stores it, */
  readonly line: CartLine
  /** as it would be ordered now; undefined when it is not available, */
  readonly taken: CartLine | undefined
  /** and the total of that. */
  readonly total: string
}
export type CartSum = {
  readonly changes: readonly CartChange[]
  readonly rows: readonly CartRow[]
  readonly taken: readonly CartLine[]
  readonly total: string
}

/** The cart with one set of current products: the total of each line, and the sum of these totals. */
export function sumOf(lines: readonly CartLine[], now: (productId: string) => Now): CartSum {
  const changes = changesIn(lines, now)
  const rows = lines.map((line) => {
    const [taken] = applyChanges([line], changes)
    return { line, taken, total: totalOf(taken ? [taken] : []) }
  })
  const taken = rows.flatMap((row) => row.taken ?? [])
  return { changes, rows, taken, total: totalOf(taken) }
}

/** The cart with every change applied: new prices, available quantities, without unavailable products. */
export function applyChanges(lines: readonly CartLine[], changes: readonly CartChange[]): CartLine[] {
  return lines.flatMap((line) => {
    let next: CartLine | undefined = line
    for (const change of changes) {
      if (change.productId !== line.productId || !next) continue
      if (change.kind === 'gone') next = undefined
      else if (change.kind === 'price') next = { ...next, unitPrice: change.now }
      else next = change.left === 0 ? undefined : { ...next, quantity: change.left }
    }
    return next ? [next] : []
  })
}
