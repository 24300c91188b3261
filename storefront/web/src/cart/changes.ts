/**
 * What is no longer as the cart remembers it, and the cart that takes it as it is now. Pure, so that the page can say
 * in one sentence what it would do, and do exactly that in one click.
 */
import { isSameAmount, totalOf } from '../ui/money_math.ts'
import type { CartLine } from './cart_line.ts'

/** A product as it is now; null when it has left the shop, undefined while we do not know. */
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
  /** As the cart remembers it, */
  readonly line: CartLine
  /** as it would be ordered now; undefined when it can't be had, */
  readonly taken: CartLine | undefined
  /** and what that comes to. */
  readonly total: string
}
export type CartSum = {
  readonly changes: readonly CartChange[]
  readonly rows: readonly CartRow[]
  readonly taken: readonly CartLine[]
  readonly total: string
}

/** The whole cart out of one look at the shelf: what each line comes to, and the total of exactly these. */
export function sumOf(lines: readonly CartLine[], now: (productId: string) => Now): CartSum {
  const changes = changesIn(lines, now)
  const rows = lines.map((line) => {
    const [taken] = applyChanges([line], changes)
    return { line, taken, total: totalOf(taken ? [taken] : []) }
  })
  const taken = rows.flatMap((row) => row.taken ?? [])
  return { changes, rows, taken, total: totalOf(taken) }
}

/** The cart with every change taken: new prices, no more than there are, without what can't be had. */
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
