/**
 * Checks a history (format.ts) against one sequence of everything that happened: could a shop that does one thing after the
 * other have given all these answers, and hold this in its stores?
 *
 * The stores give the sequence away: every change of a product or of an order has a version. So nothing has to be searched,
 * and the work is that of sorting, n log n (decision 32).
 */

import { faultsOf } from '../system/invariants.ts'
import { checkRemoved, checkSubjects } from './answers.ts'
import { checkCallers } from './callers.ts'
import { createCollector } from './collect.ts'
import { checkCycles } from './cycles.ts'
import { type Checking, createChecking, type Findings } from './faults.ts'
import type { HistoryLine } from './format.ts'
import { checkKeys } from './keys.ts'
import { type Layout, layOut, type OrderVersions, UncheckableHistory } from './layout.ts'
import { boundOrder, boundProduct } from './moments.ts'
import { checkOrder } from './orders.ts'
import { checkChanges } from './product_changes.ts'
import { checkValues, type Fact, type ProductValues } from './product_values.ts'
import { checkRealTime } from './real_time.ts'
import { checkRejection } from './rejections.ts'

export type Checked = Findings & { readonly operations: number; readonly versions: number }

export type HistoryChecker = {
  add(line: HistoryLine): void
  /** Fails with UncheckableHistory. */
  finish(): Checked
}

export function createHistoryChecker(): HistoryChecker {
  const collector = createCollector()
  return {
    add: collector.add,
    finish() {
      const { checking, findings } = createChecking(collector.finish())
      if (!checking.complete) {
        throw new UncheckableHistory(
          'It ends before the stores were read, so there is nothing to check it against.',
        )
      }
      for (const fault of faultsOf(checking.stores)) checking.report('store', fault)
      const layout = layOut(checking)
      checkAll(layout, checking)
      return { ...findings(), operations: checking.operations.length, versions: layout.places }
    },
  }
}

export function checkHistory(lines: Iterable<HistoryLine>): Checked {
  const checker = createHistoryChecker()
  for (const line of lines) checker.add(line)
  return checker.finish()
}

function checkAll(layout: Layout, checking: Checking): void {
  const { products, orders, bounds } = layout
  for (const order of orders.values()) boundOrder(order, layout, checking)
  const { charged, shipments } = byProduct(orders.values())
  const values = new Map<string, ProductValues>()
  for (const [id, product] of products) {
    const { version, priceMinor } = product.record!
    const stored = { version, value: priceMinor, by: `the store has the price ${priceMinor}`, wrote: false }
    const own = checkValues(product, [...(charged.get(id) ?? []), stored], checking)
    values.set(id, own)
    boundProduct(product, own.edits, layout, checking)
    checkChanges(product, own, shipments.get(id) ?? 0, checking)
    checkRemoved(product, orders, checking)
    checkRealTime(checking, `product ${id}`, bounds, product.of, product.seen)
  }
  for (const { id, record, seen } of checking.products.values()) {
    if (record !== undefined || seen.length === 0) continue
    checking.report('lost_change', `Product ${id} is not in the store: ${checking.describe(seen[0]!.by)}`)
  }
  for (const [id, order] of orders) {
    checkOrder(order, layout, checking)
    checkRejection(order, layout, values, checking)
    checkRealTime(checking, `order ${id}`, bounds, order.of, order.seen)
  }
  checkKeys(checking)
  checkCallers(checking)
  checkSubjects(checking)
  // Each of these is a cycle as well.
  if (!checking.has('stale_read', 'version_order')) checkCycles(layout, checking)
}

/** What reservations say of each product: the price at the version of each sale, and the number of shipments. */
function byProduct(orders: Iterable<OrderVersions>) {
  const charged = new Map<string, Fact<number>[]>()
  const shipments = new Map<string, number>()
  for (const { id, reservation, movements } of orders) {
    for (const { productId, unitPriceMinor } of reservation?.lines ?? []) {
      if (reservation!.status === 'shipped') shipments.set(productId, (shipments.get(productId) ?? 0) + 1)
      const sale = movements.find((movement) => movement.productId === productId && movement.delta < 0)
      if (!sale || unitPriceMinor === null) continue
      const facts = charged.get(productId) ?? []
      const by = `order ${id} was charged ${unitPriceMinor} for it`
      facts.push({ version: sale.version, value: unitPriceMinor, by, wrote: false })
      charged.set(productId, facts)
    }
  }
  return { charged, shipments }
}
