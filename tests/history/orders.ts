/**
 * One order: what was asked and answered, against what the store has.
 *
 *  a. An order that an answer showed is in the store, as it was asked for (invariant 3).
 *  b. Its statuses follow each other along NEXT, and a client who may, asked for those that clients ask for.
 *  c. Every answer shows a version of its history (invariant 7).
 *  d. A change is refused only in a status that does not allow it.
 *  e. Its units were taken once of each product, and returned at most once, after that (invariants 2 and 6).
 */
import { mayHaveChanged, mayTouch } from './callers.ts'
import { isRefused } from './collected.ts'
import type { Checking } from './faults.ts'
import type { ChangeOrder, OrderRecord, PlaceOrder } from './format.ts'
import type { Layout, OrderVersions } from './layout.ts'
import { ASKED_AS } from './moments.ts'
import { linesIn, spellOrder } from './placements.ts'

/** Written once more: a wrong table in the service would allow what it does. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  pending: ['confirmed', 'rejected', 'cancelling'],
  confirmed: ['shipped', 'cancelling'],
  rejected: [],
  shipped: ['delivered'],
  delivered: [],
  cancelling: ['cancelled'],
  cancelled: [],
}

export function checkOrder(order: OrderVersions, { products }: Layout, checking: Checking): void {
  const { report, describe, operations } = checking
  const { id, record, seen, changes } = order
  const { history } = record!
  if (history[0] !== 'pending') report('illegal_transition', `Order ${id} began as ${history[0]}`)
  history.slice(1).forEach((status, i) => {
    if (!NEXT[history[i]!]?.includes(status)) {
      report('illegal_transition', `Order ${id} went from ${history[i]} to ${status}: ${history.join(', ')}`)
    }
    const asked = ASKED_AS[status]
    if (asked === undefined) return
    const askedFor = (by: number) => {
      const { to, seen } = operations[by] as ChangeOrder
      // Of two who ask for the same, one may have named another version: it found what was there.
      const fits = to === asked && (seen === undefined || seen === i + 1)
      return fits && mayHaveChanged(operations[by]!, record!.userId)
    }
    if (!changes.some(askedFor)) {
      report('change_without_request', `Order ${id} became ${status}, and no client who may asked for that`)
    }
  })
  for (const { by, state } of seen) {
    if (history[state.version - 1] === state.status) continue
    report(
      state.version > history.length ? 'lost_change' : 'wrong_state',
      `Order ${id} has the history ${history.join(', ')}: ${describe(by)}`,
    )
  }
  checkAsked(order, record!, checking)
  for (const by of changes) checkChange(by, checking)
  checkMissing(order, record!, checking)
  checkUnits(order, record!, products, checking)
}

function checkAsked({ id, placements }: OrderVersions, record: OrderRecord, checking: Checking): void {
  const { operations, report, describe } = checking
  if (placements.length === 0) {
    report('change_without_request', `Order ${id} is in the store, and no client asked for it`)
  }
  for (const by of placements) {
    const asked = operations[by] as PlaceOrder
    if (!asked.answer || !('order' in asked.answer) || isRefused(asked.answer)) continue
    const same =
      asked.user === record.userId &&
      asked.key === record.key &&
      spellOrder(asked.lines, asked.totalMinor) === spellOrder(record.lines, record.totalMinor)
    if (same) continue
    const has = `${linesIn(record.lines)} for ${record.totalMinor}, of ${record.userId}, key ${record.key}`
    report('lost_change', `Order ${id} has ${has}: ${describe(by)}`)
  }
}

function checkChange(by: number, { operations, report, describe }: Checking): void {
  const { to, seen, answer } = operations[by] as ChangeOrder
  if (answer === undefined) return
  if (!isRefused(answer)) {
    const wanted = to === 'cancelled' ? ['cancelling', 'cancelled'] : [to]
    // A repeated request, or one of two that ask for the same, finds what came after it.
    if (!wanted.includes(answer.status) && !(to === 'shipped' && answer.status === 'delivered')) {
      report('lost_change', `The answer does not have what was asked for: ${describe(by)}`)
    }
    return
  }
  const { refused, order } = answer
  if (order === undefined) return
  const asked = to === 'cancelled' ? 'cancelling' : to
  const wrong =
    (refused === 'illegal_transition' && NEXT[order.status]?.includes(asked)) ||
    (refused === 'version_conflict' && order.version === seen)
  if (wrong) report('refused_without_reason', `Its status and version allowed it: ${describe(by)}`)
}

/** 404 for an order that was shown before, to its owner or an admin. */
function checkMissing({ missing, seen }: OrderVersions, { userId }: OrderRecord, checking: Checking): void {
  const { operations, calls, returns, report, describe } = checking
  for (const by of missing) {
    if (!mayTouch(operations[by]!, userId)) continue
    const before = seen.find((shown) => returns[shown.by]! < calls[by]!)
    if (before)
      report('lost_order', `The order was there before: ${describe(before.by)} before ${describe(by)}`)
  }
}

function checkUnits(
  order: OrderVersions,
  { lines, history }: OrderRecord,
  products: Layout['products'],
  { report }: Checking,
): void {
  const { id, movements } = order
  for (const { productId, quantity } of lines) {
    if (products.get(productId)?.ledger.compacted) continue
    const deltas = movements
      .filter((movement) => movement.productId === productId)
      .sort((a, b) => a.version - b.version)
      .map(({ delta }) => delta)
    const mustSell = history.includes('confirmed')
    const mustReturn = history.at(-1) === 'cancelled' && deltas.length > 0
    const expected = [
      ...(mustSell || deltas.length > 0 ? [-quantity] : []),
      ...(mustReturn ? [quantity] : []),
    ]
    if (deltas.join() === expected.join()) continue
    report(
      'double_sale',
      `The ledger of product ${productId} has the movements ${deltas.join(', ') || 'none'} for order ${id} of ${quantity} units, which was ${history.join(', ')}`,
    )
  }
  for (const { productId, version } of movements) {
    if (lines.some((line) => line.productId === productId)) continue
    report(
      'double_sale',
      `Version ${version} of product ${productId} is a movement for order ${id}, which does not have it`,
    )
  }
}
