/**
 * Time, chance and timers, the one way they come in: made once in `main.ts` and handed to whatever needs them. So a test,
 * or a simulation, can hold the clock, fire timers in an order of its choice, and repeat every id and every random number
 * (`test_support/virtual_runtime.ts`).
 */
import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'

/** Stops a timer that has not fired; does nothing afterwards. */
export type Cancel = () => void

/** A timer does not keep the process alive if `background` is true. */
export type TimerOptions = { readonly background?: boolean }

/** Each member can be taken out and called by itself. */
export type Runtime = {
  /** Wall clock: may be set back or forward at any moment. */
  now(): Date
  /** Milliseconds since some moment in the past; never goes back. */
  monotonic(): number
  /** Resolves after `ms`; rejects with the reason of `signal` when that is aborted before. */
  sleep(ms: number, signal?: AbortSignal, options?: TimerOptions): Promise<void>
  /** Calls `run` once, after `ms`. */
  after(ms: number, run: () => void, options?: TimerOptions): Cancel
  /** Calls `run` every `ms`, until cancelled. */
  every(ms: number, run: () => void, options?: TimerOptions): Cancel
  /** Aborted after `ms`, with a `TimeoutError` as its reason. It does not keep the process alive. */
  deadline(ms: number): AbortSignal
  /** Calls `run` once, after the I/O that is ready now. */
  defer(run: () => void): void
  /** From 0 up to, not including, 1. */
  random(): number
  /** Nobody can guess them: for secrets and salts. */
  randomBytes(size: number): Buffer
  /** UUIDv7: ids sort by the time they were made. */
  newId(): string
}

export const systemRuntime: Runtime = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal, { background = false } = {}) => {
    await wait(ms, undefined, { ref: !background, ...(signal && { signal }) }).catch((error) => {
      throw signal?.aborted ? signal.reason : error
    })
  },
  after(ms, run, { background = false } = {}) {
    const timer = setTimeout(run, ms)
    if (background) timer.unref()
    return () => clearTimeout(timer)
  },
  every(ms, run, { background = false } = {}) {
    const timer = setInterval(run, ms)
    if (background) timer.unref()
    return () => clearInterval(timer)
  },
  deadline: (ms) => AbortSignal.timeout(ms),
  defer: (run) => void setImmediate(run),
  random: Math.random,
  randomBytes: (size) => randomBytes(size),
  newId: randomUUIDv7,
}

/** Resolves after the I/O that is ready now: whoever has much to do lets others have their turn. */
export const nextTurn = ({ defer }: Pick<Runtime, 'defer'>) => new Promise<void>((resolve) => defer(resolve))
