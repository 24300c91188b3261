/**
 * One history: what it is made from, and what came of it.
 *
 * It has two phases. In the first, faults happen, and after every event nothing may be wrong (safety). In the second none
 * happens any more, and within the promised time all must be settled and the books equal (invariant 5).
 */
import { createFaults, type Faults } from './faults.ts'
import { createWorld, type Entry, type World } from './world.ts'

/** All that a history depends on, so all that repeats it. */
export type Plan = {
  readonly seed: number
  /** Kinds of faults that are left out. */
  readonly off: readonly string[]
  /** Kinds of faults that happen often: for planted bugs that show after one of them only. */
  readonly often?: readonly string[] | undefined
  /** The clients that take part, by number; undefined: all of the history. */
  readonly clients?: readonly number[] | undefined
  /** Each client ends after so many steps; undefined: after those of the history. */
  readonly steps?: number | undefined
}

export type Outcome = {
  /** What was wrong first, as a sentence that begins with the number of an invariant where it is one; undefined: nothing. */
  readonly violation: string | undefined
  readonly hash: string
  readonly events: number
  readonly faults: Readonly<Record<string, number>>
  readonly situations: Readonly<Record<string, number>>
  readonly entries: readonly Entry[]
}

/** A way to make histories: the domain alone, or whole services on one of the stores. */
export type Level = {
  readonly name: string
  /** One line for the summary. */
  readonly what: string
  readonly faults: readonly string[]
  /** Each must be reached in a run of the suite. */
  readonly situations: readonly string[]
  run(plan: Plan, keep: boolean): Promise<Outcome>
}

/** Thrown by an oracle. */
export class Violation extends Error {}

export type History<Kind extends string> = {
  readonly plan: Plan
  readonly world: World
  readonly faults: Faults<Kind>
  /** Counts that this history came into the situation. */
  sometimes(situation: string): void
  /** Ends the history as broken: also from a callback, whose error would reach no oracle. */
  broken(sentence: string): void
}

/** Runs `play`, which throws a Violation, or calls `broken`. Any other error is one, too. */
export async function runHistory<Kind extends string>(
  plan: Plan,
  keep: boolean,
  {
    faults: highest,
    situations: known,
  }: { faults: Readonly<Record<Kind, number>>; situations: readonly string[] },
  play: (history: History<Kind>) => Promise<void>,
): Promise<Outcome> {
  const world = createWorld(plan.seed, keep)
  const faults = createFaults(world, highest, plan.off, plan.often)
  const situations: Record<string, number> = {}
  let violation: string | undefined
  const broken = (sentence: string) => {
    violation ??= sentence
    world.note('oracle', sentence)
    world.stop()
  }
  const unhandled = (error: unknown) => broken(`an error that no code handled: ${describe(error)}`)
  process.on('unhandledRejection', unhandled)
  try {
    await play({
      plan,
      world,
      faults,
      broken,
      sometimes(situation) {
        if (!known.includes(situation)) throw new Error(`"${situation}" is not in the list of situations`)
        situations[situation] = (situations[situation] ?? 0) + 1
      },
    })
  } catch (error) {
    broken(error instanceof Violation ? error.message : `an error that no code handled: ${describe(error)}`)
  } finally {
    process.off('unhandledRejection', unhandled)
  }
  const { hash, events, entries } = world.trace()
  return { violation, hash, events, faults: faults.counts(), situations, entries }
}

const describe = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))
