/**
 * Every rejected order was rejected for a reason: at some moment between its first request and the first answer that shows it
 * as rejected, the stock was what the rejection says, and too little; or the lines cost what it says, and not what the
 * customer agreed to; or a product was not for sale.
 */

import { lowest } from './bounds.ts'
import { NEVER } from './epochs.ts'
import type { Checking } from './faults.ts'
import type { OrderRecord, RejectionSeen } from './format.ts'
import type { Layout, OrderVersions } from './layout.ts'
import type { ProductValues } from './product_values.ts'

/** Sums of several lines, each with several possible prices; a rejection with more is not checked. */
export const SUMS_MAX = 10_000

type Window = { readonly call: number; readonly returned: number }

export function checkRejection(
  order: OrderVersions,
  layout: Layout,
  values: ReadonlyMap<string, ProductValues>,
  checking: Checking,
): void {
  const { bounds, products } = layout
  const { report, describe, calls } = checking
  const { id, of, record, seen } = order
  if (record!.history.at(-1) !== 'rejected') return
  const shown = seen.find(({ state }) => state.rejection !== undefined)
  if (!shown) return
  const rejection = shown.state.rejection!
  const call = bounds.from(of, 1)
  const returned = bounds.until(of, of.count)
  const window: Window = { call, returned: returned === NEVER ? NEVER : returned }
  const refuse = (why: string) =>
    report(
      'refused_without_reason',
      `Order ${id} was rejected as ${rejection.reason}, but ${why}: ${describe(shown.by)}`,
    )

  switch (rejection.reason) {
    case 'insufficient_stock':
      checkShortages(rejection, record!, window)
      return
    case 'price_changed':
      checkPrice(rejection, record!, window)
      return
    case 'product_not_found':
      checkUnknown(rejection, window)
      return
    default:
      refuse('that is no reason')
  }

  function checkShortages({ shortages }: RejectionSeen, { lines }: OrderRecord, { call, returned }: Window) {
    if (shortages.length === 0) refuse('it names no shortage')
    for (const { product: productId, requested, available } of shortages) {
      const line = lines.find((each) => each.productId === productId)
      if (line?.quantity !== requested || available >= requested) {
        refuse(`${available} of ${productId} suffice for ${line?.quantity ?? 'nothing'}`)
        continue
      }
      const product = products.get(productId)
      if (!product) {
        refuse(`${productId} is not in the store`)
        continue
      }
      const { first, last } = bounds.current(product.of, call, returned)
      if (product.ledger.everHad(available, first, last)) continue
      refuse(`from version ${first} to ${last} of ${productId} there were never ${available} units`)
    }
  }

  function checkPrice(
    { totalMinor }: RejectionSeen,
    { lines, totalMinor: agreed }: OrderRecord,
    window: Window,
  ) {
    if (totalMinor === null) return checking.skip('a price above the largest amount')
    if (totalMinor === agreed) return refuse(`the lines cost ${agreed}`)
    let sums: number[] = [0]
    for (const { productId, quantity } of lines) {
      const prices = pricesOf(productId, window)
      if (prices === undefined || sums.length * prices.length > SUMS_MAX) {
        return checking.skip('a price with too many possible sums')
      }
      sums = [...new Set(sums.flatMap((sum) => prices.map((price) => sum + price * quantity)))]
    }
    if (!sums.includes(totalMinor))
      refuse(`the lines never cost ${totalMinor} then, but ${sums.join(' or ')}`)
  }

  /** Undefined if no answer showed one. */
  function pricesOf(productId: string, { call, returned }: Window): number[] | undefined {
    const product = products.get(productId)
    const known = values.get(productId)
    if (!product || !known || known.prices.length === 0) return undefined
    const { prices, unknownPrices } = known
    const { first, last } = bounds.current(product.of, call, returned)
    const from = lowest(0, prices.length, (i) => i === prices.length || prices[i]!.version > first) - 1
    const found: number[] = []
    for (let i = Math.max(from, 0); i < prices.length; i++) {
      const { version, value, wrote } = prices[i]!
      // Between two answers the price may have changed at any version, unless an edit shows at which.
      if (version <= last || !wrote) found.push(value)
      if (version > last) break
    }
    for (const [price, by] of unknownPrices) if (calls[by]! <= returned) found.push(price)
    return [...new Set(found)]
  }

  function checkUnknown({ unknownProducts }: RejectionSeen, { returned }: Window) {
    if (unknownProducts.length === 0) refuse('it names no product')
    for (const productId of unknownProducts) {
      const product = products.get(productId)
      if (!product || product.creations.length === 0) continue
      const deleted = product.deletions.some((by) => calls[by]! <= returned)
      if (!deleted) refuse(`${productId} is there, and no client had deleted it`)
    }
  }
}
