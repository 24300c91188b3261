/**
 * One process on one machine: its Runtime, its clock, and how it ends.
 *
 * Invariants
 *  1. Of a killed process nothing runs any more: no timer fires, no answer arrives, and it calls nothing. So it can end at
 *     every `await` that waits for something outside, and what it had begun stays half done.
 *  2. A paused process goes on where it was, with all that came meanwhile, in the order in which it came.
 *  3. The wall clock is the one of its machine: it may be wrong, and may jump at any moment. The monotonic clock never goes back.
 */
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import { createSeededRuntime, numbersFrom } from '@shop/service_kit/test_support/seeded_runtime'
import { mixed } from './chances.ts'
import type { World } from './world.ts'

/** When every history begins. */
export const EPOCH = Date.parse('2026-01-01T00:00:00.000Z')

/** How far the wall clock of a machine is ahead, in milliseconds. */
export type WallClock = { aheadMs: number }

export type Machine = {
  readonly name: string
  readonly runtime: Runtime
  readonly clock: WallClock
  isAlive(): boolean
  isPaused(): boolean
  kill(): void
  pause(): void
  resume(): void
  /** Runs `run` as the process: at once, after its pause, or never. */
  deliver(run: () => void): void
  /** `port` as this process sees it: its methods are called, and their promises settle, only while the process runs. */
  seen<Port extends object>(port: Port): Port
}

/** `generation` differs for each start, so that the same ids are not made twice. */
export function createMachine(world: World, name: string, generation: number, clock: WallClock): Machine {
  const startedAt = world.time()
  const delayed: (() => void)[] = []
  let alive = true
  let paused = false
  let generators = 0

  const deliver = (run: () => void) => {
    if (!alive) return
    if (paused || delayed.length > 0) delayed.push(run)
    else run()
  }

  /** One after the other, each with the promises that it settles, as in an event loop. */
  const catchUp = () => {
    if (paused) return
    delayed[0]?.()
    delayed.shift()
    if (delayed.length > 0) world.after(0, catchUp)
  }

  const after = (ms: number, run: () => void): Cancel => {
    let cancelled = false
    // As in Node, 1 ms is the least for a timer. A paused process may still cancel what has become due.
    const cancel = world.after(ms > 0 ? Math.max(1, ms) : 0, () => deliver(() => cancelled || run()))
    return () => {
      cancelled = true
      cancel()
    }
  }

  const throughDeliver = <T>(promise: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      promise.then(
        (value) => deliver(() => resolve(value)),
        (error) => deliver(() => reject(error)),
      )
    })

  const runtime = createSeededRuntime({
    now: () => new Date(EPOCH + Math.floor(world.time()) + clock.aheadMs),
    monotonic: () => world.time() - startedAt,
    after,
    defer: (run) => void after(0, run),
    numbers: () => numbersFrom(mixed(world.seed, `${name} ${generation} ${++generators}`)),
  })

  return {
    name,
    runtime,
    clock,
    isAlive: () => alive,
    isPaused: () => paused,
    kill() {
      alive = false
      delayed.length = 0
      world.note(name, 'is killed')
    },
    pause() {
      paused = true
      world.note(name, 'is paused')
    },
    resume() {
      paused = false
      world.note(name, 'goes on')
      catchUp()
    },
    deliver,
    seen: (port) =>
      new Proxy(port, {
        get(target, property, receiver) {
          const value = Reflect.get(target, property, receiver)
          if (typeof value !== 'function') return value
          return (...given: unknown[]) => {
            // It was killed a moment ago, by code that it had called.
            if (!alive) return new Promise(() => {})
            const answer = value.apply(target, given)
            return answer instanceof Promise ? throughDeliver(answer) : answer
          }
        },
      }),
  }
}
