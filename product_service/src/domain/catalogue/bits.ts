/** Sets of small whole numbers, one bit each. */

export const WORD_BITS = 32

export type Bits = Uint32Array<ArrayBuffer>

export const bitsFor = (numbers: number): Bits => new Uint32Array(Math.ceil(numbers / WORD_BITS))
export const hasBit = (bits: Bits, n: number): boolean => (bits[n >>> 5]! & (1 << (n & 31))) !== 0
export const setBit = (bits: Bits, n: number): void => {
  bits[n >>> 5]! |= 1 << (n & 31)
}
export const clearBit = (bits: Bits, n: number): void => {
  bits[n >>> 5]! &= ~(1 << (n & 31))
}

/** The numbers that are in each of the sets; all sets have the same size. */
export function intersection(sets: readonly Bits[]): Bits {
  const [first, ...others] = sets
  const result = first!.slice()
  for (const other of others) for (let i = 0; i < result.length; i++) result[i]! &= other[i]!
  return result
}

export const countBits = (bits: Bits): number => countCommon(bits, bits, 0, bits.length)

/** How many numbers are in both sets, in some of their words. */
export function countCommon(one: Bits, other: Bits, fromWord: number, endWord: number): number {
  let count = 0
  for (let i = fromWord; i < endWord; i++) {
    let word = one[i]! & other[i]!
    if (word === 0) continue
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count
}

/** Calls `visit` for each number, in ascending order. */
export function eachBit(bits: Bits, visit: (n: number) => void): void {
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]!; word !== 0; word &= word - 1) {
      visit(i * WORD_BITS + 31 - Math.clz32(word & -word))
    }
  }
}
