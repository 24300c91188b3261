/** The variants of each group: lists that are linked both ways, in three arrays. Groups and variants are small whole numbers. */
import { type Bits, setBit, WORD_BITS } from './bits.ts'

const FIRST_CAPACITY = 1024

type VariantChains = {
  /** The variant is in no group. */
  add(group: number, variant: number): void
  /** The variant is in the group. */
  remove(group: number, variant: number): void
  each(group: number, visit: (variant: number) => void): void
  /** Adds to the set the variants of each group of `groups`, up to those that it has room for. */
  addAll(set: Bits, groups: Bits): void
}

export function createVariantChains(): VariantChains {
  /** All are numbers + 1; 0 is the end of a chain. */
  let first = new Uint32Array(FIRST_CAPACITY)
  let next = new Uint32Array(FIRST_CAPACITY)
  let previous = new Uint32Array(FIRST_CAPACITY)

  const reserve = (n: number) => {
    if (n < first.length) return
    const larger = (before: Uint32Array) => {
      const after = new Uint32Array(Math.max(before.length * 2, n + 1))
      after.set(before)
      return after
    }
    first = larger(first)
    next = larger(next)
    previous = larger(previous)
  }

  return {
    add(group, variant) {
      reserve(Math.max(group, variant))
      const second = first[group]!
      next[variant] = second
      previous[variant] = 0
      if (second !== 0) previous[second - 1] = variant + 1
      first[group] = variant + 1
    },
    remove(group, variant) {
      const [before, after] = [previous[variant]!, next[variant]!]
      if (before === 0) first[group] = after
      else next[before - 1] = after
      if (after !== 0) previous[after - 1] = before
    },
    each(group, visit) {
      for (let at = first[group] ?? 0; at !== 0; at = next[at - 1]!) visit(at - 1)
    },
    addAll(set, groups) {
      const [begins, follows] = [first, next]
      for (let i = 0; i < groups.length; i++) {
        for (let word = groups[i]!; word !== 0; word &= word - 1) {
          const group = i * WORD_BITS + 31 - Math.clz32(word & -word)
          for (let at = begins[group] ?? 0; at !== 0; at = follows[at - 1]!) setBit(set, at - 1)
        }
      }
    },
  }
}
