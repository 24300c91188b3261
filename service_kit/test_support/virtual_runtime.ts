/**
 * A Runtime whose time passes only in `advance`.
 *
 * Invariants
 *  1. `advance(ms)` fires timers in the order of their times, and timers of one time in the order in which they were
 *     started. Each fires at exactly its time, and promises settle before the next one.
 *  2. A timer that is started meanwhile, and ends within the same `ms`, fires too.
 *  3. The same seed gives the same ids, random numbers and random bytes.
 *
 * Sockets and files stay real. With `realDefer`, `defer` waits for real I/O and not for `advance`.
 */
import { nextTurn, type Runtime, systemRuntime } from '../src/runtime/runtime.ts'
import { createSeededRuntime, numbersFrom } from './seeded_runtime.ts'

export type VirtualRuntime = Runtime & {
  /** Lets `ms` pass. If a timer throws, it rejects with that error, and the clock stays at the time of that timer. */
  advance(ms: number): Promise<void>
  /**
   * Fires one waiting timer after the other until `work` settles, and settles as `work` does. Not for work that awaits real
   * I/O under a deadline: time passes meanwhile. Rejects after PATIENCE_MS of real time without timers.
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
    // As in Node, 1 ms is the least. Otherwise, because of rounding, a caller that waits for the rest of a pause could find
    // the clock just before its end again and again.
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
    ...createSeededRuntime({
      now,
      monotonic: () => elapsed,
      after,
      defer: realDefer ? systemRuntime.defer : (run) => void after(0, run),
      numbers: () => numbersFrom(seed),
    }),
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
      const patience = startPatience()
      await nextTurn(systemRuntime)
      while (!settled) {
        if (timers.length > 0) await fireNext()
        else await patience.turn('settled')
      }
      return work
    },
    setNow(time) {
      wallAtZero = time.getTime() - elapsed
    },
    waiting: () => timers.map(({ at }) => at - elapsed),
  }
}

/** Only so that a test that hangs fails. */
const PATIENCE_MS = 60_000

/** After so many turns without a result, a wait for real I/O leaves the processor to others. */
const BUSY_TURNS_MAX = 100

function startPatience() {
  const deadline = systemRuntime.monotonic() + PATIENCE_MS
  let turns = 0
  return {
    async turn(awaited: unknown) {
      if (systemRuntime.monotonic() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${awaited}`)
      if (++turns > BUSY_TURNS_MAX) await systemRuntime.sleep(1)
      await nextTurn(systemRuntime)
    },
  }
}

/** Runs turns of the event loop, while no virtual time passes, until `is` holds. Rejects after PATIENCE_MS of real time. */
export async function untilTrue(is: () => boolean | Promise<boolean>): Promise<void> {
  const patience = startPatience()
  while (!(await is())) await patience.turn(is)
}

/** For tests that advance time while real answers are awaited: its deadlines never pass. */
export const withoutDeadlines = <R extends Runtime>(runtime: R): R => ({
  ...runtime,
  deadline: () => new AbortController().signal,
})

/**
 * Lets `stepMs` pass with each turn of the event loop, until the result is called. For tests of several services in this
 * process: their calls to each other take turns of the event loop, so a busy machine passes no deadline.
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
