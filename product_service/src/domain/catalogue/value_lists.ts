/**
 * Which values each listed thing has, and which things have a value. Things and values are small whole numbers.
 *
 * The list of a value may have things that lost it: a reader leaves them out, and a list that is mostly old is made again. A value that many
 * things have is a set of bits, too, which is always exact: it takes less memory than its list, and is compared with what is found
 * 32 things at a time.
 */
import { type Bits, bitsFor, clearBit, setBit, WORD_BITS } from './bits.ts'

const FIRST_PLACES = 4
/** Values that at least this part of the things have are sets of bits: those of 1,000,000 things with five values each take 20 MB at most. */
export const DENSE_SHARE = 1 / 32

export type ValueLists = {
  /** Replaces the values of a thing. No value occurs twice. */
  set(thing: number, values: readonly number[]): void
  /** Whether the thing has the value now. */
  has(thing: number, value: number): boolean
  /** The list of the value. With `old` some of its things lost the value, or are in it twice. Until the next change. */
  list(value: number): Readonly<OfValue> | undefined
  /** The values of thing n are those of `pool` from `start[n]`, `length[n]` of them; `used` of all. Until the next change. */
  raw(): {
    readonly start: Uint32Array
    readonly length: Uint16Array
    readonly pool: Uint32Array
    readonly used: number
  }
}

/** `bits` has the things below 32 times its length that have the value; no other thing has it. */
type OfValue = { things: Uint32Array; length: number; old: number; bits: Bits | undefined }

export function createValueLists(denseShare = DENSE_SHARE): ValueLists {
  let start = new Uint32Array(1024)
  let length = new Uint16Array(1024)
  /** The values of all things, each thing's in a row; `lost` of its numbers belong to no thing any more. */
  let pool = new Uint32Array(4096)
  let used = 0
  let lost = 0
  let thingsSeen = 0
  const lists: OfValue[] = []

  const has = (thing: number, value: number) => {
    const from = start[thing]!
    for (let i = from; i < from + length[thing]!; i++) if (pool[i] === value) return true
    return false
  }
  const reserveThing = (thing: number) => {
    if (thing < start.length) return
    const size = Math.max(start.length * 2, thing + 1)
    start = larger(start, size)
    const lengths = new Uint16Array(size)
    lengths.set(length)
    length = lengths
  }
  const reservePool = (count: number) => {
    if (lost > used / 2 && used > pool.length / 2) {
      const before = pool
      pool = new Uint32Array(before.length)
      used = 0
      lost = 0
      for (let thing = 0; thing < start.length; thing++) {
        const values = before.subarray(start[thing]!, start[thing]! + length[thing]!)
        pool.set(values, used)
        start[thing] = used
        used += values.length
      }
    }
    if (used + count > pool.length) pool = larger(pool, Math.max(pool.length * 2, used + count))
  }
  const setBits = (value: number, list: OfValue) => {
    list.bits = undefined
    if (list.length < thingsSeen * denseShare) return
    const bits = bitsFor(start.length)
    for (let i = 0; i < list.length; i++) if (has(list.things[i]!, value)) setBit(bits, list.things[i]!)
    list.bits = bits
  }
  const add = (value: number, thing: number) => {
    lists[value] ??= { things: new Uint32Array(FIRST_PLACES), length: 0, old: 0, bits: undefined }
    const list = lists[value]
    const isFull = list.length === list.things.length
    if (isFull) list.things = larger(list.things, list.length * 2)
    list.things[list.length++] = thing
    // When either has doubled, it may have become frequent, or rare.
    if (list.bits ? thing >= list.bits.length * WORD_BITS : isFull || list.length === 1) setBits(value, list)
    else if (list.bits) setBit(list.bits, thing)
  }
  const forget = (value: number, thing: number) => {
    const list = lists[value]!
    if (list.bits) clearBit(list.bits, thing)
    list.old += 1
    if (list.old <= list.length / 2) return
    const kept = list.things.subarray(0, list.length).filter((thing) => has(thing, value))
    const once = [...new Set(kept)]
    list.things = Uint32Array.from(once.length < FIRST_PLACES ? [...once, 0, 0, 0, 0] : once)
    list.length = once.length
    list.old = 0
    setBits(value, list)
  }

  return {
    set(thing, values) {
      reserveThing(thing)
      thingsSeen = Math.max(thingsSeen, thing + 1)
      const before = [...pool.subarray(start[thing]!, start[thing]! + length[thing]!)]
      if (before.length === values.length && values.every((value, i) => before[i] === value)) return
      if (values.length > before.length) {
        lost += before.length
        length[thing] = 0
        reservePool(values.length)
        start[thing] = used
        used += values.length
      } else lost += before.length - values.length
      pool.set(values, start[thing]!)
      length[thing] = values.length
      for (const value of before) if (!values.includes(value)) forget(value, thing)
      for (const value of values) if (!before.includes(value)) add(value, thing)
    },
    has,
    list: (value) => lists[value],
    raw: () => ({ start, length, pool, used }),
  }
}

function larger(before: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const after = new Uint32Array(size)
  after.set(before)
  return after
}
