/**
 * Real time as whole numbers: `a` returned before `b` was called exactly if `returns[a] < calls[b]`.
 *
 * All calls between two returns are the same moment, and so are all returns between two calls: an epoch begins with the
 * first call after a return.
 */
import type { Operation } from './format.ts'

/** The return of an operation whose outcome is unknown. */
export const NEVER = 2 ** 31 - 1

export type Epochs = {
  readonly calls: Int32Array
  readonly returns: Int32Array
  /** The last epoch. */
  readonly last: number
}

export function epochsOf(operations: readonly Operation[]): Epochs {
  const byCall = sortedBy(operations, ({ called }) => called)
  const byReturn = sortedBy(operations, returnOf)
  const calls = new Int32Array(operations.length)
  const returns = new Int32Array(operations.length).fill(NEVER)
  let epoch = 0
  let returned = false
  let next = 0
  for (const index of byCall) {
    const { called } = operations[index]!
    // A return at the same time as a call is not before it.
    while (next < byReturn.length && returnOf(operations[byReturn[next]!]!) < called) {
      returns[byReturn[next++]!] = epoch
      returned = true
    }
    if (returned) epoch++
    returned = false
    calls[index] = epoch
  }
  for (; next < byReturn.length; next++) {
    const index = byReturn[next]!
    if (returnOf(operations[index]!) < Infinity) returns[index] = epoch
  }
  return { calls, returns, last: epoch }
}

const returnOf = ({ answer, returned = Infinity }: Operation): number =>
  answer === undefined ? Infinity : returned

function sortedBy(operations: readonly Operation[], time: (operation: Operation) => number): Uint32Array {
  const times = Float64Array.from(operations, time)
  return Uint32Array.from(operations.keys()).sort((a, b) => times[a]! - times[b]! || a - b)
}
