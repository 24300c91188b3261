/**
 * A Runtime whose time passes only in `advance`.
 *
 * Promises
 *  1. `advance(ms)` runs what falls due in the order of its time, and at one time in the order in which it was asked for.
 *     Each runs at exactly its time, and promises settle before the next one.
 *  2. What is asked for on the way, and falls due within the same `ms`, runs too.
 *  3. The same seed gives the same ids, random numbers and random bytes.
 *
 * Sockets and files stay real. With `realDefer`, `defer` waits for real I/O, and not for `advance`.
 */
import { sleepBy } from '@shop/retry/sleep'
import { type Cancel, nextTurn, type Runtime, systemRuntime } from '../src/runtime/runtime.ts'

export type VirtualRuntime = Runtime & {
  /** Lets `ms` pass. Rejects with what a timer throws; the clock then stands at that timer's time. */
  advance(ms: number): Promise<void>
  /**
   * Lets time pass from one waiting timer to the next until `work` settles, and settles as it does. Only for work without
   * deadlines: while real I/O is awaited, time runs.
   */
  advanceUntil<T>(work: Promise<T>): Promise<T>
  /** Sets the wall clock; timers and the monotonic clock do not notice. */
  setNow(time: Date): void
  /** Milliseconds until each waiting timer, the next one first. */
  waiting(): number[]
}

export type VirtualRuntimeOptions = {
  readonly seed?: number
  readonly startAt?: Date
  readonly realDefer?: boolean
}

type Timer = { readonly at: number; readonly run: () => void }

export function createVirtualRuntime(options: VirtualRuntimeOptions = {}): VirtualRuntime {
  const { seed = 1, startAt = new Date('2026-01-01T00:00:00.000Z'), realDefer = false } = options
  /** In the order in which they fire. */
  const timers: Timer[] = []
  let elapsed = 0
  let wallAtZero = startAt.getTime()

  const now = () => new Date(wallAtZero + elapsed)

  const after: Runtime['after'] = (ms, run) => {
    // As in Node, a part of a millisecond is a whole one. Otherwise rounding stops the time: a caller that waits for the rest
    // of a pause can find the clock just before its end again and again.
    const timer = { at: elapsed + (ms > 0 ? Math.max(1, ms) : 0), run }
    timers.splice(timers.findLastIndex(({ at }) => at <= timer.at) + 1, 0, timer)
    return () => {
      const index = timers.indexOf(timer)
      if (index !== -1) timers.splice(index, 1)
    }
  }

  const fireNext = async () => {
    const next = timers.shift()
    if (next) elapsed = next.at
    next?.run()
    await nextTurn(systemRuntime)
  }

  return {
    now,
    monotonic: () => elapsed,
    random: numbersFrom(seed),
    randomBytes: bytesFrom(numbersFrom(seed)),
    newId: idsFrom(now, numbersFrom(seed)),
    after,
    defer: realDefer ? systemRuntime.defer : (run) => void after(0, run),
    every(ms, run) {
      let cancel: Cancel
      const again = () => {
        // As in Node, the next time is at least 1 ms away.
        cancel = after(Math.max(1, ms), () => {
          again()
          run()
        })
      }
      again()
      return () => cancel()
    },
    sleep: (ms, signal) => sleepBy(after, ms, signal),
    deadline(ms) {
      const ending = new AbortController()
      after(ms, () => ending.abort(new DOMException('the deadline has passed', 'TimeoutError')))
      return ending.signal
    },
    async advance(ms) {
      const end = elapsed + ms
      await nextTurn(systemRuntime)
      while (timers[0] && timers[0].at <= end) await fireNext()
      elapsed = end
    },
    async advanceUntil(work) {
      let settled = false
      const settle = () => {
        settled = true
      }
      work.then(settle, settle)
      await nextTurn(systemRuntime)
      while (!settled) await fireNext()
      return work
    },
    setNow(time) {
      wallAtZero = time.getTime() - elapsed
    },
    waiting: () => timers.map(({ at }) => at - elapsed),
  }
}

const PATIENCE_MS = 60_000

/** Lets real I/O have its turns, while no virtual time passes, until `is` holds. Fails when that takes too long. */
export async function untilTrue(is: () => boolean): Promise<void> {
  const deadline = systemRuntime.monotonic() + PATIENCE_MS
  while (!is()) {
    if (systemRuntime.monotonic() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${is}`)
    await nextTurn(systemRuntime)
  }
}

/**
 * Time that passes by itself, `stepMs` with each turn of this process; the result stops it. For worlds of several services in
 * this one process: what they do for each other takes turns, few or many, and never seconds of a busy machine.
 */
export function letTimePass(runtime: VirtualRuntime, stepMs: number): () => Promise<void> {
  let stopped = false
  const passing = (async () => {
    while (!stopped) await runtime.advance(stepMs)
  })()
  return () => {
    stopped = true
    return passing
  }
}

/** Evenly spread from 0 up to 1 (the generator called mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const bytesFrom = (random: () => number) => (size: number) =>
  Buffer.from(Array.from({ length: size }, () => random() * 256))

/** UUIDv7: 48 bits of time, a counter that keeps ids of one millisecond in order, and 62 random bits. */
function idsFrom(now: () => Date, random: () => number): () => string {
  let time = 0
  let count = 0
  const hex = (value: number, digits: number) => Math.floor(value).toString(16).padStart(digits, '0')
  return () => {
    const ms = now().getTime()
    if (ms > time) [time, count] = [ms, 0]
    else if (++count === 2 ** 12) [time, count] = [time + 1, 0]
    const [high, middle, low] = [random() * 2 ** 14, random() * 2 ** 24, random() * 2 ** 24]
    const timeDigits = hex(time, 12)
    return `${timeDigits.slice(0, 8)}-${timeDigits.slice(8)}-7${hex(count, 3)}-${hex(0x8000 + high, 4)}-${hex(middle, 6)}${hex(low, 6)}`
  }
}
