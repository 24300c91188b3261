/** The versions of all products and orders, side by side: version v of a thing is number `start + v` of one numbering. */
import { type Bounds, createBounds, placesOf, type Versions } from './bounds.ts'
import type { OrderHistory, ProductHistory } from './collected.ts'
import type { Checking } from './faults.ts'
import { type Ledger, replayLedger } from './ledger.ts'

/** The history has no records of the stores, or is too large. */
export class UncheckableHistory extends Error {
  override name = 'UncheckableHistory'
}

/** About 3 GB of memory. */
export const PLACES_MAX = 100_000_000

export type ProductVersions = ProductHistory & { readonly of: Versions; readonly ledger: Ledger }
export type OrderVersions = OrderHistory & { readonly of: Versions }

export type Layout = {
  /** Those that the stores have. */
  readonly products: ReadonlyMap<string, ProductVersions>
  readonly orders: ReadonlyMap<string, OrderVersions>
  readonly bounds: Bounds
  readonly places: number
}

export function layOut(checking: Checking): Layout {
  let places = 0
  const take = (count: number): Versions => {
    const start = places
    places += placesOf(count)
    if (places > PLACES_MAX) throw new UncheckableHistory(`It has more than ${PLACES_MAX} versions.`)
    return { start, count }
  }
  const products = new Map<string, ProductVersions>()
  for (const [id, product] of checking.products) {
    if (!product.record) continue
    const { version } = product.record
    products.set(id, { ...product, of: take(version), ledger: replayLedger(product, checking, version) })
  }
  const orders = new Map<string, OrderVersions>()
  for (const [id, order] of checking.orders) {
    if (order.record) orders.set(id, { ...order, of: take(order.record.history.length) })
  }
  return { products, orders, bounds: createBounds(places), places }
}
