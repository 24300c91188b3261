/**
 * One change of many products, each with the version that was seen.
 *
 * Invariants
 *  1. Each product is changed, or is listed with the reason why not: changed + as it was + conflicts + refused = tried.
 *  2. A product that someone else edited is not changed: it is a conflict, with its current state. Trying again changes that.
 *  3. An adjustment of stock that is tried again has the same idempotency key, so it counts once.
 *  4. A new price is computed once, from the price that was seen. A try whose answer was lost is found to be as wanted when it is tried
 *     again; another price of someone else is a conflict first, and changed from there when it is tried again.
 *  5. At most CONCURRENCY requests at once; after `signal` aborts none starts.
 */
import { ShopProblem } from '@shop/client/problem'
import type { Product } from '../../api/types.ts'
import { type PriceChange, priceAfter } from './price_change.ts'

export type BulkChange =
  | ({ readonly kind: 'price' } & PriceChange)
  | { readonly kind: 'stock'; readonly delta: number; readonly reason: string }
  | { readonly kind: 'status'; readonly status: Product['status'] }
  | { readonly kind: 'categories'; readonly add: readonly string[]; readonly drop: readonly string[] }
  | { readonly kind: 'remove' }

export type Outcome = 'changed' | 'same' | 'conflict' | 'refused' | 'not_tried'
export type BulkResult = {
  /** As it is now, if that is known. */
  readonly product: Product
  readonly outcome: Outcome
  readonly error?: unknown
}

export type BulkCalls = {
  patch(product: Product, body: object): Promise<unknown>
  adjust(product: Product, delta: number, reason: string, key: string): Promise<unknown>
  remove(product: Product): Promise<unknown>
}

export const CONCURRENCY = 4

/** What cannot be done with this product, before anything is sent. */
export class Impossible extends Error {}

export type PlannedPrice = { readonly from: string; readonly to: string }

/** `keys` and `prices` are kept from one try to the next. */
export async function runBulk(
  products: readonly Product[],
  change: BulkChange,
  calls: BulkCalls,
  options: {
    keys: Map<string, string>
    prices: Map<string, PlannedPrice>
    newKey: () => string
    signal: AbortSignal
    onResult: (result: BulkResult) => void
  },
): Promise<BulkResult[]> {
  const { keys, prices, newKey, signal, onResult } = options
  const results: BulkResult[] = products.map((product) => ({ product, outcome: 'not_tried' }))
  let next = 0
  const worker = async () => {
    while (next < products.length && !signal.aborted) {
      const at = next++
      const product = products[at]!
      const result = await one(product, change, calls, prices, () => {
        const key = keys.get(product.id) ?? newKey()
        keys.set(product.id, key)
        return key
      })
      results[at] = result
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return results
}

async function one(
  product: Product,
  change: BulkChange,
  calls: BulkCalls,
  prices: Map<string, PlannedPrice>,
  key: () => string,
): Promise<BulkResult> {
  try {
    const body = bodyOf(product, change, prices)
    if (body === undefined) return { product, outcome: 'same' }
    if (change.kind === 'remove') await calls.remove(product)
    else if (change.kind === 'stock') await calls.adjust(product, change.delta, change.reason, key())
    else await calls.patch(product, body)
    return { product, outcome: 'changed' }
  } catch (error) {
    const conflict = error instanceof ShopProblem && error.code === 'version_conflict'
    const current = conflict ? (error.document?.current as Product | undefined) : undefined
    // An earlier try did it, and its answer was lost; or someone else did the same.
    if (current && isDone(current, change, prices)) return { product: current, outcome: 'same' }
    if (change.kind === 'remove' && error instanceof ShopProblem && error.code === 'product_not_found')
      return { product, outcome: 'same' }
    return { product: current ?? product, outcome: conflict ? 'conflict' : 'refused', error }
  }
}

const isDone = (current: Product, change: BulkChange, prices: ReadonlyMap<string, PlannedPrice>): boolean =>
  change.kind === 'price'
    ? prices.get(current.id)?.to === current.price
    : change.kind !== 'remove' && bodyOf(current, change, new Map()) === undefined

/** Undefined if the product is as wanted already. */
function bodyOf(product: Product, change: BulkChange, prices: Map<string, PlannedPrice>): object | undefined {
  switch (change.kind) {
    case 'price': {
      const planned = prices.get(product.id)
      if (planned?.to === product.price) return undefined
      const price =
        planned?.from === product.price
          ? planned.to
          : priceAfter(product.price, product.currency_digits, change)
      if (price === undefined) throw new Impossible('price')
      prices.set(product.id, { from: product.price, to: price })
      return price === product.price ? undefined : { price }
    }
    case 'status':
      return product.status === change.status ? undefined : { status: change.status }
    case 'categories': {
      const kept = product.categories.filter((id) => !change.drop.includes(id))
      const categories = [...new Set([...kept, ...change.add])]
      return categories.join() === product.categories.join() ? undefined : { categories }
    }
    case 'stock':
    case 'remove':
      return {}
  }
}
