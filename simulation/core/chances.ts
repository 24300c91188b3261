/** Random numbers of one part of a history, each part with a generator of its own. */
import { numbersFrom } from '@shop/service_kit/test_support/seeded_runtime'

export type Chances = {
  /** From 0 to 1 (excluded). */
  number(): number
  /** From `low` to `high` (excluded). */
  between(low: number, high: number): number
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  /** True with that probability. */
  happens(probability: number): boolean
  /** One of them. */
  one<T>(of: readonly [T, ...T[]] | readonly T[]): T
}

/** The same seed and name give the same numbers. Other names give others. */
export function chancesOf(seed: number, name: string): Chances {
  const number = numbersFrom(mixed(seed, name))
  const between = (low: number, high: number) => low + number() * (high - low)
  const whole = (low: number, high: number) => Math.floor(between(low, high + 1))
  return {
    number,
    between,
    whole,
    happens: (probability) => number() < probability,
    one: (of) => of[whole(0, of.length - 1)]!,
  }
}

export const FNV_PRIME = 0x01000193

/** FNV-1a of the name, from the seed. */
export function mixed(seed: number, name: string): number {
  let hash = (seed ^ 0x811c9dc5) | 0
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), FNV_PRIME)
  return hash
}
