/** One key of one user makes one order (invariant 4), and every order that an answer showed is in the store (invariant 3). */
import { isRefused } from './collected.ts'
import type { Checking } from './faults.ts'
import type { PlaceOrder } from './format.ts'
import { attemptOf, spellOrder } from './placements.ts'

export function checkKeys({ attempts, orders, operations, report, describe }: Checking): void {
  const stored = new Map<string, string[]>()
  for (const { id, record, seen } of orders.values()) {
    if (record === undefined) {
      if (seen.length > 0) report('lost_order', `Order ${id} is not in the store: ${describe(seen[0]!.by)}`)
      continue
    }
    if (record.key === null) continue
    const name = attemptOf(record.userId, record.key)
    const others = stored.get(name)
    if (others) others.push(id)
    else stored.set(name, [id])
  }
  for (const [name, ids] of stored) {
    if (ids.length > 1)
      report('key_with_two_orders', `User and key ${name} made the orders ${ids.join(', ')}`)
  }
  for (const { user, key, operations: own } of attempts.values()) {
    const first = new Map<string, number>()
    for (const by of own) {
      const { is, answer } = operations[by]!
      if (is !== 'place_order' || !answer) continue
      if (isRefused(answer)) checkReused(own, by, operations as readonly PlaceOrder[])
      else if ('order' in answer && !first.has(answer.order)) first.set(answer.order, by)
    }
    if (first.size < 2) continue
    const shown = [...first.values()].map(describe).join(' and ')
    report('key_with_two_orders', `Key ${key} of user ${user} has ${first.size} orders: ${shown}`)
  }

  /** Refused as reused, though all attempts asked for the same. */
  function checkReused(own: readonly number[], by: number, placed: readonly PlaceOrder[]) {
    const { answer, lines, totalMinor } = placed[by]!
    if (!isRefused(answer) || answer.refused !== 'idempotency_key_reused') return
    const asked = spellOrder(lines, totalMinor)
    if (own.some((other) => spellOrder(placed[other]!.lines, placed[other]!.totalMinor) !== asked)) return
    report('refused_without_reason', `No other request had this key: ${describe(by)}`)
  }
}
