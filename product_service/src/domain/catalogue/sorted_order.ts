/**
 * Numbered things in one order, of which a query wants the next few that are in a set.
 *
 * Most are in `base`, sorted by the keys that they had then. Those that changed or came since are few, and are sorted for each
 * query; when they are too many, they are merged into `base`. So a change costs nothing at once, and a page walks `base`.
 */
import { type Bits, clearBit, hasBit, setBit } from './bits.ts'

/** Changed things before a query merges them. */
export const CHANGED_MAX = 1_000
/** Changed things before they are merged without a query, so that the first one after a large catalogue was read does not sort all of it. */
export const UNMERGED_MAX = 50_000

/** Compares the key of a thing with another one: its own number breaks ties. */
export type Keys<Key> = {
  keyOf(n: number): Key
  compare(a: Key, aNumber: number, b: Key, bNumber: number): number
}

export type SortedOrder<Key> = {
  /** The thing is new, or its key is another. */
  changed(n: number): void
  /**
   * Up to `limit` things of `wanted`, the first after `after`, backwards if `reversed`. `after` compares a thing with where the page
   * before ended: above 0 if it comes later in the order.
   */
  next(
    wanted: Bits,
    after: ((key: Key, n: number) => number) | undefined,
    limit: number,
    reversed?: boolean,
  ): number[]
  /** Adds to the set all things of which `isWithin`, which holds for a range of the order; `isBelow` for what is before that. */
  addRange(set: Bits, isBelow: (key: Key) => boolean, isWithin: (key: Key) => boolean): void
}

/** The first place from `at` on of a number that is wanted; `end` if there is none. */
function skipTo(numbers: Uint32Array, wanted: Bits, at: number, end: number, sign: number): number {
  let place = at
  while (place !== end && ((wanted[numbers[place]! >>> 5]! >>> (numbers[place]! & 31)) & 1) === 0)
    place += sign
  return place
}

export function createSortedOrder<Key>(
  { keyOf, compare }: Keys<Key>,
  capacity: () => number,
): SortedOrder<Key> {
  let base = new Uint32Array(0)
  let baseKeys: Key[] = []
  let changed: number[] = []
  let isChanged: Bits = new Uint32Array(0)

  const merge = () => {
    const news = changed.map((n) => [keyOf(n), n] as const).sort((a, b) => compare(a[0], a[1], b[0], b[1]))
    const merged = new Uint32Array(base.length + news.length)
    const keys: Key[] = new Array(merged.length)
    let size = 0
    let next = 0
    const push = (n: number, key: Key) => {
      merged[size] = n
      keys[size++] = key
    }
    for (let i = 0; i < base.length; i++) {
      const n = base[i]!
      if (has(n)) continue
      const key = baseKeys[i]!
      for (; next < news.length && compare(news[next]![0], news[next]![1], key, n) < 0; next++) {
        push(news[next]![1], news[next]![0])
      }
      push(n, key)
    }
    for (; next < news.length; next++) push(news[next]![1], news[next]![0])
    base = merged.slice(0, size)
    keys.length = size
    baseKeys = keys
    for (const n of changed) clearBit(isChanged, n)
    changed = []
  }
  const has = (n: number) => n >>> 5 < isChanged.length && hasBit(isChanged, n)
  /** The first place of `base` after `after`. */
  const firstAfter = (after: (key: Key, n: number) => number): number => {
    let low = 0
    let high = base.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (after(baseKeys[middle]!, base[middle]!) > 0) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
    changed(n) {
      if (has(n)) return
      if (n >>> 5 >= isChanged.length) {
        const larger = new Uint32Array(Math.ceil(capacity() / 32))
        larger.set(isChanged)
        isChanged = larger
      }
      setBit(isChanged, n)
      changed.push(n)
      if (changed.length > UNMERGED_MAX) merge()
    },
    addRange(set, isBelow, isWithin) {
      if (changed.length > CHANGED_MAX) merge()
      const numbers = base
      const from = firstAfter((key) => (isBelow(key) ? -1 : 1))
      const end = firstAfter((key) => (isBelow(key) || isWithin(key) ? -1 : 1))
      for (let i = from; i < end; i++) setBit(set, numbers[i]!)
      for (const n of changed) {
        if (isWithin(keyOf(n))) setBit(set, n)
        else if (hasBit(set, n)) clearBit(set, n)
      }
    },
    next(wanted, after, limit, reversed = false) {
      if (changed.length > CHANGED_MAX) merge()
      const sign = reversed ? -1 : 1
      const isLater = (key: Key, n: number) => !after || sign * after(key, n) > 0
      const news = changed
        .filter((n) => hasBit(wanted, n))
        .map((n) => [keyOf(n), n] as const)
        .filter(([key, n]) => isLater(key, n))
        .sort((a, b) => sign * compare(a[0], a[1], b[0], b[1]))
      const found: number[] = []
      let at = reversed ? base.length - 1 : 0
      if (after) at = reversed ? firstAfter((key, n) => (after(key, n) >= 0 ? 1 : -1)) - 1 : firstAfter(after)
      let next = 0
      const [numbers, end] = [base, reversed ? -1 : base.length]
      for (; found.length < limit; at += sign) {
        // Most of what is passed is not wanted.
        at = skipTo(numbers, wanted, at, end, sign)
        if (at === end) break
        const n = numbers[at]!
        if (has(n)) continue
        for (; next < news.length && found.length < limit; next++) {
          const [key, other] = news[next]!
          if (sign * compare(key, other, baseKeys[at]!, n) > 0) break
          found.push(other)
        }
        if (found.length < limit) found.push(n)
      }
      for (; next < news.length && found.length < limit; next++) found.push(news[next]![1])
      return found
    },
  }
}
