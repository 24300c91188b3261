/** Waits with deadlines, and random numbers from a seed. */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

/** Between two probes: short at first, then longer, because probing costs work. */
const FIRST_PAUSE_MS = 15
const PAUSE_GROWTH = 1.3
const PAUSE_MS_MAX = 250

/**
 * Calls `probe` until it returns something other than undefined or false; fails with `what` at the deadline.
 */
export async function until<T>(
  what: string,
  deadlineMs: number,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  firstPauseMs = FIRST_PAUSE_MS,
): Promise<T> {
  const deadline = performance.now() + deadlineMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MS_MAX)) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`Not within ${deadlineMs} ms: ${what}`)
    await sleep(pauseMs)
  }
}

/** The result of `work`; fails with `what` after the deadline. */
export async function within<T>(what: string, deadlineMs: number, work: Promise<T>): Promise<T> {
  const late = new AbortController()
  try {
    return await Promise.race([
      work,
      sleep(deadlineMs, undefined, { signal: late.signal }).then(() => {
        throw new Error(`Not within ${deadlineMs} ms: ${what}`)
      }),
    ])
  } finally {
    late.abort()
  }
}

export type Chance = {
  readonly seed: number
  /** An integer from `low` up to, but not including, `high`. */
  between(low: number, high: number): number
  pick<T>(things: readonly T[]): T
  /** A further source of random numbers, so that concurrent tasks do not influence each other's. */
  fork(): Chance
}

/** Random numbers from a seed (mulberry32); the same seed gives the same numbers. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const draw = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number) => low + Math.floor(draw() * (high - low))
  return {
    seed,
    between,
    pick: (things) => things[between(0, things.length)]!,
    fork: () => createChance(between(0, 2 ** 31)),
  }
}

/** Runs `work` with random numbers from SEED, or from a new seed; a failure names the seed to repeat it. */
export async function byChance(work: (chance: Chance) => Promise<void>): Promise<void> {
  const seed = process.env.SEED === undefined ? randomInt(2 ** 31) : Number(process.env.SEED)
  try {
    await work(createChance(seed))
  } catch (error) {
    if (error instanceof Error) error.message = `[run with SEED=${seed}] ${error.message}`
    throw error
  }
}
