/**
 * The changes of one product, counted against what was asked.
 *
 *  a. Every version has a change that made it: a movement, a shipment, an edit or a deletion (no gap), and every answered
 *     change has a version of its own (no lost update).
 *  b. Every movement was asked for, and each adjustment was made once (invariant 4).
 *  c. A write that named a version was applied to what its author had seen, or refused for a reason (invariant 7).
 */
import { lowest } from './bounds.ts'
import { isRefused } from './collected.ts'
import type { Checking } from './faults.ts'
import type { AdjustStock, EditProduct, MovementRecord, MovementSeen, ProductSeen } from './format.ts'
import type { ProductVersions } from './layout.ts'
import type { CertainEdit, ProductValues } from './product_values.ts'

/** `shipments` is the number of orders with this product whose reservation is shipped. */
export function checkChanges(
  product: ProductVersions,
  values: ProductValues,
  shipments: number,
  checking: Checking,
): void {
  checkVersions(product, values, shipments, checking)
  checkAdjustments(product, checking)
  checkMovements(product, values, checking)
  for (const by of product.edits) checkSeenVersion(product, values, by, checking)
  checkMissing(product, checking)
}

/** Versions without a movement: there are as many as changes without one. */
function checkVersions(
  { id, of, ledger, edits, deletions }: ProductVersions,
  { edits: certain, unknown }: ProductValues,
  shipments: number,
  { operations, report }: Checking,
): void {
  if (ledger.compacted) return
  const isSilent = (version: number) => ledger.movementAt(version) === undefined
  let silent = 0
  for (let version = 1; version <= of.count; version++) if (isSilent(version)) silent++
  const versionsOf = (list: readonly number[]) => new Set(list.filter(isSilent))
  const deleted = deletions.filter((by) => 'deleted' in (operations[by]!.answer ?? {})).length
  const created = isSilent(1) ? 1 : 0
  const answered = versionsOf(
    edits.flatMap((by) => {
      const { answer } = operations[by]!
      return answer && !isRefused(answer) ? [(answer as ProductSeen).version] : []
    }),
  )
  answered.delete(1)
  const lost = deletions.filter((by) => operations[by]!.answer === undefined).length
  const always = created + shipments + deleted
  const most = always + answered.size + unknown.length + lost
  // With an edit of unknown outcome, an answered one may have changed nothing.
  const least = always + (unknown.length > 0 ? 0 : versionsOf(certain.map(({ version }) => version)).size)
  if (silent > most) {
    report(
      'missing_version',
      `Of the ${of.count} versions of product ${id}, ${silent - most} were made by nothing: ${silent} have no movement, and there are ${shipments} shipments, ${answered.size + deleted} answered edits and deletions, ${unknown.length + lost} of unknown outcome`,
    )
  }
  if (silent < least) {
    report(
      'lost_change',
      `Product ${id} has ${of.count} versions, ${least - silent} less than changes that were made: ${shipments} shipments, ${least - shipments} edits and deletions, and ${of.count - silent} movements`,
    )
  }
}

const answeredMovement = (operation: AdjustStock): MovementSeen | undefined =>
  operation.answer && !isRefused(operation.answer) ? operation.answer : undefined

function checkAdjustments({ ledger, of, adjustments }: ProductVersions, checking: Checking): void {
  const { operations, report, describe } = checking
  const first = new Map<string, { version: number; by: number }>()
  for (const by of adjustments) {
    const operation = operations[by] as AdjustStock
    const { answer } = operation
    if (isRefused(answer)) {
      const { refused, product } = answer
      if (refused === 'insufficient_stock' && product && product.stock + operation.delta >= 0) {
        report('refused_without_reason', `The stock suffices: ${describe(by)}`)
      }
      continue
    }
    if (!answer) continue
    const movement = answer.version <= of.count ? ledger.movementAt(answer.version) : undefined
    const isThere =
      movement?.delta === operation.delta &&
      movement.stockAfter === answer.stockAfter &&
      movement.orderId === null
    if (!isThere && !ledger.compacted) {
      report('lost_change', `The ledger does not have this movement: ${describe(by)}`)
    }
    if (operation.key === null) continue
    const attempt = `${operation.user} ${operation.key}`
    const known = first.get(attempt)
    if (known === undefined) first.set(attempt, { version: answer.version, by })
    else if (known.version !== answer.version) {
      report('change_made_twice', `One key, two movements: ${describe(known.by)} and ${describe(by)}`)
    }
  }
}

/** Movements without an order, of which no answer shows the version: each needs a request of unknown outcome. */
function checkMovements(product: ProductVersions, { unknown }: ProductValues, checking: Checking): void {
  const { operations, report, openCreations } = checking
  const { id, movements, adjustments, edits, creations } = product
  const created = creations.length > 0 || openCreations.has(product.ledger.stockAt(1) ?? 0)
  const answered = new Set<number>(created ? [1] : [])
  const attempts = new Set<string>()
  const open = new Map<number, number>()
  for (const by of adjustments) {
    const operation = operations[by] as AdjustStock
    const version = answeredMovement(operation)?.version
    if (version === undefined) continue
    answered.add(version)
    if (operation.key !== null) attempts.add(`${operation.user} ${operation.key}`)
  }
  for (const by of adjustments) {
    const { answer, user, key, delta } = operations[by] as AdjustStock
    if (answer !== undefined || attempts.has(`${user} ${key}`)) continue
    if (key !== null) attempts.add(`${user} ${key}`)
    open.set(delta, (open.get(delta) ?? 0) + 1)
  }
  for (const by of edits) {
    const { answer } = operations[by] as EditProduct
    if (answer && !isRefused(answer)) answered.add(answer.version)
  }
  const stocks = new Set(unknown.map((by) => (operations[by] as EditProduct).stock))
  for (const movement of movements) {
    if (movement.orderId !== null || movement.opening || answered.has(movement.version)) continue
    // Which of two unknown ones it was is not known; an edit is taken first, and may explain several.
    if (stocks.has(movement.stockAfter)) continue
    const left = open.get(movement.delta) ?? 0
    if (left > 0) open.set(movement.delta, left - 1)
    else report('change_without_request', unasked(id, movement))
  }
}

const unasked = (id: string, { version, delta, stockAfter }: MovementRecord) =>
  `No client asked for the movement of ${delta}, to ${stockAfter}, that made version ${version} of product ${id}, or it was made once before`

function checkSeenVersion(
  { id, ledger }: ProductVersions,
  { edits, unknown }: ProductValues,
  by: number,
  { operations, report, describe }: Checking,
): void {
  const { seen, stock, answer } = operations[by] as EditProduct
  if (seen === undefined || answer === undefined) return
  const setsStock = stock !== undefined
  if (!isRefused(answer)) {
    const between = editAfter(edits, seen, answer.version - 1)
    const overwrites = setsStock && answer.version > seen + 1
    if (!between && !overwrites && answer.version >= seen) return
    const what = between
      ? `the edit that made version ${between.version} of product ${id}: ${describe(between.by)}`
      : `what happened to product ${id} after version ${seen}`
    report('lost_change', `${describe(by)} was applied over ${what}`)
    return
  }
  if (!/^(version_conflict|precondition_failed)$/.test(answer.refused) || !answer.product) return
  const { version } = answer.product
  const changed = setsStock
    ? version !== seen
    : ledger.compacted || unknown.length > 0 || editAfter(edits, seen, version) !== undefined
  if (!changed) report('refused_without_reason', `Nothing had changed since: ${describe(by)}`)
}

/** The first edit that made a version after `seen`, up to `last`. */
function editAfter(edits: readonly CertainEdit[], seen: number, last: number): CertainEdit | undefined {
  const edit = edits[lowest(0, edits.length, (i) => i === edits.length || edits[i]!.version > seen)]
  return edit && edit.version <= last ? edit : undefined
}

/** 404 for a product that is there. */
function checkMissing(product: ProductVersions, { returns, calls, report, describe }: Checking): void {
  const { missing, seen, deletions } = product
  if (missing.length === 0) return
  const shown = seen.reduce(
    (least, { by }) => (returns[by]! < returns[least]! ? by : least),
    seen[0]?.by ?? -1,
  )
  for (const by of missing) {
    if (shown < 0 || returns[shown]! >= calls[by]!) continue
    if (deletions.some((deletion) => calls[deletion]! <= returns[by]!)) continue
    report('wrong_state', `The product was there before: ${describe(shown)} before ${describe(by)}`)
  }
}
