/**
 * Checks what the throttle counts (throttling.ts of the auth service), by the time of the world.
 *
 *  a. A password is compared, or hashed for a registration, only for an attempt that was counted before: for its account from
 *     this address, for the address, and for the account unless it was logged in from there.
 *  b. The attempts of a key are at least as far apart as the pauses between them are long together, less the difference of two
 *     clocks: the first is counted by one, the last by another.
 *  c. An attempt is refused only while the pause of those before it lasts.
 *  d. The count of an account does not concern who was logged in to it from their address.
 *  e. After a login, or a command of the operator, the attempts before it are forgotten; those of an address never are.
 */
import { Violation } from '../../core/history.ts'
import type { DomainHistory } from '../mix.ts'
import { WRONG_MS } from '../trouble.ts'
import { FREE_ATTEMPTS, FREE_REGISTRATIONS } from './auth_replica.ts'
import type { ThrottleChange, ThrottleModel } from './throttle_model.ts'

export type ThrottleOracle = {
  check(): void
  /** A password of this user was compared for someone there; a wrong one stays counted. */
  compared(username: string, address: string, isRight: boolean): void
  /** A password was hashed for a new account. */
  registers(address: string): void
  /** Since `began` someone was logged in from there. */
  loggedIn(username: string, address: string, began: number): void
  /** Since `began` the operator forgot the attempts to log in to that account. */
  forgets(username: string, began: number): void
}

type Counted = {
  /** Those that are remembered: when each was counted. */
  times: number[]
  /** It is not known whether those before them were forgotten. */
  isUnsure: boolean
  inAll: number
  refunded: number
  /** How often a password was compared, or hashed. */
  worked: number
}

const MINUTE_MS = 60_000
const FIRST_PAUSE_MS = 1_000
const FORGET_AFTER_MS = 60 * MINUTE_MS
const CLOCKS_MS = 2 * WRONG_MS
/** From the question whether an address is known until the attempt is counted: the process may stand still. */
const ON_THE_WAY_MS = 90_000
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
  /** Since when an address is known for an account. */
  const known = new Map<string, number>()
  let checked = 0
  const clocksAreRight = () => faults.counts().clock_jump === undefined
  const of = (key: string): Counted => {
    const found = byKey.get(key) ?? { times: [], isUnsure: false, inAll: 0, refunded: 0, worked: 0 }
    byKey.set(key, found)
    return found
  }
  const lastOf = ({ times }: Counted) => times.at(-1) ?? Number.NEGATIVE_INFINITY

  const count = (key: string) => {
    const counted = of(key)
    counted.inAll += 1
    const sinceMs = world.time() - lastOf(counted)
    if (sinceMs > FORGET_AFTER_MS - CLOCKS_MS) {
      counted.isUnsure = sinceMs < FORGET_AFTER_MS + CLOCKS_MS
      counted.times = []
    }
    counted.times.push(world.time())
    const { times } = counted
    const tookMs = world.time() - times[0]!
    if (clocksAreRight() && tookMs < pausesMs(key, times.length) - CLOCKS_MS)
      throw new Violation(`10. ${times.length} attempts of "${key}" were counted in ${tookMs} ms`)
  }

  const checkPause = (key: string) => {
    const counted = of(key)
    if (counted.isUnsure || !clocksAreRight()) return
    const sinceMs = world.time() - lastOf(counted)
    if (sinceMs > pauseMs(key, counted.times.length) + CLOCKS_MS)
      throw new Violation(
        `"${key}" was paused after ${counted.times.length} attempts, the last ${sinceMs} ms ago`,
      )
  }

  /** The count of an account concerns only those who were not logged in from their address. */
  const checkStranger = (key: string, keys: readonly string[]) => {
    const pair = keys.find((each) => each.startsWith('pair '))!.replace(/^pair /, '')
    const knownMs = world.time() - (known.get(`known ${pair}`) ?? world.time())
    if (knownMs > ON_THE_WAY_MS && clocksAreRight())
      throw new Violation(`"${key}" concerns an attempt from an address that is known for ${knownMs} ms`)
  }

  const apply: Readonly<Record<ThrottleChange['how'], (key: string) => void>> = {
    counted: count,
    paused: checkPause,
    refunded(key) {
      of(key).times.pop()
      of(key).refunded += 1
    },
    cleared(key) {
      if (key.startsWith('address ')) throw new Violation(`10. The attempts of "${key}" were forgotten`)
      known.delete(key)
      of(key).times = []
      of(key).isUnsure = false
    },
    remembered: (key) => void known.set(key, known.get(key) ?? world.time()),
  }

  const work = (key: string, of: Counted, most: number) => {
    of.worked += 1
    if (of.worked > most)
      throw new Violation(`10. A password was compared for "${key}", and the attempt was not counted`)
  }
  const compare = (key: string) => work(key, of(key), of(key).inAll - of(key).refunded)

  const checkForgotten = (key: string, began: number) => {
    const [first = began] = of(key).times
    const isExpired = world.time() - lastOf(of(key)) > FORGET_AFTER_MS - CLOCKS_MS
    if (first < began && !isExpired && clocksAreRight())
      throw new Violation(`The attempts of "${key}" are still counted`)
  }

  const check = () => {
    for (; checked < changes.length; checked++) {
      const { how, key, of: keys } = changes[checked]!
      if (key.startsWith('account ') && keys) checkStranger(key, keys)
      apply[how](key)
    }
  }

  return {
    check,
    compared(username, address, isRight) {
      compare(`pair ${username} ${address}`)
      if (!isRight) compare(`address ${address}`)
      if (!known.has(`known ${username} ${address}`) && clocksAreRight()) compare(`account ${username}`)
    },
    registers(address) {
      // Refunded if the account cannot be stored, after the work.
      const key = `registration ${address}`
      work(key, of(key), of(key).inAll)
    },
    loggedIn(username, address, began) {
      checkForgotten(`pair ${username} ${address}`, began)
      checkForgotten(`account ${username}`, began)
    },
    forgets(username, began) {
      // Of the event that has just happened.
      check()
      for (const key of byKey.keys())
        if (key === `account ${username}` || key.startsWith(`pair ${username} `)) checkForgotten(key, began)
    },
  }
}

/** The pause after so many attempts. */
function pauseMs(key: string, attempts: number): number {
  const { free, longestMs } = LIMITS[key.split(' ')[0]!]!
  return attempts < free ? 0 : Math.min(longestMs, FIRST_PAUSE_MS * 2 ** (attempts - free))
}

/** The pauses between so many attempts. */
function pausesMs(key: string, attempts: number): number {
  let sum = 0
  for (let before = 1; before < attempts; before++) sum += pauseMs(key, before)
  return sum
}
