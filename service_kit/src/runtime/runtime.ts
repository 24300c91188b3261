/**
 * The only source of time, random numbers and timers. `main.ts` passes it to the code that needs it. So a test, or a simulation,
 * controls the clock and the order of timers, and can repeat every id and every random number
 * (`test_support/virtual_runtime.ts`).
 */
import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { sleepBy } from '@shop/retry/sleep'
import { createIds } from './ids.ts'

/** Stops a timer that has not fired; does nothing afterwards. */
export type Cancel = () => void

/** A `background` timer does not keep the process alive. */
export type TimerOptions = { readonly background?: boolean }

/** Its functions do not use `this`. */
export type Runtime = {
  /** The wall clock, which may be changed at any moment. */
  now(): Date
  /** Milliseconds since some moment in the past; never decreases. */
  monotonic(): number
  /** Resolves after `ms`. Rejects with the reason of `signal` if that is aborted first. */
  sleep(ms: number, signal?: AbortSignal, options?: TimerOptions): Promise<void>
  /** Calls `run` once, after `ms`. */
  after(ms: number, run: () => void, options?: TimerOptions): Cancel
  /** Calls `run` every `ms`. */
  every(ms: number, run: () => void, options?: TimerOptions): Cancel
  /** Aborted after `ms`, with a `TimeoutError` as its reason. Does not keep the process alive. */
  deadline(ms: number): AbortSignal
  /** Calls `run` once, after the I/O that is ready now. */
  defer(run: () => void): void
  /** From 0 (included) to 1 (excluded). */
  random(): number
  /** Unpredictable: for secrets and salts. */
  randomBytes(size: number): Buffer
  /** UUIDv7: ids of one process sort by the time of their creation (ids.ts). */
  newId(): string
}

const after: Runtime['after'] = (ms, run, { background = false } = {}) => {
  const timer = setTimeout(run, ms)
  if (background) timer.unref()
  return () => clearTimeout(timer)
}

export const systemRuntime: Runtime = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal, options) => sleepBy((delayMs, run) => after(delayMs, run, options), ms, signal),
  after,
  every(ms, run, { background = false } = {}) {
    const timer = setInterval(run, ms)
    if (background) timer.unref()
    return () => clearInterval(timer)
  },
  deadline: (ms) => AbortSignal.timeout(ms),
  defer: (run) => void setImmediate(run),
  random: Math.random,
  randomBytes: (size) => randomBytes(size),
  newId: createIds(randomUUIDv7),
}

/** Resolves after the I/O that is ready now. Long work awaits it, so that it does not block the event loop. */
export const nextTurn = ({ defer }: Pick<Runtime, 'defer'>) => new Promise<void>((resolve) => defer(resolve))

/** The outcome of `work`; after `ms` that of `late`, which may throw. No timer is left, which would keep the process alive. */
export async function inTime<T, Late>(
  { after }: Pick<Runtime, 'after'>,
  ms: number,
  work: Promise<T>,
  late: () => Late,
): Promise<T | Late> {
  const expiry = Promise.withResolvers<void>()
  const cancel = after(ms, expiry.resolve)
  try {
    return await Promise.race([work, expiry.promise.then(late)])
  } finally {
    cancel()
  }
}
