/**
 * The ledger of one product, replayed (invariants 1 and 2): versions grow, each movement starts from the stock after the one
 * before, stock is never negative, and the last one is what the store has.
 *
 * Of a product whose older movements were replaced by opening balances, the stock between these is unknown.
 */
import type { ProductHistory } from './collected.ts'
import type { Checking } from './faults.ts'
import type { MovementRecord } from './format.ts'

export type Ledger = {
  /** Undefined where it is unknown. */
  stockAt(version: number): number | undefined
  /** The movement that made this version. */
  movementAt(version: number): MovementRecord | undefined
  readonly compacted: boolean
  /** Is the stock, at some version from `first` to `last`, this number, or unknown? */
  everHad(stock: number, first: number, last: number): boolean
}

export function replayLedger(
  { id, movements }: ProductHistory,
  { report }: Checking,
  versions: number,
): Ledger {
  let [before, last] = [0, 0]
  for (const { version, delta, stockAfter, orderId } of movements) {
    const cause = orderId === null ? '' : ` for order ${orderId}`
    const what = `The movement of ${delta}${cause} that made version ${version} of product ${id}`
    if (version === last) report('ledger', `${what} is not the only one that made it`)
    if (version < 1 || version > versions)
      report('ledger', `${what} is beyond version ${versions} of the store`)
    if (stockAfter !== before + delta)
      report('ledger', `${what} leaves ${stockAfter}, and there were ${before}`)
    if (stockAfter < 0) report('ledger', `${what} leaves ${stockAfter}`)
    before = stockAfter
    last = version
  }

  /** For each version: how many movements there are up to it. */
  const upTo = new Int32Array(versions + 1)
  for (const { version } of movements) if (version >= 1 && version <= versions) upTo[version]!++
  for (let version = 1; version <= versions; version++) upTo[version]! += upTo[version - 1]!
  const compacted = movements.some(({ opening }) => opening)

  const stockAt = (version: number) => {
    const next = movements[upTo[version]!]
    if (next?.opening) return undefined
    return movements[upTo[version]! - 1]?.stockAfter ?? 0
  }
  let byStock: Map<number, number[]> | undefined
  const index = () => {
    const versionsOf = new Map<number, number[]>()
    for (let version = 1; version <= versions; version++) {
      const stock = stockAt(version)
      if (stock === undefined) continue
      const list = versionsOf.get(stock)
      if (list) list.push(version)
      else versionsOf.set(stock, [version])
    }
    return versionsOf
  }
  return {
    stockAt,
    movementAt(version) {
      const movement = movements[upTo[version]! - 1]
      return movement?.version === version ? movement : undefined
    },
    compacted,
    everHad(stock, first, last) {
      if (compacted) return true
      byStock ??= index()
      const list = byStock.get(stock) ?? []
      let [low, high] = [0, list.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if (list[middle]! >= first) high = middle
        else low = middle + 1
      }
      return low < list.length && list[low]! <= last
    },
  }
}
