/**
 * Each answer is about what was asked for, and what was removed is gone.
 *
 *  a. An answer to a request for one product, or one order, shows that one.
 *  b. After a removal was answered, no request shows the product, and no order that is placed then buys it.
 */
import { isRefused } from './collected.ts'
import type { Checking } from './faults.ts'
import type { OrderVersions, ProductVersions } from './layout.ts'

export function checkSubjects({ operations, report, describe }: Checking): void {
  operations.forEach((operation, by) => {
    const { answer } = operation
    if (answer === undefined) return
    const shown = isRefused(answer) ? { ...answer.order, ...answer.product } : answer
    const differs =
      ('order' in operation && 'order' in shown && shown.order !== operation.order) ||
      ('product' in operation && 'product' in shown && shown.product !== operation.product)
    if (differs) report('wrong_state', `Another one was asked for: ${describe(by)}`)
  })
}

export function checkRemoved(
  { id, seen, deletions, movements }: ProductVersions,
  orders: ReadonlyMap<string, OrderVersions>,
  { operations, calls, returns, report, describe }: Checking,
): void {
  const answered = deletions.filter((by) => 'deleted' in (operations[by]!.answer ?? {}))
  if (answered.length === 0) return
  const removal = answered.reduce((least, by) => (returns[by]! < returns[least]! ? by : least))
  const isAfter = (by: number) => calls[by]! > returns[removal]!
  for (const { by } of seen) {
    if (isAfter(by))
      report('lost_change', `Product ${id} was removed before: ${describe(removal)}, ${describe(by)}`)
  }
  for (const { orderId, delta } of movements) {
    const { placements = [] } = (orderId === null || delta > 0 ? undefined : orders.get(orderId)) ?? {}
    if (placements.length > 0 && placements.every(isAfter))
      report(
        'lost_change',
        `Order ${orderId} bought product ${id}, which was removed before: ${describe(removal)}`,
      )
  }
}
