/**
 * Whether every change of an admin, and of the operator, is in the audit log, once and as it was made, and nothing else is; and
 * what a product that was removed may no longer do. The stores alone show both, at any moment: an entry is in the
 * transaction of its change.
 */
import type { StoreRecords } from '../../tests/system/invariants.ts'

/** An entry of the audit log of one of the services. */
export type Entry = {
  readonly id: string
  readonly by: string
  readonly action: string
  readonly subjectId: string
  readonly changes: readonly {
    readonly field: string
    readonly before: string | number | null
    readonly after: string | number | null
  }[]
}

export type ChangeRecords = {
  /** By the last part of the path that lists them. */
  readonly entries: {
    readonly accounts: readonly Entry[]
    readonly products: readonly Entry[]
    readonly orders: readonly Entry[]
  }
  readonly accounts: readonly {
    readonly id: string
    readonly role: string
    readonly roleChanges: number
  }[]
  readonly products: readonly {
    readonly id: string
    readonly stock: number
    readonly priceMinor: number
    readonly editVersion: number
    readonly removed: boolean
  }[]
  readonly movements: readonly (StoreRecords['movements'][number] & {
    readonly reason: string
    readonly note: string | null
    readonly by: string | null
  })[]
  readonly orders: readonly {
    readonly id: string
    readonly userId: string
    readonly history: readonly { readonly status: string; readonly by: string }[]
  }[]
}

/** What changed stock, and how the log names it. */
const STOCK_ACTIONS: Readonly<Record<string, string>> = { adjustment: 'stock.adjusted', edit: 'stock.set' }
const SYSTEM = 'system'

/** Every sentence is a fault; none means that the log and the stores agree. */
export function changeFaults(records: ChangeRecords): string[] {
  return [
    ...unequal(madeChanges(records), recordedChanges(records)),
    ...wrongPrices(records),
    ...wrongRoles(records),
    ...movedAfterRemoval(records),
    ...adjustedTwice(records),
  ]
}

/** Stock, status and removal: each change left its own trace. */
function madeChanges({ products, movements, orders }: ChangeRecords): string[] {
  return [
    ...products.map(({ id }) => `product.created: ${id}`),
    ...products.filter(({ removed }) => removed).map(({ id }) => `product.deleted: ${id}`),
    ...movements
      .filter(({ reason }) => reason in STOCK_ACTIONS)
      .map(({ reason, productId, delta, stockAfter, by }) =>
        spelled(STOCK_ACTIONS[reason]!, productId, stockAfter - delta, stockAfter, by),
      ),
    ...orders.flatMap(({ id, userId, history }) =>
      history.flatMap(({ status, by }, at) => {
        const isOwn = by === userId && (status === 'pending' || status === 'cancelling')
        if (isOwn || by === SYSTEM) return []
        return [spelled('order.status_changed', id, history[at - 1]?.status ?? null, status, by)]
      }),
    ),
  ]
}

function recordedChanges({ entries }: ChangeRecords): string[] {
  return [...entries.products, ...entries.orders].flatMap(({ action, subjectId, changes, by }) => {
    if (action === 'product.created' || action === 'product.deleted') return [`${action}: ${subjectId}`]
    if (action === 'product.price_changed' || action === 'product.edited') return []
    return changes.map(({ before, after }) => spelled(action, subjectId, before, after, by))
  })
}

const spelled = (
  action: string,
  id: string,
  before: string | number | null,
  after: string | number | null,
  by: string | null,
) => `${action}: ${id} from ${before} to ${after} by ${by}`

function unequal(made: readonly string[], recorded: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const each of made) counts.set(each, (counts.get(each) ?? 0) + 1)
  for (const each of recorded) counts.set(each, (counts.get(each) ?? 0) - 1)
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(([what, count]) =>
      count > 0
        ? `${what} was made, and is not in the audit log`
        : `the audit log has ${what}, not the store`,
    )
}

/** Clocks jump, so entries are in no order: each value must have been left as often as it was reached. */
function wrongPrices({ entries, products }: ChangeRecords): string[] {
  return products.flatMap(({ id, priceMinor }) => {
    const own = entries.products.filter(({ subjectId }) => subjectId === id)
    const changes = own
      .flatMap((entry) => entry.changes)
      .filter(({ field }) => field === 'priceMinor')
      .map(({ before, after }) => [before, after] as const)
    return chainFaults(`the price of product ${id}`, changes, priceMinor)
  })
}

function wrongRoles({ entries, accounts }: ChangeRecords): string[] {
  return accounts.flatMap(({ id, role, roleChanges }) => {
    const own = entries.accounts.filter(({ subjectId }) => subjectId === id)
    const changes = own
      .filter(({ action }) => action === 'account.role_changed')
      .flatMap((entry) => entry.changes)
      .map(({ before, after }) => [before, after] as const)
    if (changes.length !== roleChanges)
      return [`the role of ${id} changed ${roleChanges} times, the audit log has ${changes.length}`]
    const first = own.find(({ action }) => action === 'account.created')?.changes[0]?.after ?? 'customer'
    return chainFaults(`the role of ${id}`, [[null, first], ...changes], role)
  })
}

type Value = string | number | null

/** Whether `changes`, in some order, lead from nothing to `now`. */
function chainFaults(what: string, changes: readonly (readonly [Value, Value])[], now: Value): string[] {
  const reached = new Map<Value, number>([[now, -1]])
  for (const [before, after] of changes) {
    if (before !== null) reached.set(before, (reached.get(before) ?? 0) - 1)
    reached.set(after, (reached.get(after) ?? 0) + 1)
  }
  const left = [...reached].find(([, times]) => times !== 0)
  return left === undefined
    ? []
    : [`the audit log does not lead to ${what}, ${now}: a change from or to ${left[0]} is missing`]
}

/** Its last version by an edit is its removal; then units only come back. */
function movedAfterRemoval({ products, movements }: ChangeRecords): string[] {
  const removedAt = new Map(
    products.filter(({ removed }) => removed).map(({ id, editVersion }) => [id, editVersion]),
  )
  return movements
    .filter(
      ({ productId, version, reason }) =>
        reason !== 'release' &&
        reason !== 'return' &&
        version > (removedAt.get(productId) ?? Number.POSITIVE_INFINITY),
    )
    .map(
      ({ productId, version, reason }) =>
        `product ${productId} had a movement (${reason}) at version ${version}, after it was removed at ${removedAt.get(productId)}`,
    )
}

/** Each request to adjust has a reason of its own. */
function adjustedTwice({ movements }: ChangeRecords): string[] {
  const reasons = movements.filter(({ reason }) => reason === 'adjustment').map(({ note }) => note)
  return reasons
    .filter((note, at) => reasons.indexOf(note) !== at)
    .map((note) => `4: the request to adjust that gave the reason "${note}" was applied twice`)
}
