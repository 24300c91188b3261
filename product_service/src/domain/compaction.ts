/**
 * Old movements of a product may be replaced by an opening balance (RETAIN_MOVEMENTS_DAYS; decision 30).
 *
 * Invariants
 *  2. The ledger balances, before and after. A run of movements that follow each other is replaced by one that has their
 *     sum, and the version, the stock and the time of the last: so all sums, and the stock from movement to movement, stay.
 *  a. The sale of an order that still holds its units stays (invariant 6): it divides the movements into two runs.
 *  b. A movement that does not start from the stock after the one before also divides them: what is wrong stays visible.
 *  c. A movement changes stock. So a run whose sum is zero keeps its last movement.
 *
 * An opening balance is an adjustment without an author, so an earlier release reads it as any other movement.
 */
import type { Movement } from './product.ts'

export const OPENING_NOTE = 'Opening balance: the movements up to here were archived.'

export const isOpeningBalance = ({ reason, by }: Movement): boolean => reason === 'adjustment' && by === null

export const sumOf = (run: readonly Movement[]): number => run.reduce((sum, { delta }) => sum + delta, 0)

/** Of a run that runsToCompact returned. */
export function openingBalance(run: readonly Movement[]): Movement {
  const { productId, version, stockAfter, at } = run.at(-1)!
  const cause = { reason: 'adjustment', note: OPENING_NOTE, orderId: null, by: null } as const
  return { productId, version, delta: sumOf(run), stockAfter, ...cause, at }
}

/**
 * The runs among movements of one product that follow each other, oldest first: each has at least two, all before `before`.
 * `holds` says whether an order holds units.
 */
export function runsToCompact<Item extends Movement>(
  movements: readonly Item[],
  before: string,
  holds: (orderId: string) => boolean,
): readonly (readonly Item[])[] {
  const runs: Item[][] = [[]]
  let stock: number | undefined
  for (const movement of movements) {
    const { at, delta, stockAfter, orderId } = movement
    if (at >= before) break
    const follows = stock === undefined || stockAfter === stock + delta
    stock = stockAfter
    if (orderId !== null && holds(orderId)) runs.push([])
    else if (follows) runs.at(-1)!.push(movement)
    else runs.push([movement])
  }
  return runs.map((run) => (sumOf(run) === 0 ? run.slice(0, -1) : run)).filter((run) => run.length > 1)
}
