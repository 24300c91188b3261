/**
 * Checks what the throttle counts (throttling.ts of the auth service), by the time of the world.
 *
 *  a. A password is compared only for an attempt that was counted before, for its account from this address, and for the address.
 *  b. The attempts of a key are at least as far apart as the pauses between them are long together, less the difference of two
 *     clocks: the first is counted by one, the last by another.
 */
import { Violation } from '../../core/history.ts'
import type { DomainHistory } from '../mix.ts'
import { WRONG_MS } from '../trouble.ts'
import { FREE_ATTEMPTS, FREE_REGISTRATIONS } from './auth_replica.ts'
import type { ThrottleModel } from './throttle_model.ts'

export type ThrottleOracle = {
  check(): void
  /** A password of this user was compared for someone there; a wrong one stays counted. */
  compared(username: string, address: string, isRight: boolean): void
}

type Counted = {
  /** Those that are remembered: when each was counted. */
  times: number[]
  /** All that are not refunded. */
  inAll: number
  compared: number
}

const MINUTE_MS = 60_000
const FIRST_PAUSE_MS = 1_000
const FORGET_AFTER_MS = 60 * MINUTE_MS
const LIMITS: Readonly<Record<string, { readonly free: number; readonly longestMs: number }>> = {
  pair: { free: FREE_ATTEMPTS.pair, longestMs: 15 * MINUTE_MS },
  account: { free: FREE_ATTEMPTS.account, longestMs: MINUTE_MS },
  address: { free: FREE_ATTEMPTS.address, longestMs: MINUTE_MS },
  registration: { free: FREE_REGISTRATIONS, longestMs: MINUTE_MS },
}

export function createThrottleOracle(
  { world, faults }: DomainHistory,
  { changes }: Pick<ThrottleModel, 'changes'>,
): ThrottleOracle {
  const byKey = new Map<string, Counted>()
  let checked = 0
  const of = (key: string): Counted => {
    const found = byKey.get(key) ?? { times: [], inAll: 0, compared: 0 }
    byKey.set(key, found)
    return found
  }

  const count = (key: string) => {
    const counted = of(key)
    counted.inAll += 1
    const isRemembered = world.time() - (counted.times.at(-1) ?? 0) < FORGET_AFTER_MS - 2 * WRONG_MS
    counted.times = [...(isRemembered ? counted.times : []), world.time()]
    const tookMs = world.time() - counted.times[0]!
    if (
      faults.counts().clock_jump === undefined &&
      tookMs < leastMs(key, counted.times.length) - 2 * WRONG_MS
    )
      throw new Violation(`10. ${counted.times.length} attempts of "${key}" were counted in ${tookMs} ms`)
  }

  const compare = (key: string) => {
    const counted = of(key)
    counted.compared += 1
    if (counted.compared > counted.inAll)
      throw new Violation(`10. A password was compared for "${key}", and the attempt was not counted`)
  }

  return {
    check() {
      for (; checked < changes.length; checked++) {
        const { how, key } = changes[checked]!
        if (how === 'counted') count(key)
        if (how === 'cleared') of(key).times = []
        if (how !== 'refunded') continue
        of(key).times.pop()
        of(key).inAll -= 1
      }
    },
    compared(username, address, isRight) {
      compare(`pair ${username} ${address}`)
      if (!isRight) compare(`address ${address}`)
    },
  }
}

/** The pauses between so many attempts. */
function leastMs(key: string, attempts: number): number {
  const { free, longestMs } = LIMITS[key.split(' ')[0]!]!
  let sum = 0
  for (let beyond = 0; beyond < attempts - free; beyond++)
    sum += Math.min(longestMs, FIRST_PAUSE_MS * 2 ** beyond)
  return sum
}
