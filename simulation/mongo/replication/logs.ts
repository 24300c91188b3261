/** Compares what two members have. */
import type { Branch } from './branch.ts'

/** The writes of a branch up to a number. */
type Log = { readonly branch: Branch; readonly applied: number }

/** By the term of its last write, then by their number, as the server's voters. */
export function isAhead(a: Log, b: Log): boolean {
  const [x, y] = [a.branch.termOf(a.applied), b.branch.termOf(b.applied)]
  return x > y || (x === y && a.applied > b.applied)
}

/** Up to which number both have the same writes. */
export function commonNumber(branch: Branch, applied: number, other: Branch): number {
  const shared = new Map(lineage(other, Number.POSITIVE_INFINITY))
  for (const [each, upTo] of lineage(branch, applied)) {
    const theirs = shared.get(each)
    if (theirs !== undefined) return Math.min(upTo, theirs)
  }
  return 0
}

function lineage(branch: Branch, upTo: number): [Branch, number][] {
  const { parent, forkedAt } = branch
  return [[branch, upTo], ...(parent ? lineage(parent, Math.min(upTo, forkedAt)) : [])]
}
