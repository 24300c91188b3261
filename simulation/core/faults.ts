/**
 * Which faults a history has, how often, and until when.
 *
 * Each history leaves out every kind of fault with probability 1/2, and has the others with a random part of their highest
 * probability. If all were always there, most would hide behind the most frequent ones, and some states could never be reached.
 */
import type { Chances } from './chances.ts'
import type { World } from './world.ts'

export type Faults<Kind extends string> = {
  /**
   * Whether it happens this time, to that client or process; counted if it does. Never after `end`. What happens to one does
   * not depend on how often others ask.
   */
  happens(kind: Kind, to?: string): boolean
  /** It happens for another reason than chance: only counted. */
  count(kind: Kind): void
  /** The probability in this history: 0 if the kind is left out. */
  probability(kind: Kind): number
  /** No fault happens until `begin`: while a history is prepared. */
  hold(): void
  begin(): void
  /** The second phase begins: no fault happens any more. */
  end(): void
  hasEnded(): boolean
  /** Whether faults may happen now. */
  areOn(): boolean
  counts(): Readonly<Record<string, number>>
}

/** The name of a kind as a command has it. */
export const oneWord = (kind: string): string => kind.replaceAll(' ', '_')

/** Of those that are to happen often, to the highest probability. */
export const OFTEN = 4

/** A random part of each, or nothing; OFTEN times the highest of those that are to happen often. */
export function createMix<Kind extends string>(
  world: World,
  highest: Readonly<Record<Kind, number>>,
  off: readonly string[] = [],
  often: readonly string[] = [],
): Readonly<Record<Kind, number>> {
  const leftOut = new Set(off.map(oneWord))
  return Object.fromEntries(
    Object.entries<number>(highest).map(([kind, most]) => {
      const mix = world.chances(`mix of ${kind}`)
      const isIn = mix.happens(1 / 2)
      const probability = mix.between(0, most)
      if (often.includes(kind)) return [kind, Math.min(1, OFTEN * most)]
      return [kind, isIn && !leftOut.has(oneWord(kind)) ? probability : 0]
    }),
  ) as Record<Kind, number>
}

/** `highest`: the highest probability of each kind. `off`: kinds that are left out in any case; `often`: those that happen more than ever by chance. */
export function createFaults<Kind extends string>(
  world: World,
  highest: Readonly<Record<Kind, number>>,
  off: readonly string[],
  often: readonly string[] = [],
): Faults<Kind> {
  const counts: Record<string, number> = {}
  const probabilities = createMix(world, highest, off, often)
  let held = false
  let ended = false
  const areOn = () => !held && !ended
  const generators = Object.fromEntries(
    Object.keys(highest).map((kind) => [kind, new Map<string, Chances>()]),
  )

  const chancesOf = (kind: Kind, to: string): Chances => {
    const known = generators[kind]!.get(to)
    if (known) return known
    const made = world.chances(`${kind} ${to}`)
    generators[kind]!.set(to, made)
    return made
  }

  const count = (kind: Kind) => {
    counts[kind] = (counts[kind] ?? 0) + 1
  }

  return {
    happens(kind, to = '') {
      if (!areOn() || probabilities[kind] === 0) return false
      if (!chancesOf(kind, to).happens(probabilities[kind])) return false
      count(kind)
      return true
    },
    count,
    probability: (kind) => (ended ? 0 : probabilities[kind]),
    hold() {
      held = true
    },
    begin() {
      held = false
    },
    end() {
      ended = true
    },
    hasEnded: () => ended,
    areOn,
    counts: () => counts,
  }
}
