/**
 * The globals of the process that runs the simulation: those of the buyers, whose client (`client/`) is written for browsers
 * and uses timers, `Date` and `fetch` as every page does.
 *
 * Nothing else may use them: services get a Runtime. So while a history runs, a library that reads the clock or starts a timer
 * behind our back gets virtual time too, and cannot make two runs of one seed differ.
 */

import { EPOCH } from '../core/machine.ts'
import type { World } from '../core/world.ts'
import { deterministicSubtle } from './signing.ts'

type Timers = Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval'>

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  Date: globalThis.Date,
  fetch: globalThis.fetch,
  random: Math.random,
  performanceNow: performance.now,
  timeout: AbortSignal.timeout,
  getRandomValues: crypto.getRandomValues,
}

export type Fetch = (request: Request) => Promise<Response>

/** Replaces them until the result is called. */
export function installGlobals(world: World, fetch: Fetch): () => void {
  const chances = world.chances('globals')
  const now = () => EPOCH + Math.floor(world.time())
  Object.assign(globalThis, timersOf(world), {
    Date: dateOf(now),
    fetch: (input: string | Request, init?: RequestInit) => fetch(new Request(input, init)),
  })
  Math.random = () => chances.number()
  performance.now = () => world.time()
  AbortSignal.timeout = (ms) => {
    const ending = new AbortController()
    world.after(ms, () => ending.abort(new DOMException('the deadline has passed', 'TimeoutError')))
    return ending.signal
  }
  const subtle = Object.getOwnPropertyDescriptor(Crypto.prototype, 'subtle')!
  Object.defineProperty(crypto, 'subtle', { configurable: true, value: deterministicSubtle })
  crypto.getRandomValues = ((bytes: Uint8Array) => bytes.map(() => chances.whole(0, 255))) as never
  return () => {
    Object.assign(globalThis, {
      setTimeout: real.setTimeout,
      clearTimeout: real.clearTimeout,
      setInterval: real.setInterval,
      clearInterval: real.clearInterval,
      Date: real.Date,
      fetch: real.fetch,
    })
    Math.random = real.random
    performance.now = real.performanceNow
    AbortSignal.timeout = real.timeout
    crypto.getRandomValues = real.getRandomValues
    Object.defineProperty(crypto, 'subtle', subtle)
  }
}

/** With the methods that libraries call on the result of Node's. */
class Timer {
  readonly cancel: () => void
  constructor(cancel: () => void) {
    this.cancel = cancel
  }
  ref() {
    return this
  }
  unref() {
    return this
  }
  hasRef() {
    return true
  }
  refresh() {
    return this
  }
  close() {
    this.cancel()
    return this
  }
}

function timersOf(world: World): Timers {
  const clear = (timer: unknown) => {
    if (timer instanceof Timer) timer.cancel()
    // It was started before the history.
    else real.clearTimeout(timer as never)
  }
  const setTimeout = (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
    new Timer(world.after(Math.max(1, ms), () => run(...given)))
  const setInterval = (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => {
    let cancel = () => {}
    const again = () => {
      cancel = world.after(Math.max(1, ms), () => {
        again()
        run(...given)
      })
    }
    again()
    return new Timer(() => cancel())
  }
  return { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear } as unknown as Timers
}

function dateOf(now: () => number): DateConstructor {
  return class extends real.Date {
    constructor(...given: []) {
      if (given.length === 0) super(now())
      else super(...given)
    }
    static override now() {
      return now()
    }
    /** Also what was made before the history. */
    static override [Symbol.hasInstance](value: unknown) {
      return value instanceof real.Date
    }
  } as unknown as DateConstructor
}
