/**
 * The world of one history: a seed, the time, and all that is to happen.
 *
 * Invariants
 *  1. Everything comes from the seed: times, what comes first of what is due at one time, ids, and every chance. The same seed
 *     gives the same trace, on any machine.
 *  2. Time passes only between two events. After an event, all promises settle that can, before the next one begins.
 *  3. Each part takes its chances from a generator of its own (`chances`). So a history without one fault, or without one
 *     client, leaves to the others the chances they had: that is what makes a failure small (shrink.ts).
 */
import type { Cancel } from '@shop/service_kit/runtime/runtime'
import { type Chances, chancesOf, FNV_PRIME, mixed } from './chances.ts'
import { createQueue, type Event } from './queue.ts'

/** What happened, for a person: in which process (or client), and what. */
export type Entry = { readonly at: number; readonly lane: string; readonly text: string }

export type Trace = { readonly hash: string; readonly events: number; readonly entries: readonly Entry[] }

export type World = {
  readonly seed: number
  /** Milliseconds since the history began. */
  time(): number
  /** The generator of that name; the same object each time. */
  chances(name: string): Chances
  after(ms: number, run: () => void): Cancel
  sleep(ms: number): Promise<void>
  /** So much time passes, in which nothing happens: all that is to happen comes that much later. */
  skip(ms: number): void
  /** Part of the trace. */
  note(lane: string, text: string): void
  /** An entry for a person, and no part of the hash. Undefined if none is kept, so `world.show?.(…)` costs nothing then. */
  readonly show: ((lane: string, text: string) => void) | undefined
  /**
   * Lets events happen until that time (later, by what is skipped meanwhile), or until `isDone`, with `check` after each. Rejects with the first error that an event
   * or `check` throws.
   */
  runUntil(time: number, check: () => void, isDone?: () => boolean): Promise<void>
  /** No further event happens. */
  stop(): void
  trace(): Trace
}

/** Taken before anything can replace the global one. */
const { setImmediate } = globalThis

/** Parts of a millisecond that the hash of the trace distinguishes. */
const TIME_STEPS = 1024

/** `keep`: the entries of the trace are kept, not only its hash. */
export function createWorld(seed: number, keep: boolean): World {
  const queue = createQueue()
  const generators = new Map<string, Chances>()
  const entries: Entry[] = []
  let now = 0
  /** Time in which nothing happened; events are queued without it. */
  let skipped = 0
  let events = 0
  let hash = seed | 0
  let stopped = false

  const chances = (name: string) => {
    const known = generators.get(name)
    if (known) return known
    const made = chancesOf(seed, name)
    generators.set(name, made)
    return made
  }
  const ties = chances('ties')

  const show = (lane: string, text: string) => void entries.push({ at: now + skipped, lane, text })

  const world: World = {
    seed,
    time: () => now + skipped,
    chances,
    after(ms, run) {
      const event: Event = { at: now + Math.max(0, ms), tie: ties.number(), run }
      queue.push(event)
      return () => {
        event.run = undefined
      }
    },
    sleep: (ms) => new Promise((resolve) => world.after(ms, resolve)),
    skip(ms) {
      skipped += ms
      world.note('world', `${ms} ms pass`)
    },
    note(lane, text) {
      hash = mixed(mixed(hash, lane), text)
      if (keep) show(lane, text)
    },
    show: keep ? show : undefined,
    runUntil: (time, check, isDone = () => false) =>
      new Promise((resolve, reject) => {
        const end = time - skipped
        /** In a turn of the event loop of its own: all promises settle that can, and then the next event begins. */
        const step = () => {
          try {
            const event = queue.next()
            if (stopped || isDone()) return resolve()
            if (event === undefined || event.at > end) {
              now = end
              return resolve()
            }
            queue.pop()
            now = event.at
            events += 1
            hash = Math.imul(hash ^ ((now + skipped) * TIME_STEPS), FNV_PRIME)
            event.run?.()
            setImmediate(checked)
          } catch (error) {
            reject(error)
          }
        }
        const checked = () => {
          try {
            check()
          } catch (error) {
            return reject(error)
          }
          step()
        }
        setImmediate(step)
      }),
    stop() {
      stopped = true
    },
    trace: () => ({ hash: (hash >>> 0).toString(16).padStart(8, '0'), events, entries }),
  }
  return world
}
