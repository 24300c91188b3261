/**
 * Numbers UUIDs in the order in which they come, from 0: 24 bytes for each instead of a string and a place in a Map.
 * A number is never given to another id.
 */
const WORDS = 4
/** At most this part of the places is taken. */
const FULL = 0.6
const HEX = 16

export type IdTable = {
  readonly size: number
  /** Undefined for an id that has no number. */
  find(id: string): number | undefined
  /** Its number; a new id gets the next one. */
  add(id: string): number
  idOf(n: number): string
  /** As strings compare. */
  compare(a: number, b: number): number
}

export function createIdTable(): IdTable {
  let words = new Uint32Array(WORDS * 1024)
  /** Number + 1, or 0 for a free place. */
  let places = new Uint32Array(2048)
  let size = 0
  const read = new Uint32Array(WORDS)

  const parse = (id: string) => {
    read[0] = Number.parseInt(id.slice(0, 8), HEX)
    read[1] = Number.parseInt(id.slice(9, 13) + id.slice(14, 18), HEX)
    read[2] = Number.parseInt(id.slice(19, 23) + id.slice(24, 28), HEX)
    read[3] = Number.parseInt(id.slice(28, 36), HEX)
  }
  const hash = (a: number, b: number, c: number, d: number) => {
    let mixed = Math.imul(a ^ Math.imul(b, 0x9e3779b1) ^ Math.imul(c, 0x85ebca6b) ^ d, 0xc2b2ae35)
    mixed ^= mixed >>> 15
    return Math.imul(mixed, 0x27d4eb2f) >>> 0
  }
  /** The place of what was parsed, or the free one where it belongs. */
  const placeOf = (): number => {
    const mask = places.length - 1
    let place = hash(read[0]!, read[1]!, read[2]!, read[3]!) & mask
    for (; ; place = (place + 1) & mask) {
      const n = places[place]!
      if (n === 0) return place
      const at = (n - 1) * WORDS
      if (
        words[at + 3] === read[3] &&
        words[at + 2] === read[2] &&
        words[at + 1] === read[1] &&
        words[at] === read[0]
      )
        return place
    }
  }
  const grow = () => {
    places = new Uint32Array(places.length * 2)
    for (let n = 0; n < size; n++) {
      read.set(words.subarray(n * WORDS, (n + 1) * WORDS))
      places[placeOf()] = n + 1
    }
  }

  return {
    get size() {
      return size
    },
    find(id) {
      parse(id)
      const n = places[placeOf()]!
      return n === 0 ? undefined : n - 1
    },
    add(id) {
      parse(id)
      let place = placeOf()
      if (places[place] !== 0) return places[place]! - 1
      if (size + 1 > places.length * FULL) {
        grow()
        parse(id)
        place = placeOf()
      }
      if ((size + 1) * WORDS > words.length) {
        const larger = new Uint32Array(words.length * 2)
        larger.set(words)
        words = larger
      }
      words.set(read, size * WORDS)
      places[place] = size + 1
      size += 1
      return size - 1
    },
    idOf(n) {
      const hex = [...words.subarray(n * WORDS, (n + 1) * WORDS)]
        .map((word) => word.toString(HEX).padStart(8, '0'))
        .join('')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    },
    compare(a, b) {
      for (let i = 0; i < WORDS; i++) {
        const difference = words[a * WORDS + i]! - words[b * WORDS + i]!
        if (difference !== 0) return difference
      }
      return 0
    },
  }
}
