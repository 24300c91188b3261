/**
 * What bounds the moment of each version (bounds.ts).
 *
 * An order: its first version needs a request that placed it, a version that a client asks for needs such a request, and an
 * answer that shows a version returned after it. A product: a sale lies between the order's first version and its confirmation,
 * a release between its cancellation and its end; adjustments and edits are bounded by their own requests.
 */
import { mayHaveChanged } from './callers.ts'
import type { Checking } from './faults.ts'
import type { AdjustStock, ChangeOrder, MovementSeen } from './format.ts'
import type { Layout, OrderVersions, ProductVersions } from './layout.ts'
import type { CertainEdit } from './product_values.ts'

/** The statuses that clients ask for, with what they ask. */
export const ASKED_AS: Readonly<Record<string, string>> = {
  cancelling: 'cancelled',
  shipped: 'shipped',
  delivered: 'delivered',
}

export function boundOrder(order: OrderVersions, { bounds }: Layout, checking: Checking): void {
  const { operations, calls, returns } = checking
  const { of, record, seen, placements, changes } = order
  const { history } = record!
  const needs = (version: number, requests: readonly number[]) => {
    const by = earliest(requests, calls)
    if (by !== undefined) bounds.needs(of, version, calls[by]!, by)
  }
  needs(1, placements)
  history.forEach((status, i) => {
    const asked = ASKED_AS[status]
    if (asked !== undefined) {
      needs(
        i + 1,
        changes.filter((by) => {
          const operation = operations[by] as ChangeOrder
          return operation.to === asked && mayHaveChanged(operation, record!.userId)
        }),
      )
    }
  })
  for (const { by, state } of seen) {
    if (state.version >= 1 && state.version <= of.count) bounds.shown(of, state.version, returns[by]!, by)
  }
  bounds.close(of)
}

/** After its orders. */
export function boundProduct(
  product: ProductVersions,
  edits: readonly CertainEdit[],
  { bounds, orders }: Layout,
  { operations, calls, returns }: Checking,
): void {
  const { of, movements, creations, adjustments, seen } = product
  const inside = (version: number) => version >= 1 && version <= of.count
  const shown = (version: number, by: number) => {
    if (inside(version)) bounds.shown(of, version, returns[by]!, by)
  }
  for (const by of creations) bounds.needs(of, 1, calls[by]!, by)
  for (const { by, state } of seen) shown(state.version, by)
  for (const { version, by } of edits) if (inside(version)) bounds.needs(of, version, calls[by]!, by)
  const attempts = firstAttempts(adjustments, operations as readonly AdjustStock[], calls)
  for (const by of adjustments) {
    const { answer, user, key } = operations[by] as AdjustStock
    if (!answer || 'refused' in answer) continue
    const { version } = answer as MovementSeen
    if (!inside(version)) continue
    const first = key === null ? by : attempts.get(`${user} ${key}`)!
    bounds.needs(of, version, calls[first]!, first)
    shown(version, by)
  }
  for (const { version, orderId, delta } of movements) {
    const order = orderId === null ? undefined : orders.get(orderId)
    if (!order || !inside(version)) continue
    const { history } = order.record!
    const [begins, ends] = delta < 0 ? ['pending', 'confirmed'] : ['cancelling', 'cancelled']
    const after = history.indexOf(begins) + 1
    const before = history.indexOf(ends) + 1
    if (after > 0) bounds.needs(of, version, bounds.from(order.of, after), bounds.fromBy(order.of, after))
    if (before > 0)
      bounds.shown(of, version, bounds.until(order.of, before), bounds.untilBy(order.of, before))
  }
  bounds.close(of)
}

const earliest = (operations: readonly number[], calls: Int32Array): number | undefined =>
  operations.length === 0
    ? undefined
    : operations.reduce((least, by) => (calls[by]! < calls[least]! ? by : least))

function firstAttempts(
  adjustments: readonly number[],
  operations: readonly AdjustStock[],
  calls: Int32Array,
): ReadonlyMap<string, number> {
  const first = new Map<string, number>()
  for (const by of adjustments) {
    const attempt = `${operations[by]!.user} ${operations[by]!.key}`
    const known = first.get(attempt)
    if (known === undefined || calls[by]! < calls[known]!) first.set(attempt, by)
  }
  return first
}
