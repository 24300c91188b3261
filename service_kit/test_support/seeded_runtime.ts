/**
 * A Runtime made of a clock, timers and a seed: its ids, random numbers and random bytes are the same each time
 * (`virtual_runtime.ts`, and the machines of the simulation).
 */
import { sleepBy } from '@shop/retry/sleep'
import type { Cancel, Runtime } from '../src/runtime/runtime.ts'

export type SeededOptions = Pick<Runtime, 'now' | 'monotonic' | 'after' | 'defer'> & {
  /** Each result is another generator: of random numbers, of bytes, of ids. */
  readonly numbers: () => () => number
}

export function createSeededRuntime({ now, monotonic, after, defer, numbers }: SeededOptions): Runtime {
  return {
    now,
    monotonic,
    after,
    defer,
    random: numbers(),
    randomBytes: bytesFrom(numbers()),
    newId: idsFrom(now, numbers()),
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
  }
}

/** Evenly distributed from 0 to 1 (excluded), by the generator mulberry32. */
export function numbersFrom(seed: number): () => number {
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

/** UUIDv7: 48 bits of time, a counter that orders ids of one millisecond, and 62 random bits. */
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
