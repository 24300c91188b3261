/**
 * Which values each listed thing has, and which things have a value. Things and values are small whole numbers.
 *
 * The list of a value may have things that lost it: `each` leaves them out, and a list that is mostly old is made again.
 */
const FIRST_PLACES = 4

export type ValueLists = {
  /** Replaces the values of a thing. No value occurs twice. */
  set(thing: number, values: readonly number[]): void
  /** Calls `visit` for each value of the thing. */
  eachValue(thing: number, visit: (value: number) => void): void
  /** Calls `visit` for each thing that has the value, some perhaps twice. */
  each(value: number, visit: (thing: number) => void): void
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

type OfValue = { things: Uint32Array; length: number; old: number }

export function createValueLists(): ValueLists {
  let start = new Uint32Array(1024)
  let length = new Uint16Array(1024)
  /** The values of all things, each thing's in a row; `lost` of its numbers belong to no thing any more. */
  let pool = new Uint32Array(4096)
  let used = 0
  let lost = 0
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
  const add = (value: number, thing: number) => {
    lists[value] ??= { things: new Uint32Array(FIRST_PLACES), length: 0, old: 0 }
    const list = lists[value]
    if (list.length === list.things.length) list.things = larger(list.things, list.length * 2)
    list.things[list.length++] = thing
  }
  const forget = (value: number) => {
    const list = lists[value]!
    list.old += 1
    if (list.old <= list.length / 2) return
    const kept = list.things.subarray(0, list.length).filter((thing) => has(thing, value))
    const once = [...new Set(kept)]
    list.things = Uint32Array.from(once.length < FIRST_PLACES ? [...once, 0, 0, 0, 0] : once)
    list.length = once.length
    list.old = 0
  }

  return {
    set(thing, values) {
      reserveThing(thing)
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
      for (const value of before) if (!values.includes(value)) forget(value)
      for (const value of values) if (!before.includes(value)) add(value, thing)
    },
    eachValue(thing, visit) {
      const from = start[thing]!
      const end = from + length[thing]!
      for (let i = from; i < end; i++) visit(pool[i]!)
    },
    each(value, visit) {
      const list = lists[value]
      if (!list) return
      for (let i = 0; i < list.length; i++) {
        const thing = list.things[i]!
        if (list.old === 0 || has(thing, value)) visit(thing)
      }
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
